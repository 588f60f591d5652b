"""Entries taken out of the ledger, once it is sure that Clarus does not have the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.errors import UsageError
from pipeline.ledger import Entry, Ledger, Left, State
from pipeline.ledger.open_rows import let_go
from pipeline.ledger.tracking import untracked
from pipeline.load import Audit, audited_types
from pipeline.runs.context import RunContext
from pipeline.runs.spelled_lists import spelled_lists
from schemas import RECORD_TYPES


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What came of it, in words, and the exit code."""

    sentence: str
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which document is to be forgotten."""

    record_type: str
    reference: str
    account: str | None = None
    send_again: bool = False  # although Clarus does not list such records


async def forget_document(wanted: Wanted, context: RunContext) -> Forgotten:
    """Take the entry of a document out of the ledger, after Clarus was asked and does not have it.

    Raises:
        UsageError: the ledger does not know it, or knows it in several accounts.
        Unfinished: Clarus cannot be asked.
    """
    entry = await _entry_of(wanted, context)
    name, types = entry.identity, audited_types()
    said = f"{name.record} {name.reference}"
    if name.record not in types:
        if not wanted.send_again:
            return Forgotten(
                f"{said} cannot be looked up in Clarus: look there; if it is not there, forget it with --send-again", 1
            )
    elif refusal := await _refusal(entry, said, context):
        return Forgotten(refusal, 1)
    await context.ledger.forget(name)
    await context.ledger.write_all(lambda _: [untracked(name.tenant, name.record, name.account, name.reference)])
    return Forgotten(f"{said} is forgotten: a file that has it sends it as a new one")


async def forget_run(run: str, ledger: Ledger) -> Forgotten:
    """Let go of what a run has left to do.

    Raises:
        UsageError: the ledger does not know the run.
    """
    if run not in {each for each, _ in await ledger.all_runs()}:
        raise UsageError(f"the ledger does not know run {run}")
    await ledger.end_run(run, Left.NOTHING, unfinished=False)
    await ledger.write_all(lambda database: [let_go(database, run)])
    return Forgotten(f"run {run} is let go: what it had left to do is not done any more")


async def _entry_of(wanted: Wanted, context: RunContext) -> Entry:
    known = {**RECORD_TYPES, **audited_types()}
    if wanted.record_type not in known and wanted.record_type not in _parts():
        raise UsageError(f"there is no record type {wanted.record_type}: there are {', '.join(known)}")
    name = known[wanted.record_type].ledger_name if wanted.record_type in known else wanted.record_type
    entries = await context.ledger.with_references(context.clarus.tenant, name, {wanted.reference})
    if wanted.account is not None:
        entries = [entry for entry in entries if entry.identity.account == wanted.account]
    if not entries:
        account = f" of account {wanted.account}" if wanted.account is not None else ""
        raise UsageError(f"the ledger knows no {wanted.record_type} {wanted.reference}{account}")
    if len(entries) > 1:
        accounts = ", ".join(entry.identity.account or "none" for entry in entries)
        raise UsageError(f"{wanted.reference} is there in several accounts ({accounts}): name one with --account")
    return entries[0]


def _parts() -> set[str]:
    return {part.name for record in RECORD_TYPES.values() for part in record.part_types.values()}


async def _refusal(entry: Entry, said: str, context: RunContext) -> str:
    """Why an entry has to stay; "" where Clarus does not have its record."""
    own = context.settings.clarus
    lists = await spelled_lists(context)
    found = await Audit(lists, own.doubt, context.stopping.sleep).find([entry])
    there = [record for record in found.get(entry.identity, []) if record not in entry.known_ids]
    if there:
        return f"{said} is in Clarus as {' and '.join(map(str, there))}: nothing was forgotten"
    age = (datetime.now(UTC) - entry.changed_at).total_seconds() if entry.changed_at else own.doubt
    if entry.state is State.SENT and age < own.doubt:
        sent = f"{said} was sent {age:.0f} s ago without an answer, and may still arrive"
        return f"{sent}: ask again in {own.doubt - age:.0f} s"
    return ""
