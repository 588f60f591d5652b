"""Documents whose answer was lost: put aside, and looked for together until they are surely there or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.errors import LookupRefused, Unfinished
from pipeline.load.collaborators import CodeLists, Interrupted
from pipeline.load.gate import Gate
from pipeline.load.lateness import Lateness
from pipeline.load.posting import Doubt
from pipeline.stopping import Stopping
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status
from schemas.vocabulary.lists import CodeList

_LONGEST_GAP = 15.0  # seconds between two looks
_GAPS = 30  # of the shortest kind, in the time of doubt, where reads are trusted at once
_TOGETHER = 0.1  # of the gap: what is due so soon is looked up with the rest

Report = Callable[[Document, Outcome], None]


class Settles(Protocol):
    """What is done about a document in doubt, as `Delivery` does it."""

    def found(self, doubt: Doubt, record: int) -> Outcome:
        """It is this record."""

    async def send_again(self, doubt: Doubt) -> Outcome | Doubt:
        """It is not there."""


@dataclass(slots=True)
class _Waiting:
    document: Document
    doubt: Doubt
    due: float
    gap: float


@dataclass(slots=True)
class Doubts:
    """A queue of documents in doubt, one task for all of them, while the workers go on with the others.

    `settle` seconds after its sending a document is looked for, and then at growing intervals; when it has not appeared
    for as long as `lateness` says, it is sent again.
    """

    delivery: Settles
    lists: CodeLists
    lateness: Lateness
    gate: Gate
    report: Report
    stopping: Stopping
    settle: float
    clock: Callable[[], float]
    _waiting: dict[int, _Waiting] = field(default_factory=dict)  # by the id of the document
    _under_way: int = 0  # sent again
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    def put(self, document: Document, doubt: Doubt) -> None:
        """Put a document aside."""
        listed = doubt.posting.listed
        assert listed is not None, "what cannot be looked up is not put aside"
        wait = max(self.settle, self.lateness.first_look(listed))
        due = min(doubt.sent_at + wait, self._ends(doubt))
        self._waiting[id(document)] = _Waiting(document, doubt, due, self._shortest_gap)
        self._changed.set()

    def close(self) -> None:
        """Nothing more is put aside: end when all is settled."""
        self._closed = True
        self._changed.set()

    async def settle_all(self) -> None:
        """Look for what is put aside, until the queue is closed and empty or the run is told to stop."""
        try:
            async with asyncio.TaskGroup() as sending:
                try:
                    while self._waiting or self._under_way or not self._closed:
                        await self._until_due()
                        for absent in await self._look(self._due()):
                            self._under_way += 1
                            sending.create_task(self._send_again(absent))
                except Unfinished as reason:
                    self.stopping.stop(reason)
            while not self._closed:  # what was under way by then is still put aside
                await self._changed.wait()
                self._changed.clear()
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from None
        for each in self._waiting.values():  # only a run that was stopped leaves any
            why = f"{each.doubt.said}, and it could not be looked up: {self.stopping.reason}"
            self.report(each.document, Outcome(_left_as(each.doubt), error=why))
        self._waiting.clear()

    @property
    def _shortest_gap(self) -> float:
        return max(self.settle, self.lateness.doubt / _GAPS)

    def _ends(self, doubt: Doubt) -> float:
        assert doubt.posting.listed is not None, "what cannot be looked up is not put aside"
        return doubt.sent_at + self.lateness.until(doubt.posting.listed)

    async def _until_due(self) -> None:
        self.stopping.check()
        self._changed.clear()
        first = min((each.due for each in self._waiting.values()), default=None)
        if first is None and self._closed and not self._under_way:
            return
        wait = None if first is None else max(first - self.clock(), 0.0)
        if wait == 0.0:
            return
        try:
            async with self.stopping.interruptible(), asyncio.timeout(wait):
                await self._changed.wait()
        except TimeoutError:
            return

    def _due(self) -> list[_Waiting]:
        now = self.clock()
        soon = now + _TOGETHER * self._shortest_gap
        # A look may come early by a little, to go together with others; the last one never does.
        return [e for e in self._waiting.values() if e.due <= now or (e.due <= soon and e.due < self._ends(e.doubt))]

    async def _look(self, due: Sequence[_Waiting]) -> list[_Waiting]:
        """Look up what is due; return what is surely not there."""
        by_list: dict[CodeList, list[_Waiting]] = {}
        for each in due:
            if each.doubt.posting.listed is not None:
                by_list.setdefault(each.doubt.posting.listed, []).append(each)
        return [absent for listed, waiting in by_list.items() for absent in await self._look_in(listed, waiting)]

    async def _look_in(self, listed: CodeList, waiting: Sequence[_Waiting]) -> list[_Waiting]:
        left_at, absent = self.clock(), list[_Waiting]()
        keys = {each.doubt.posting.key for each in waiting}
        try:
            found = await self.lists.find(listed, keys | set(self.lateness.watched(listed)))
        except LookupRefused as error:
            for each in waiting:
                self._end(each, f"{each.doubt.said}, and looking for it failed: {error}")
            return []
        self.lateness.looked(listed, found, left_at)
        for each in waiting:
            posting, ends = each.doubt.posting, self._ends(each.doubt)
            new = [record for record in found.get(posting.key, ()) if record not in posting.known_ids]
            if new:
                self.gate.answered()
                del self._waiting[id(each.document)]
                self.report(each.document, self.delivery.found(each.doubt, new[0]))
            elif left_at < ends or self.lateness.is_unproven(listed):
                later = self.clock() + each.gap
                each.due = min(later, max(ends, self.clock())) if left_at < ends else later
                each.gap = min(2 * each.gap, _LONGEST_GAP)
            elif self.lateness.is_blind(listed):
                self._end(each, f"{each.doubt.said}, and Clarus does not list what was surely made: look in Clarus")
            else:
                del self._waiting[id(each.document)]
                absent.append(each)
        return absent

    def _end(self, each: _Waiting, error: str) -> None:
        del self._waiting[id(each.document)]
        self.report(each.document, Outcome(_left_as(each.doubt), error=error))

    async def _send_again(self, each: _Waiting) -> None:
        try:
            came = await self.delivery.send_again(each.doubt)
            if isinstance(came, Doubt):
                self.put(each.document, came)
            else:
                self.report(each.document, came)
        except Interrupted as interrupted:
            self.stopping.stop(interrupted.cause)
            self.report(each.document, interrupted.outcome)
        finally:
            self._under_way -= 1
            self._changed.set()


def _left_as(doubt: Doubt) -> Status:
    return Status.PENDING if doubt.is_unsent else Status.UNKNOWN
