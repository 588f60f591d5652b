"""Cancel orders by the API's own request, each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.clarus.answers import Meaning, judge, refusal
from pipeline.clarus.echoes import Sent
from pipeline.errors import Unfinished
from pipeline.ledger import Entry, State
from pipeline.load.change import Cancellation
from pipeline.load.change_delivery import NOT_BY_CLARUS
from pipeline.load.changes import Changing, closed_problem, gone
from pipeline.load.collaborators import CodeLists, Intentions, Interrupted, Writes
from pipeline.load.digests import digests, identity, whole
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status
from pipeline.values.problems import Problem

_CANCEL = "cancel"


def is_cancelled(document: Document) -> bool:
    """Whether the file says that it is to be cancelled."""
    return bool(document.record.changes.cancel) and document.controls.get("operation") == _CANCEL


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Decides what becomes of orders that are to be cancelled."""

    tenant: str
    lists: CodeLists
    changing: Changing

    async def prepare(self, block: Sequence[tuple[Document, Entry | None]]) -> list[Outcome | Cancellation]:
        """Return for each the request that cancels it, or its outcome.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        if not block:
            return []
        listed = block[0][0].record.listed
        unknown = {document.key for document, entry in block if entry is None or entry.clarus_id is None}
        found = await self.lists.find(listed, unknown) if listed is not None and unknown else {}
        decided: dict[int, Outcome | Cancellation] = {}
        asked: list[tuple[int, Document, int, Entry | None]] = []
        for at, (document, entry) in enumerate(block):
            record = self._record_of(document, entry, found.get(document.key, []))
            if isinstance(record, Outcome):
                decided[at] = record
            else:
                asked.append((at, document, record, entry))
        statuses = await self.changing.statuses([(document, record, entry) for _, document, record, entry in asked])
        for at, document, record, entry in asked:
            decided[at] = self._decide(document, record, entry, (statuses or {}).get(record))
        return [decided[at] for at in range(len(block))]

    def _record_of(self, document: Document, entry: Entry | None, found: Sequence[int]) -> int | Outcome:
        if entry is not None and entry.state is State.CANCELLED:
            return Outcome(Status.EXISTS, entry.clarus_id, made_in=entry.run, made_as=Status.UPDATED)
        if entry is not None and entry.clarus_id is not None:
            return entry.clarus_id
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(map(str, found[:5]))
            return _invalid(document, f"{document} is in Clarus {len(found)} times (ids {ids})", "cancel it there")
        if entry is not None and entry.state is State.SENT:
            return Outcome(Status.UNKNOWN, error="sent before without an answer, and not in Clarus yet")
        return _invalid(document, f"{document} is not in Clarus: there is nothing to cancel", "remove its rows")

    def _decide(
        self, document: Document, record: int, entry: Entry | None, status: str | None
    ) -> Outcome | Cancellation:
        rules, name = document.record.changes, identity(document, self.tenant)
        if status is None or status.casefold() == rules.cancelled:
            if entry is not None and entry.state is State.CANCELLING:  # an earlier attempt has done it
                return Outcome(Status.UPDATED, record, adopted=replace(entry, state=State.CANCELLED))
            if status is None:
                error = f"{document} is no longer in Clarus (it was {record})"
                return Outcome(Status.GONE, record, error=error, adopted=gone(entry))
            return Outcome(Status.EXISTS, record)
        if status.casefold() in rules.over:
            problem = closed_problem(document, status, "it cannot be cancelled any more")
            return Outcome(Status.INVALID, record, error=problem.sentence, problems=(problem,))
        path = f"/{document.record.resource}/{record}"
        sent = Sent(document.record.resource, record=record)
        return Cancellation(name, path + rules.cancel, sent, document, record, entry, status)


@dataclass(frozen=True, slots=True)
class CancelDelivery:
    """Sends cancellations: an order is cancelled once, however often that is asked for."""

    clarus: Writes
    ledger: Intentions
    run: str
    changing: Changing
    settle: float
    most_attempts: int
    wait: Callable[[float], Awaitable[None]]  # for so many seconds; may raise why the run must end

    async def deliver(self, posting: Cancellation) -> Outcome:
        """Cancel the order.

        Raises:
            Interrupted: as with any request.
        """
        in_doubt, said = posting.entry is not None and posting.entry.state is State.CANCELLING, ""
        try:
            for _ in range(self.most_attempts):
                await self.ledger.intend(self._entry(posting, State.CANCELLING))
                answer = await self.clarus.write(posting.method, posting.path, posting.body)
                verdict = judge(answer, posting.sent)
                said = f"{answer.said} {verdict.why}".rstrip()
                match verdict.meaning:
                    case Meaning.MADE:
                        return self._done(posting)
                    case Meaning.NOT_ANSWERED:
                        self._restore(posting, in_doubt)
                        return Outcome(Status.PENDING, posting.record, error=f"not cancelled: {said}; {NOT_BY_CLARUS}")
                    case Meaning.REFUSED:
                        if await self._is_over(posting):
                            return self._done(posting)
                        self._restore(posting, in_doubt)
                        return Outcome(Status.REJECTED, posting.record, error=refusal(answer))
                in_doubt = True
                await self.wait(self.settle)
                if await self._is_over(posting):
                    self.clarus.confirm()
                    return self._done(posting)
        except Unfinished as error:
            self._restore(posting, in_doubt)
            status = Status.UNKNOWN if in_doubt else Status.PENDING
            raise Interrupted(Outcome(status, posting.record, error=f"not cancelled: {error}"), error) from error
        sent = f"the cancellation was sent {self.most_attempts} times; {said}"
        return Outcome(Status.UNKNOWN, posting.record, error=sent)

    async def _is_over(self, posting: Cancellation) -> bool:
        """Whether Clarus has it as cancelled, or has it no more: what had not been begun with is deleted."""
        statuses = await self.changing.statuses([(posting.document, posting.record, None)])
        if statuses is None:
            return False
        status = statuses.get(posting.record)
        return status is None or status.casefold() == posting.document.record.changes.cancelled

    def _done(self, posting: Cancellation) -> Outcome:
        self.ledger.conclude(self._entry(posting, State.CANCELLED))
        return Outcome(Status.UPDATED, posting.record)

    def _restore(self, posting: Cancellation, in_doubt: bool) -> None:
        if not in_doubt:
            self.ledger.conclude(posting.entry or self._entry(posting, State.REFUSED))

    def _entry(self, posting: Cancellation, state: State) -> Entry:
        if posting.entry is not None:
            return replace(posting.entry, state=state, run=self.run, clarus_id=posting.record)
        parts = digests(posting.document)
        return Entry(posting.identity, state, whole(parts), parts, self.run, clarus_id=posting.record)


def _invalid(document: Document, message: str, hint: str) -> Outcome:
    problem = Problem(document.rows[0], document.record.reference, document.reference, message, hint)
    return Outcome(Status.INVALID, error=problem.sentence, problems=(problem,))
