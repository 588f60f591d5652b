"""Send a change so that nothing of it arrives twice, whatever happens on the way.

Attributes, changed lines and removed lines may be sent again without harm. A line that is added may not: when the
answer is lost, the lines of the record are looked up until it is there, or surely is not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from pipeline.clarus.answers import Answer, Meaning, judge, refusal, says_absent
from pipeline.clarus.line_ids import new_line_ids
from pipeline.clarus.standings import Standings
from pipeline.errors import LookupRefused, Unfinished
from pipeline.ledger import Entry, State
from pipeline.load.change import Change
from pipeline.load.change_plan import Kind, Plan, plan_change
from pipeline.load.collaborators import Intentions, Interrupted, Writes
from pipeline.load.known_lines import KnownLine, KnownLines, known_lines, with_listed
from pipeline.values.outcomes import Outcome, Status

NOT_BY_CLARUS = "this came from something between here and Clarus, such as a proxy; the next run sends it again"
_LINES_NOT_LISTED = (
    "whether its new lines are there is not known, and Clarus does not list lines of such records: look in Clarus; "
    "if they are not there, use retry --send-unknown"
)
_LONGEST_GAP = 15.0  # seconds between two looks


@dataclass(frozen=True, slots=True)
class ChangeDelivery:
    """The protocol of a change: write the intention down, send, write down what came of it."""

    clarus: Writes
    ledger: Intentions
    run: str
    standings: Standings | None
    settle: float
    most_attempts: int  # times a change is sent in one run while each answer is lost
    doubt: float  # seconds after its sending until which a change may arrive, or not be listed yet
    wait: Callable[[float], Awaitable[None]]  # for so many seconds; may raise why the run must end
    clock: Callable[[], float]
    send_unknown: bool = False  # add lines once more of which it cannot be known whether they are there

    async def deliver(self, change: Change) -> Outcome:
        """Change the record.

        Raises:
            Interrupted: Clarus is out of reach or refuses our credentials, the ledger cannot be written, or the run
                was told to stop.
        """
        course = _Course(self, change)
        try:
            return await course.go()
        except Unfinished as error:
            raise Interrupted(course.left(error), error) from error


class _Course:
    """One change on its way: what is sent next, and since when what was sent before may still arrive."""

    def __init__(self, delivery: ChangeDelivery, change: Change) -> None:
        self._own, self._change, self._told = delivery, change, change.told
        entry = change.wanted.entry
        self._first = entry
        self._attempts = entry.attempts if entry is not None else 0
        self._in_doubt = entry is not None and entry.state is State.CHANGING
        self._sent_at = _may_arrive_since(entry, delivery.clock())
        self._said = "an earlier attempt had no answer"

    async def go(self) -> Outcome:
        own = self._own
        if (outcome := await self._after_earlier_attempts()) is not None:
            return outcome
        for _ in range(own.most_attempts):
            if self._change.plan.is_empty:
                return await self._done({})
            self._attempts += 1
            # Without a moment: when it leaves is not known yet, and that of an attempt before would be too early.
            await own.ledger.intend(self._change.entries.under_way(own.run, self._attempts))
            answer = await own.clarus.write(self._change.method, self._change.path, self._change.body)
            if (outcome := await self._concluded(answer)) is not None:
                return outcome
        said = f"the change was sent {own.most_attempts} times; {self._said}"
        return Outcome(Status.UNKNOWN, self._change.record, error=said)

    def left(self, error: Unfinished) -> Outcome:
        """How the document stands where the run must end: this attempt did not leave; an earlier one may have."""
        if self._in_doubt:
            return Outcome(Status.UNKNOWN, self._change.record, error=f"the change: {self._said}; then: {error}")
        self._restore()
        return Outcome(Status.PENDING, self._change.record, error=f"not changed: {error}")

    async def _after_earlier_attempts(self) -> Outcome | None:
        """See what came of an attempt that an earlier run made; the outcome where that stays unknown."""
        if self._change.known.adding:
            return await self._look_for_new_lines()
        entry = self._first
        if entry is not None and self._sent_at is not None and entry.fingerprint != self._fingerprint:
            # What says other things than this one must not arrive after it.
            left = self._sent_at + self._own.doubt - self._own.clock()
            if left > 0:
                await self._own.wait(left)
                await self._look_at_lines(entry)
        return None

    async def _look_at_lines(self, entry: Entry) -> None:
        """Plan the change once more by the lines that Clarus has now: one that was to be removed may be gone by now."""
        codes = self._change.wanted.document.record.changes.lines
        if codes is not None and self._own.standings is not None:
            listed = (await self._own.standings.lines(codes, [self._change.record])).get(self._change.record, [])
            self._plan_anew(entry, with_listed(known_lines(entry, None), listed))

    @property
    def _fingerprint(self) -> str:
        return self._change.entries.under_way(self._own.run, 0).fingerprint

    async def _concluded(self, answer: Answer) -> Outcome | None:
        """What an answer means for the change; None: send what is left of it."""
        own, change = self._own, self._change
        verdict = judge(answer, change.sent)
        self._said = f"{answer.said} {verdict.why}".rstrip()
        match verdict.meaning:
            case Meaning.MADE:
                return await self._done(self._ids(answer))
            case Meaning.REFUSED:
                if self._in_doubt and says_absent(answer) and (removed := self._removals()):
                    self._plan_anew(change.wanted.entry, change.known.without(removed))
                    return None
                self._restore()
                return Outcome(Status.REJECTED, change.record, error=refusal(answer))
            case Meaning.NOT_ANSWERED:
                self._restore()
                error = f"not changed: {answer.said}; {NOT_BY_CLARUS}"
                return Outcome(Status.UNKNOWN if self._in_doubt else Status.PENDING, change.record, error=error)
        self._in_doubt, self._sent_at = True, own.clock()
        entry = change.entries.under_way(own.run, self._attempts, self._sent_at)
        own.ledger.conclude(entry)
        if change.plan.adds:
            return await self._look_for_new_lines(entry)
        await own.wait(own.settle)
        known = known_lines(entry, None) if entry.line_ids else KnownLines()
        self._plan_anew(entry, known or KnownLines())
        return None

    def _plan_anew(self, entry: Entry | None, known: KnownLines) -> None:
        wanted = replace(self._change.wanted, entry=entry)
        plan = plan_change(wanted, known)
        assert isinstance(plan, Plan), "what could be planned before can be planned again"
        self._change = replace(self._change, wanted=wanted, plan=plan, known=known)

    async def _look_for_new_lines(self, entry: Entry | None = None) -> Outcome | None:
        """Wait until lines that were added without an answer are there, or surely are not, and plan what is left."""
        own, record = self._own, self._change.record
        entry = entry or self._first
        assert entry is not None, "lines are in doubt only where the ledger knows of them"
        known = known_lines(entry, None) or KnownLines()
        codes = self._change.wanted.document.record.changes.lines
        if codes is None or own.standings is None:
            if not own.send_unknown:
                return Outcome(Status.UNKNOWN, record, error=f"the change: {self._said}; {_LINES_NOT_LISTED}")
            self._plan_anew(entry, known.without(known.adding))
            return None
        sent_at, gap = self._sent_at if self._sent_at is not None else own.clock(), own.settle
        while True:
            left_at = own.clock()
            try:
                listed = (await own.standings.lines(codes, [record])).get(record, [])
            except LookupRefused as error:
                said = f"the change: {self._said}, and looking for its lines failed: {error}"
                return Outcome(Status.UNKNOWN, record, error=said)
            found = with_listed(known, listed)
            if not found.adding:
                break
            if left_at >= sent_at + own.doubt:
                found = found.without(found.adding)
                break
            await own.wait(min(max(gap, 0.05), max(sent_at + own.doubt - own.clock(), 0.05)))
            gap = min(2 * gap, _LONGEST_GAP)
        own.clarus.confirm()
        self._plan_anew(entry, found)
        return None

    def _removals(self) -> list[KnownLine]:
        lines = self._change.plan.lines
        return [each.known for each in lines if each.kind is Kind.DESTROY and each.known is not None]

    def _ids(self, answer: Answer) -> dict[int, int | None]:
        """The ids of added lines, by their place in the document, as far as the answer tells."""
        added = [change.at for change in self._change.plan.lines if change.kind is Kind.ADD and change.at is not None]
        if not added:
            return {}
        lines = self._change.wanted.resolution.attributes["lines_changes"]
        known = {line.line_id for line in self._change.known.lines if line.line_id is not None}
        ids = new_line_ids(answer.body, [lines[at]["attributes"] for at in added], known)
        return dict(zip(added, ids, strict=True))

    async def _done(self, new_ids: Mapping[int, int | None]) -> Outcome:
        change = self._change
        entry = change.entries.done(self._own.run, self._attempts, new_ids, self._sent_at)
        entry = await self._with_ids(entry)
        self._own.ledger.conclude(entry)
        ids = entry.line_ids[: len(change.wanted.document.lines)]
        return Outcome(Status.UPDATED, change.record, ids, problems=self._told)

    async def _with_ids(self, entry: Entry) -> Entry:
        """The entry with the ids of lines that no answer has named, as far as Clarus lists them by now."""
        codes = self._change.wanted.document.record.changes.lines
        if codes is None or self._own.standings is None or None not in entry.line_ids:
            return entry
        try:
            listed = (await self._own.standings.lines(codes, [self._change.record])).get(self._change.record, [])
        except Unfinished:
            return entry  # the change is made, and that is to be written down
        found = with_listed(known_lines(entry, None), listed)
        return replace(entry, line_ids=found.ids[: len(entry.line_ids)])

    def _restore(self) -> None:
        """What is known of the record is what was known before; nothing where an earlier attempt is in doubt."""
        if self._in_doubt:
            return
        before = self._first
        if before is None:  # of the record no more is known than that it is there
            before = self._change.entries.under_way(self._own.run, self._attempts)
            before = replace(before, state=State.REFUSED, parts={"lines": []}, line_ids=())
        self._own.ledger.conclude(before)


def _may_arrive_since(entry: Entry | None, now: float) -> float | None:
    """When an earlier attempt at a change was last sent, which may still arrive; None: there is none."""
    if entry is None or (entry.state is not State.CHANGING and entry.sent_at is None):
        return None
    return min(entry.sent_at, now) if entry.sent_at is not None else now
