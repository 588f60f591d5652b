"""Decide what of a record that is there is changed: first how far it is in Clarus, then what differs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.clarus.standings import ListedLine, Standings
from pipeline.event_loop import in_turns
from pipeline.ledger import Entry, State
from pipeline.load.change import Change
from pipeline.load.change_entries import ChangeEntries
from pipeline.load.change_plan import Plan, Wanted, plan_change
from pipeline.load.change_words import told_kept
from pipeline.load.clock import now
from pipeline.load.differences import RecallDocument, nothing_kept
from pipeline.load.digests import identity
from pipeline.load.known_lines import KnownLines, known_lines, with_listed
from pipeline.load.requests import sent_of
from pipeline.load.spellings import Spellings
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status
from pipeline.values.problems import Problem
from pipeline.values.resolved import Resolved
from schemas import RecordType

_LONGEST_GAP = 15.0  # seconds between two looks for a record that was made just now


async def _at_once(seconds: float) -> None:
    """Nobody waits."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document whose record is in Clarus already, and may be changed."""

    resolution: Resolved
    record: int
    entry: Entry | None

    @property
    def document(self) -> Document:
        """What it is to be."""
        return self.resolution.document


@dataclass(frozen=True, slots=True)
class Changing:
    """Asks Clarus for what the ledger cannot know, and plans changes."""

    tenant: str
    standings: Standings | None = None
    recall: RecallDocument = nothing_kept
    remove_missing: bool = False
    doubt: float = 60.0  # seconds after it was made, until which a list may not show a record
    settle: float = 2.0  # seconds until a first look for it again
    wait: Callable[[float], Awaitable[None]] = _at_once
    spellings: Spellings = field(default_factory=Spellings)
    clock: Callable[[], float] = now

    async def prepare(self, block: Sequence[Found]) -> list[Outcome | Change]:
        """Return for each what is sent, or its outcome: nothing differs, or it cannot be changed any more.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        decided: dict[int, Outcome | Change] = {}
        open_: list[tuple[int, Wanted, Outcome | Change]] = []
        async for at, found in in_turns(list(enumerate(block))):
            wanted = self._wanted(found)
            planned = self._planned(wanted, self._known(wanted, None))
            if isinstance(planned, Outcome) and (planned.status.done or not _lists_lines(wanted)):
                decided[at] = planned
            else:
                open_.append((at, wanted, planned))
        statuses = await self.statuses([(wanted.document, wanted.record, wanted.entry) for _, wanted, _ in open_])
        left = []
        for at, wanted, planned in open_:
            decided[at] = _closed(wanted, statuses) or planned
            if decided[at] is planned and _lists_lines(wanted):
                left.append((at, wanted))
        lines = await self._lines([wanted for _, wanted in left])
        for at, wanted in left:
            decided[at] = self._planned(wanted, self._known(wanted, lines.get(wanted.record, ())))
        return [decided[at] for at in range(len(block))]

    async def statuses(self, records: Sequence[tuple[Document, int, Entry | None]]) -> Mapping[int, str] | None:
        """Return the status of each record that Clarus lists; None where such records have none.

        What was made just now may not be listed yet, and is waited for.
        """
        record = records[0][0].record if records else None
        if record is None or self.standings is None or record.listed is None or not record.changes.status:
            return None
        listed, field_ = record.listed, record.changes.status
        found: dict[int, str] = {}
        gap, asked = self.settle, list(records)
        while asked:
            keys = {document.key for document, _, _ in asked}
            spelled = {key[-1] for own in keys for key in (own, *self.spellings.variants(listed, own))}
            found |= await self.standings.statuses(listed, field_, spelled)
            asked = [each for each in asked if each[1] not in found and self._is_young(each[2])]
            if asked:
                await self.wait(max(gap, 0.05))
                gap = min(2 * gap, _LONGEST_GAP)
        return found

    def _wanted(self, found: Found) -> Wanted:
        entry = found.entry
        is_made = entry is not None and entry.state in (State.CREATED, State.UPDATED)
        recalled = self.recall(found.document, entry) if entry is not None and is_made else None
        return Wanted(found.resolution, found.record, found.entry, recalled, self.remove_missing)

    def _known(self, wanted: Wanted, listed: Sequence[ListedLine] | None) -> KnownLines | None:
        """The lines of a record as the ledger knows them, and as Clarus lists them where it was asked."""
        if not wanted.document.record.has_lines:
            return KnownLines()
        known = None
        if wanted.entry is not None and wanted.before is not None:
            known = known_lines(wanted.entry, wanted.recalled)
        if listed is None or not _lists_lines(wanted):
            return known
        return with_listed(known, listed)

    def _planned(self, wanted: Wanted, known: KnownLines | None) -> Outcome | Change:
        entry, document = wanted.entry, wanted.document
        plan = plan_change(wanted, known)
        if not isinstance(plan, Plan):
            error = "; ".join(problem.sentence for problem in plan)
            return Outcome(Status.INVALID, wanted.record, error=error, problems=tuple(plan))
        name = identity(document, self.tenant)
        if plan.is_empty and (entry is None or entry.state is not State.CHANGING):
            ids = ChangeEntries(name, wanted, plan, known or KnownLines()).line_ids({})
            made_as = Status.UPDATED if entry is not None and entry.state is State.UPDATED else Status.CREATED
            made_in = entry.run if entry is not None else ""
            problems = told_kept(wanted, plan)
            return Outcome(Status.EXISTS, wanted.record, ids, problems=problems, made_in=made_in, made_as=made_as)
        path = f"{wanted.resolution.path}/{wanted.record}"
        return Change(name, path, sent_of(wanted.resolution, wanted.record), wanted, plan, known or KnownLines())

    async def _lines(self, wanted: Sequence[Wanted]) -> dict[int, list[ListedLine]]:
        if not wanted or not _lists_lines(wanted[0]) or self.standings is None:
            return {}
        codes = wanted[0].document.record.changes.lines
        assert codes is not None, "asked for only where they are listed"
        return await self.standings.lines(codes, {each.record for each in wanted})

    def _is_young(self, entry: Entry | None) -> bool:
        made_at = entry.changed_at if entry is not None else None
        return made_at is not None and self.clock() - made_at.timestamp() < self.doubt


def _lists_lines(wanted: Wanted) -> bool:
    record = wanted.document.record
    return record.has_lines and record.changes.lines is not None


def _closed(wanted: Wanted, statuses: Mapping[int, str] | None) -> Outcome | None:
    """Why a record cannot be changed any more; None where it can."""
    document = wanted.document
    if statuses is None:
        return None
    if wanted.record not in statuses:
        error = f"{document} is no longer in Clarus (it was {wanted.record})"
        return Outcome(Status.GONE, wanted.record, error=error, adopted=gone(wanted.entry))
    status = statuses[wanted.record]
    if status.casefold() in document.record.changes.open:
        return None
    problem = closed_problem(document, status, "it is changed only while it is draft or pending")
    return Outcome(Status.INVALID, wanted.record, error=problem.sentence, problems=(problem,))


def gone(entry: Entry | None) -> Entry | None:
    """What the ledger says of a record that is no longer there."""
    return replace(entry, state=State.GONE) if entry is not None else None


def closed_problem(document: Document, status: str, hint: str) -> Problem:
    """Say that the warehouse has gone on with a record: "order SO-1 is being picked"."""
    record: RecordType = document.record
    words = record.changes.words.get(status.casefold(), f"has the status {status}" if status else "shows no status")
    return Problem(document.rows[0], record.reference, document.reference, f"{document} {words}", hint)
