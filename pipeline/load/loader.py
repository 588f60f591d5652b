"""Load the documents of one record type: many at once, each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from pipeline.documents import Document
from pipeline.errors import Unfinished
from pipeline.load.delivery import Delivery, Interrupted, Key, Outcome, Posting
from pipeline.load.preparation import Preparation
from pipeline.outcomes import Status

# So many documents are looked up at a time, while those before them are being posted.
_BLOCK = 1_000
_GRACE = 3.0  # seconds in which requests under way may still be answered when the run is told to stop

_Queue = asyncio.Queue[tuple[Document, Posting] | None]


@dataclass(slots=True)
class Loader:
    """Loads documents; `report` hears of each outcome as it comes.

    What stops one document from going on stops them all: `stopped` then says why, and the documents that were not
    reached are not reported.
    """

    preparation: Preparation
    delivery: Delivery
    report: Callable[[Document, Outcome], None]
    concurrency: int = 32
    stopped: Unfinished | None = None
    _workers: list[asyncio.Task[None]] = field(default_factory=list)

    async def load(self, documents: Iterable[Document]) -> None:
        """Load the documents. Those that must not meet go one after the other, in their order."""
        while documents and not self.stopped:
            again: list[Document] = []
            await self._pass(_apart(documents, again))
            documents = again

    def stop(self, reason: Unfinished) -> None:
        """Send nothing more; what is under way may still be answered for a moment."""
        if self.stopped is None:
            self.stopped = reason
            asyncio.get_running_loop().call_later(_GRACE, self._cancel)

    def _cancel(self) -> None:
        for worker in self._workers:
            worker.cancel()

    async def _pass(self, documents: Iterator[Document]) -> None:
        queue: _Queue = asyncio.Queue(_BLOCK)
        self._workers = [asyncio.create_task(self._work(queue)) for _ in range(self.concurrency)]
        try:
            while (block := list(islice(documents, _BLOCK))) and not self.stopped:
                for document, decided in await self.preparation.prepare(block):
                    if isinstance(decided, Outcome):
                        self.report(document, self.delivery.concluded(decided))
                    else:
                        await queue.put((document, decided))
        except Unfinished as error:
            self.stop(error)
        finally:
            for _ in self._workers:
                await queue.put(None)
            await asyncio.gather(*self._workers, return_exceptions=True)
        for worker in self._workers:
            if not worker.cancelled() and (fault := worker.exception()):
                raise fault

    async def _work(self, queue: _Queue) -> None:
        while (ready := await queue.get()) is not None:
            if self.stopped:
                continue  # the queue still has to be emptied, or who fills it would wait for ever
            document, posting = ready
            try:
                self.report(document, await self.delivery.deliver(posting))
            except Interrupted as interrupted:
                self.report(document, interrupted.outcome)
                self.stop(interrupted.cause)
            except asyncio.CancelledError:
                self.report(document, Outcome(Status.UNKNOWN, error="the run was stopped before Clarus answered"))


def _apart(documents: Iterable[Document], again: list[Document]) -> Iterator[Document]:
    """Yield the first document of each key; those that must not be under way at the same time are put aside.

    These are documents of one identity, and records of which the first of an owner is special.
    """
    seen: set[Key] = set()
    for document in documents:
        key = document.key[:1] if document.record.first_gets else document.key
        if key in seen:
            again.append(document)
        else:
            seen.add(key)
            yield document
