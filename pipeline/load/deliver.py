"""Post one record exactly once, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from pipeline.clarus.answers import Answer, Meaning, Verdict, judge, refusal, says_taken
from pipeline.clarus.line_ids import line_ids
from pipeline.errors import Unfinished
from pipeline.ledger import State
from pipeline.load.cancelling import CancelDelivery
from pipeline.load.change import Cancellation, Change
from pipeline.load.change_delivery import NOT_BY_CLARUS, ChangeDelivery
from pipeline.load.changes import Changing
from pipeline.load.clock import now
from pipeline.load.collaborators import CodeLists, Intentions, Interrupted, Writes
from pipeline.load.decide import Sending
from pipeline.load.deletion import Deletion
from pipeline.load.doubts import Doubts, Report
from pipeline.load.gate import Gate
from pipeline.load.issued_ids import IssuedIds
from pipeline.load.lateness import Lateness
from pipeline.load.posting import NOT_LISTED, Doubt, Posting
from pipeline.load.spellings import Spellings
from pipeline.stopping import Stopping
from pipeline.values.outcomes import Outcome, Status
from pipeline.values.problems import Problem, Severity


@dataclass(frozen=True, slots=True)
class Delivery:
    """The protocol: write the intention down, send, write down what came of it; what is in doubt is handed back."""

    clarus: Writes
    lists: CodeLists
    ledger: Intentions
    run: str
    gate: Gate
    settle: float = 2.0  # seconds after which a first look is worth while, and a change is sent again
    most_attempts: int = 3  # times one record is sent in one run while each answer is lost
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep  # for so many seconds; may raise why the run must end
    lateness: Lateness = field(default_factory=lambda: Lateness(60.0))
    issued: IssuedIds = field(default_factory=IssuedIds)
    spellings: Spellings = field(default_factory=Spellings)
    clock: Callable[[], float] = now  # seconds since the epoch
    changing: Changing = field(default_factory=lambda: Changing(""))
    send_unknown: bool = False  # also again what is in doubt and cannot be looked up

    @property
    def changes(self) -> ChangeDelivery:
        """How records that are there are changed."""
        return ChangeDelivery(
            self.clarus,
            self.ledger,
            self.run,
            self.changing.standings,
            self.settle,
            self.most_attempts,
            self.lateness.doubt,
            self.wait,
            self.clock,
            self.send_unknown,
        )

    @property
    def cancellations(self) -> CancelDelivery:
        """How orders are cancelled."""
        return CancelDelivery(
            self.clarus, self.ledger, self.run, self.changing, self.settle, self.most_attempts, self.wait
        )

    def doubts(self, report: Report, stopping: Stopping) -> Doubts:
        """A queue for what is in doubt."""
        return Doubts(self, self.lists, self.lateness, self.gate, report, stopping, self.settle, self.clock)

    async def deliver(self, posting: Sending) -> Outcome | Doubt:
        """Make or change the record and return its id, or what is in doubt about it.

        Raises:
            Interrupted: Clarus is out of reach or refuses our credentials, the ledger cannot be written, or the run
                was told to stop.
        """
        if isinstance(posting, Change):
            return await self.changes.deliver(posting)
        if isinstance(posting, Cancellation):
            return await self.cancellations.deliver(posting)
        if posting.changes is not None:
            parts = self.clarus, self.ledger, self.run, self.settle, self.most_attempts, self.wait
            return await Deletion(*parts).delete(posting, posting.changes)
        if posting.in_doubt and posting.listed is not None:
            sent_at = posting.sent_at if posting.sent_at is not None else self.clock()
            return Doubt(posting, posting.attempts, 0, "an earlier attempt had no answer", min(sent_at, self.clock()))
        turn = self.spellings.turn(posting.listed, posting.key)
        if turn is not None:
            async with turn:
                if self.spellings.turn(posting.listed, posting.key) is not None:
                    return await self._send_first(posting)
        return await self._send_first(posting)

    async def send_again(self, doubt: Doubt) -> Outcome | Doubt:
        """Send once more what has not appeared in Clarus.

        Raises:
            Interrupted: as in `deliver`.
        """
        if doubt.refused is not None:
            return self._refused(doubt.posting, doubt.attempt, doubt.refused)
        if doubt.posting.when_absent is not None:
            return doubt.posting.when_absent
        if doubt.tries >= self.most_attempts:
            return Outcome(Status.UNKNOWN, error=f"sent {doubt.tries} times; {doubt.said}, and it is not there")
        posting = replace(doubt.posting, in_doubt=not doubt.is_unsent, when_found=None)
        return await self._send(posting, doubt.attempt + 1, doubt.tries + 1)

    def found(self, doubt: Doubt, record: int) -> Outcome:
        """Write down that a document in doubt is this record."""
        posting = doubt.posting
        if not posting.in_doubt:
            return Outcome(Status.EXISTS, record)  # it had been there before we came
        self.clarus.confirm()
        if posting.when_found is not None:
            return self.concluded(posting.when_found(record))
        return self._created(posting, doubt.attempt, record, [])

    def concluded(self, outcome: Outcome) -> Outcome:
        """Write down that a record which was found is the one whose answer was lost."""
        if (entry := outcome.adopted) is not None:
            self.ledger.conclude(entry if entry.state is State.GONE else replace(entry, run=self.run))
        return outcome

    async def _send_first(self, posting: Posting) -> Outcome | Doubt:
        if self._is_spelled_anew(posting):
            return Doubt(posting, posting.attempts, 0, "not sent yet", 0.0)
        return await self._send(posting, posting.attempts + 1, 1)

    async def _send(self, posting: Posting, attempt: int, tries: int) -> Outcome | Doubt:
        try:
            await self.gate.enter()
            await self.ledger.intend(posting.entry(State.SENT, self.run, attempts=attempt))
            answer = await self.clarus.write(posting.method, posting.path, posting.body, rested=posting.in_doubt)
        except Unfinished as error:
            raise Interrupted(self._unsent(posting, attempt, error), error) from error
        verdict = judge(answer, posting.sent)
        judged, said = verdict.meaning, f"{answer.said} {verdict.why}".rstrip()
        if judged is Meaning.MADE:
            assert verdict.record is not None, "what was made has an id"
            holder = await self.issued.holder(posting.identity, verdict.record)
            if holder is None:
                made = self._created(posting, attempt, verdict.record, line_ids(answer.body, posting.lines))
                return replace(made, problems=(*made.problems, *self._learn(posting, verdict)))
            judged, said = Meaning.IN_DOUBT, f"{said} with id {verdict.record}, which is that of {holder.reference}"
        if judged is Meaning.NOT_ANSWERED and not posting.in_doubt:
            self.ledger.conclude(posting.entry(State.WITHDRAWN, self.run, attempts=attempt))
            return Outcome(Status.PENDING, error=f"not sent: {said}; {NOT_BY_CLARUS}")
        if judged is Meaning.REFUSED:
            return self._doubt_refusal(posting, attempt, tries, answer)
        if judged is not Meaning.IN_DOUBT and not posting.in_doubt:
            return self._refused(posting, attempt, answer)
        return self._doubt(posting, attempt, tries, said)

    def _is_spelled_anew(self, posting: Posting) -> bool:
        """Whether it was looked up before it became known that Clarus keeps it under another spelling."""
        if posting.listed is None or posting.may_repeat or posting.spelled == self.spellings.learnt:
            return False
        return bool(self.spellings.variants(posting.listed, posting.key))

    def _learn(self, posting: Posting, verdict: Verdict) -> tuple[Problem, ...]:
        """Learn from what Clarus says of a record that it has made; the first of a kind is a warning."""
        if posting.listed is None:
            return ()
        self.lateness.made(posting.listed, posting.key, self.clock())
        ours, is_new = posting.key[-1], False
        if verdict.kept and self.spellings.learn(posting.listed, ours, verdict.kept, verdict.cut):
            is_new = True
            self.ledger.learn_spelling(posting.identity.tenant, posting.listed.name, ours, verdict.kept, verdict.cut)
        self.spellings.answered(posting.listed)
        if not is_new:
            return ()
        message = (
            f"Clarus keeps {verdict.kept} for {ours}: from now on such references are looked up as Clarus keeps them"
        )
        hint = "write them in the file as Clarus keeps them"
        return (Problem(posting.row, posting.column, ours, message, hint, Severity.WARNING, loud=True),)

    def _doubt(self, posting: Posting, attempt: int, tries: int, said: str) -> Outcome | Doubt:
        """It may have been made; the ledger knows since when nothing of it is under way any more."""
        sent_at = self.clock()
        self.ledger.conclude(posting.entry(State.SENT, self.run, attempts=attempt, sent_at=sent_at))
        self.gate.lost()
        if posting.listed is None:
            return Outcome(Status.UNKNOWN, error=f"{said}, and {NOT_LISTED}")
        return Doubt(replace(posting, in_doubt=True), attempt, tries, said, sent_at)

    def _doubt_refusal(self, posting: Posting, attempt: int, tries: int, answer: Answer) -> Outcome | Doubt:
        """A refusal may hide that it is there: made by an earlier attempt, or by a run that nobody remembers."""
        is_taken = says_taken(answer, posting.sent.key or ("code", "reference"))
        if posting.listed is None or not (posting.in_doubt or (is_taken and not posting.known_ids)):
            return self._refused(posting, attempt, answer)
        if not posting.in_doubt:
            self._refused(posting, attempt, answer)  # to be found as one that exists, also if the run ends here
        return Doubt(posting, attempt, tries, refusal(answer), self.clock() if is_taken else 0.0, answer)

    def _created(self, posting: Posting, attempt: int, record: int | None, lines: list[int | None]) -> Outcome:
        found = {"clarus_id": record, "line_ids": tuple(lines), "attempts": attempt}
        self.ledger.conclude(posting.entry(State.CREATED, self.run, **found))
        self.gate.answered()
        return Outcome(Status.CREATED, record, tuple(lines), problems=posting.warnings)

    def _refused(self, posting: Posting, attempt: int, answer: Answer) -> Outcome:
        self.gate.answered()
        entry = posting.entry(State.REFUSED, self.run, attempts=attempt, error=f"refused ({answer.status})")
        self.ledger.conclude(entry)
        return Outcome(Status.REJECTED, error=refusal(answer))

    def _unsent(self, posting: Posting, attempt: int, error: Unfinished) -> Outcome:
        """This attempt did not leave; an earlier one may have, and then the doubt stays."""
        if posting.in_doubt:
            return Outcome(Status.UNKNOWN, error=f"an earlier attempt had no answer; then: {error}")
        self.ledger.conclude(posting.entry(State.WITHDRAWN, self.run, attempts=attempt))
        return Outcome(Status.PENDING, error=f"not sent: {error}")
