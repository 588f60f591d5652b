"""What an audit found, in the rows of the files that it concerns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import LedgerUnusable, Stopped, Unfinished
from pipeline.ledger import State
from pipeline.load import Audit, Finding, identity_of
from pipeline.results.row_accounts import RowAccounts
from pipeline.runs.context import RunContext
from pipeline.runs.spelled_lists import spelled_lists
from pipeline.values.document_tables import DocumentTable
from pipeline.values.problems import Problem

log = logging.getLogger(__name__)

# Seconds that an audit may take at the end of a run that could not go on, and after a stop until which it must be over.
_LAST_LOOK, _STOPPED = 4.0, 3.8


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit looked up, and what it found wrong, in sentences."""

    records: int
    faults: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 where anything is wrong."""
        return 1 if self.faults else 0


async def find_faults(context: RunContext, run: str | None = None) -> list[Finding]:
    """Look up the records that a run made, or any run, and write down in the ledger which are gone.

    Raises:
        Unfinished: Clarus cannot be asked.
    """
    own, ledger = context.settings.clarus, context.ledger
    lists = await spelled_lists(context)
    entries = await ledger.made(context.clarus.tenant, run)
    faults = await Audit(lists, own.doubt, context.stopping.sleep).find_faults(entries)
    wrong = {fault.entry.identity for fault in faults if fault.is_gone}
    for entry in entries:
        if entry.identity in wrong and entry.state is not State.GONE:
            ledger.conclude(replace(entry, state=State.GONE))
        elif entry.identity not in wrong and entry.state is State.GONE:
            ledger.conclude(replace(entry, state=State.CREATED))  # somebody has put it back
    await ledger.flush()
    return faults


async def audit_run(run: str, context: RunContext, accounts: Sequence[RowAccounts]) -> None:
    """Audit what a run made, at its end; what cannot be asked now stops the run.

    One that was stopped before is audited as far as Clarus answers within a moment.
    """
    if context.stopping.reason is not None:
        apply(await _last_look(run, context), accounts, context.clarus.tenant)
        return
    try:
        apply(await find_faults(context, run), accounts, context.clarus.tenant)
    except Unfinished as reason:
        context.stopping.stop(reason)


async def _last_look(run: str, context: RunContext) -> list[Finding]:
    """Find what Clarus shows to be wrong with the records of a run that had to stop; the next run audits them all."""
    reason, faults = context.stopping.reason, list[Finding]()
    seconds = min(_STOPPED - context.stopping.seconds, 1.0) if isinstance(reason, Stopped) else _LAST_LOOK
    if isinstance(reason, LedgerUnusable) or seconds <= 0:
        return faults
    entries = await context.ledger.made(context.clarus.tenant, run)
    if not entries:
        return faults
    try:
        async with asyncio.timeout(seconds), context.clarus.for_a_last_look(seconds) as clarus:
            lists = await spelled_lists(replace(context, clarus=clarus))
            audit = Audit(lists, context.settings.clarus.doubt, asyncio.sleep)
            async for found in audit.by_type(entries, at_once=True):
                faults += found
    except (Unfinished, TimeoutError) as error:
        log.info("not all of the run was audited: %s", error or "no time was left")
    for fault in faults:
        if fault.is_gone:
            context.ledger.conclude(replace(fault.entry, state=State.GONE))
    await context.ledger.flush()
    return faults


def apply(faults: Collection[Finding], accounts: Sequence[RowAccounts], tenant: str) -> None:
    """Give the rows of records with which something is wrong what was found."""
    by_name = {fault.entry.identity: fault for fault in faults}
    for each in accounts if by_name else ():
        for table in (each.transformed, *each.transformed.parts):
            for number in range(table.groups.count):
                if (fault := by_name.get(identity_of(*table.ledger_name(number), tenant))) is not None:
                    rows = list(_rows(table, number))
                    each.found_fault(rows, _problem(table, rows[0], fault), fault.is_gone)


def sentence(fault: Finding) -> str:
    """What was found, for a person who has not the file at hand."""
    name = fault.entry.identity
    account = f" of {name.account}" if name.account else ""
    return f"{name.record} {name.reference}{account} {_message(fault)}"


def _rows(table: DocumentTable, number: int) -> Iterable[int]:
    places = table.groups.order[table.groups.starts[number] : table.groups.starts[number + 1]]
    return map(int, table.clean.rows[places].tolist())


def _problem(table: DocumentTable, row: int, fault: Finding) -> Problem:
    record = table.clean.table.record
    message = f"{record.noun} {fault.entry.identity.reference} {_message(fault)}"
    hint = "look in Clarus who removed it" if fault.is_gone else "cancel or delete the one that is not meant, in Clarus"
    return Problem(row, table.clean.table.headings.get(record.reference, record.reference), "", message, hint)


def _message(fault: Finding) -> str:
    own = fault.entry.clarus_id
    if not fault.is_gone:
        others = " and ".join(str(other) for other in fault.ids)
        return f"is in Clarus {len(fault.ids)} times, as {others}"
    if fault.ids:
        others = " and ".join(str(other) for other in fault.ids)
        return f"is no longer in Clarus as {own}, but as {others}"
    return f"is no longer in Clarus (it was {own})"
