"""Unfinished work that cannot be gone on with: its folder or input is gone, or it belongs to another address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.errors import Unfinished, UnreadableFile
from pipeline.ledger import Entry, State
from pipeline.load import Audit
from pipeline.runs.closing import Finished
from pipeline.runs.context import RunContext
from pipeline.runs.spelled_lists import spelled_lists


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What came of one call: its runs, and what could not be settled."""

    finished: Sequence[Finished] = ()
    unsettled: Sequence[str] = ()  # sentences
    held: Sequence[str] = ()  # files that another program did not let go
    left_behind: bool = False  # a file that should have been read had to stay in the inbox
    earlier_rows: int = 0  # rows of runs before these that still need someone; the exit code is not about them

    @property
    def exit_code(self) -> int:
        """The worst of all runs; 3 while anything is unsettled, 1 at least where a file was left behind."""
        codes = [run.exit_code for run in self.finished]
        behind = UnreadableFile.exit_code if self.left_behind or self.held else 0
        return max([*codes, Unfinished.exit_code if self.unsettled else 0, behind])


def without_input(run: str, missing: Sequence[str], folder_is_gone: bool) -> str:
    """Say that rows of a run may not have been sent, and cannot be."""
    what = "its folder is gone from the outbox" if folder_is_gone else f"its input {', '.join(missing)} is gone"
    return (
        f"run {run} is unfinished, and {what}: put it back, or, if all of it is in Clarus or no longer wanted, let the"
        f" run go with: clarus-batch forget --run {run}"
    )


async def under_other_addresses(context: RunContext) -> list[str]:
    """Say which unfinished runs belong to the same subdomain at another address; nothing of them is sent here."""
    own = context.clarus.tenant
    subdomain = own.partition("@")[0]
    sentences = []
    for run, tenant in await context.ledger.unsettled_runs(whosever=True):
        if context.ledger.is_shared and not (context.settings.outbox / run).is_dir():
            continue  # another tenant's, whose outbox is another one
        if tenant != own and tenant.partition("@")[0] == subdomain:
            sentences.append(
                f"run {run} is unfinished under {tenant}, and this is {own}: nothing of it is sent here; set base_url"
                f" to that address again, or let the run go with: clarus-batch forget --run {run}"
            )
    return sentences


async def look_up_doubts(run: str, context: RunContext) -> bool:
    """Look for the documents of a run that are in doubt, without its files; whether all of them were found.

    Raises:
        Unfinished: Clarus cannot be asked.
    """
    own = context.settings.clarus
    doubts = await context.ledger.in_doubt(context.clarus.tenant, run)
    lists = await spelled_lists(context)
    found = await Audit(lists, own.doubt, context.stopping.sleep).find(doubts)
    for entry in doubts:
        if (clarus_id := _new(entry, found.get(entry.identity, ()))) is not None:
            context.ledger.conclude(replace(entry, state=State.CREATED, clarus_id=clarus_id))
    await context.ledger.flush()
    return all(_new(entry, found.get(entry.identity, ())) is not None for entry in doubts)


def _new(entry: Entry, ids: Sequence[int]) -> int | None:
    return next((record for record in ids if record not in entry.known_ids), None)
