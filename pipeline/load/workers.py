"""Load the documents of one record type: many at once, each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

from pipeline.errors import Unfinished
from pipeline.event_loop import in_turns
from pipeline.load.collaborators import Interrupted
from pipeline.load.decide import Preparation, Sending
from pipeline.load.doubts import Doubts, Report
from pipeline.load.posting import Doubt, Key
from pipeline.load.spellings import Spellings
from pipeline.stopping import Stopping
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status

# So many documents are looked up at a time, while those before them are being posted.
_BLOCK = 1_000

_Queue = asyncio.Queue[tuple[Document, Sending] | None]


class Deliveries(Protocol):
    """What becomes of requests: `Delivery` sends them, a rehearsal writes them down."""

    @property
    def spellings(self) -> Spellings:
        """What is known of how Clarus spells references."""

    async def deliver(self, posting: Sending) -> Outcome | Doubt:
        """Make or change the record and return its id, or what is in doubt about it."""

    def doubts(self, report: Report, stopping: Stopping) -> Doubts | None:
        """A queue for what is in doubt; None where nothing is sent."""

    def concluded(self, outcome: Outcome) -> Outcome:
        """Write down what was concluded without sending anything."""


@dataclass(slots=True)
class Loader:
    """Loads documents; `report` hears of each outcome as it comes.

    What stops one document from going on stops them all, by `stopping`; the documents that were not reached then are
    not reported.
    """

    preparation: Preparation
    delivery: Deliveries
    report: Callable[[Document, Outcome], None]
    stopping: Stopping
    concurrency: int = 32
    _repeated: set[int] = field(default_factory=set)  # documents whose record an earlier one of this run speaks of
    _again: list[Document] = field(default_factory=list)  # documents that are decided on once more

    @property
    def _workers(self) -> int:
        # Twice as many as requests at once, which the pace bounds: while half of the documents wait for Clarus, the
        # intentions of the others are written down, so that the disk never keeps a request waiting.
        return 2 * self.concurrency

    async def load(self, documents: Iterable[Document]) -> None:
        """Load the documents. Those that must not meet go one after the other, in their order."""
        while documents and not self.stopping.reason:
            await self._pass(self._apart(documents))
            documents, self._again = self._again, []

    async def _pass(self, documents: Iterator[Document]) -> None:
        queue: _Queue = asyncio.Queue(_BLOCK)
        doubts = self.delivery.doubts(self._ended, self.stopping)
        try:
            async with asyncio.TaskGroup() as others:
                if doubts is not None:
                    others.create_task(doubts.settle_all())
                async with asyncio.TaskGroup() as workers:
                    for _ in range(self._workers):
                        workers.create_task(self._work(queue, doubts))
                    await self._fill(queue, documents)
                if doubts is not None:
                    doubts.close()
        except ExceptionGroup as faults:  # of this program, or of who hears the reports: one is enough to end with
            raise _first(faults) from None

    async def _fill(self, queue: _Queue, documents: Iterator[Document]) -> None:
        try:
            while not self.stopping.reason and (block := [d async for d in in_turns(islice(documents, _BLOCK))]):
                for document, decided in await self.preparation.prepare(block):
                    if isinstance(decided, Outcome):
                        self._report_decided(document, decided)
                    else:
                        await queue.put((document, decided))
        except Unfinished as reason:
            self.stopping.stop(reason)
        for _ in range(self._workers):
            await queue.put(None)

    async def _work(self, queue: _Queue, doubts: Doubts | None) -> None:
        while (ready := await queue.get()) is not None:
            if self.stopping.reason:
                continue  # the queue still has to be emptied, or who fills it would wait for ever
            document, posting = ready
            try:
                came = await self.delivery.deliver(posting)
            except Interrupted as interrupted:
                self.stopping.stop(interrupted.cause)
                came = interrupted.outcome
            if isinstance(came, Outcome):
                self._ended(document, came)
            elif doubts is not None:
                doubts.put(document, came)

    def _ended(self, document: Document, outcome: Outcome) -> None:
        if outcome.again:
            self._again.append(document)
        else:
            self.report(document, outcome)

    def _report_decided(self, document: Document, outcome: Outcome) -> None:
        outcome = self.delivery.concluded(outcome)
        if id(document) in self._repeated:
            # Made by this run, but for another document: this one meets it as one that exists.
            outcome = replace(outcome, made_in="")
            if outcome.status is Status.DIFFERS:
                outcome = replace(outcome, status=Status.INVALID, error=said_otherwise(str(document)))
        self._ended(document, outcome)

    def _apart(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield the documents that may be under way at the same time; put the others aside.

        These are the later ones of one identity, and records of which the first of an owner is special.
        """
        under_way: set[Key] = set()
        for document in documents:
            key = document.key[:1] if document.record.first_gets else document.key
            if key not in under_way:
                under_way.add(key)
                yield document
                continue
            self._again.append(document)
            if key == document.key:
                self._repeated.add(id(document))


def _first(faults: BaseException) -> BaseException:
    while isinstance(faults, BaseExceptionGroup):
        faults = faults.exceptions[0]
    return faults


def said_otherwise(what: str) -> str:
    """Say that two tables of one run differ on a document: as one that exists, the later's lines would be lost."""
    return f"another table of this run has {what} too, and says other things of it: put all its rows into one file"
