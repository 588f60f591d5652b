"""Load the documents of one record type: many at once, each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from pipeline.documents import Document, Resolved, Unresolved
from pipeline.errors import Unfinished
from pipeline.ledger import Entry, Ledger, State
from pipeline.load.delivery import Delivery, Interrupted, Key, Outcome, Posting
from pipeline.load.recall import differences, digests, identity, recalled_line_ids, whole
from pipeline.outcomes import Status

# So many documents are looked up at a time, while those before them are being posted.
_BLOCK = 1_000
_GRACE = 3.0  # seconds in which requests under way may still be answered when the run is told to stop


@dataclass(slots=True)
class Loader:
    """Loads documents; `report` hears of each outcome as it comes.

    What stops one document from going on stops them all: `stopped` then says why, and the documents that were not
    reached are not reported.
    """

    delivery: Delivery
    ledger: Ledger
    resolve: Callable[[Sequence[Document]], Awaitable[list[Resolved | Unresolved]]]
    report: Callable[[Document, Outcome], None]
    tenant: str
    concurrency: int = 32
    send_unknown: bool = False  # also what is in doubt and cannot be looked up
    stopped: Unfinished | None = None
    _workers: list[asyncio.Task[None]] = field(default_factory=list)

    async def load(self, documents: Iterable[Document]) -> None:
        """Load the documents. Two with one identity go one after the other, in their order."""
        while documents and not self.stopped:
            again: list[Document] = []
            await self._pass(_distinct(documents, again))
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
        queue: asyncio.Queue[tuple[Document, Posting] | None] = asyncio.Queue(_BLOCK)
        self._workers = [asyncio.create_task(self._work(queue)) for _ in range(self.concurrency)]
        try:
            while (block := list(islice(documents, _BLOCK))) and not self.stopped:
                for ready in await self._prepare(block):
                    await queue.put(ready)
        except Unfinished as error:
            self.stop(error)
        finally:
            for _ in self._workers:
                await queue.put(None)
            await asyncio.gather(*self._workers, return_exceptions=True)
        for worker in self._workers:
            if not worker.cancelled() and (fault := worker.exception()):
                raise fault

    async def _work(self, queue: asyncio.Queue[tuple[Document, Posting] | None]) -> None:
        while (ready := await queue.get()) is not None:
            if self.stopped:
                continue
            document, posting = ready
            try:
                self.report(document, await self.delivery.deliver(posting))
            except Interrupted as interrupted:
                self.report(document, interrupted.outcome)
                self.stop(interrupted.cause)
            except asyncio.CancelledError:
                self.report(document, Outcome(Status.UNKNOWN, error="the run was stopped before Clarus answered"))
                # The queue still has to be emptied, or who fills it would wait for ever.

    async def _prepare(self, block: Sequence[Document]) -> list[tuple[Document, Posting]]:
        """Report the documents that are there already or cannot go on; return the others, ready to be posted."""
        names = [identity(document, self.tenant) for document in block]
        entries = await self.ledger.find(names)
        going: list[tuple[Document, Entry | None]] = []
        for document, name in zip(block, names, strict=True):
            entry = entries.get(name)
            if entry is not None and entry.state is State.CREATED:
                self.report(document, _recalled(document, entry))
            else:
                going.append((document, entry))
        known = await self._already_there([document for document, _ in going], [entry for _, entry in going])
        unsettled: list[tuple[Document, Entry | None]] = []
        for document, entry in going:
            if not self._settled(document, entry, known.get(document.key, [])):
                unsettled.append((document, entry))
        resolutions = await self.resolve([document for document, _ in unsettled])
        ready = []
        for (document, entry), resolution in zip(unsettled, resolutions, strict=True):
            if isinstance(resolution, Unresolved):
                error = "; ".join(problem.sentence for problem in resolution.problems)
                self.report(document, Outcome(resolution.status, error=error, problems=resolution.problems))
            else:
                ready.append((document, self._posting(resolution, entry, known.get(document.key, []))))
        return ready

    async def _already_there(
        self, documents: Sequence[Document], entries: Sequence[Entry | None]
    ) -> dict[Key, list[int]]:
        """Look up which documents Clarus has; those in doubt are looked for only after the settle time."""
        listed = documents[0].record.listed if documents else None
        if listed is None:
            return {}
        sent = [e.changed_at for e in entries if e is not None and e.state is State.SENT and e.changed_at is not None]
        if sent:
            passed = (datetime.now(UTC) - max(sent)).total_seconds()
            await asyncio.sleep(min(self.delivery.settle, max(0.0, self.delivery.settle - passed)))
        return await self.delivery.lists.find(listed, {document.key for document in documents})

    def _settled(self, document: Document, entry: Entry | None, found: Sequence[int]) -> bool:
        """Report a document that need not be sent, or must not be."""
        in_doubt = entry is not None and entry.state is State.SENT
        if entry is not None and in_doubt:
            new = [record for record in found if record not in entry.known_ids]
            if new:
                self.report(document, self.delivery.adopt(entry, new[0]))
                return True
            if document.record.listed is None and not self.send_unknown:
                error = "sent before without an answer, and such records cannot be looked up"
                hint = "look in Clarus; if it is not there, use retry --send-unknown"
                self.report(document, Outcome(Status.UNKNOWN, error=f"{error}: {hint}"))
                return True
        elif found and not document.controls.get("allow_duplicate"):
            self.report(document, Outcome(Status.EXISTS, found[0]))
            return True
        return False

    def _posting(self, resolved: Resolved, entry: Entry | None, found: Sequence[int]) -> Posting:
        document = resolved.document
        parts = digests(document)
        in_doubt = entry is not None and entry.state is State.SENT
        return Posting(
            identity=identity(document, self.tenant),
            path=f"/{document.record.resource}",
            body=resolved.body,
            fingerprint=whole(parts),
            parts=parts,
            listed=document.record.listed,
            key=document.key,
            known_ids=entry.known_ids if entry is not None and in_doubt else tuple(found),
            attempts=entry.attempts if entry is not None else 0,
            in_doubt=in_doubt,
            warnings=resolved.warnings,
        )


def _distinct(documents: Iterable[Document], again: list[Document]) -> Iterator[Document]:
    """Yield the first document of each key; those that come again are put aside."""
    seen: set[Key] = set()
    for document in documents:
        if document.key in seen:
            again.append(document)
        else:
            seen.add(document.key)
            yield document


def _recalled(document: Document, entry: Entry) -> Outcome:
    """The outcome of a document that this program has made before."""
    parts = digests(document)
    ids = recalled_line_ids(entry, parts["lines"])
    if whole(parts) == entry.fingerprint:
        return Outcome(Status.EXISTS, entry.clarus_id, ids, made_in=entry.run)
    changed = differences(entry, parts)
    warning = f"created before with other content, and not changed by this file ({changed})"
    return Outcome(Status.EXISTS, entry.clarus_id, ids, error=warning, made_in=entry.run)
