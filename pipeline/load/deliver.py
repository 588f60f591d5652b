"""Post one record exactly once, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.clarus.answers import Answer, Meaning, judge, refusal
from pipeline.clarus.line_ids import line_ids
from pipeline.errors import LookupRefused, Unfinished
from pipeline.ledger import Entry, State
from pipeline.load.posting import NOT_LISTED, Key, Posting
from pipeline.values.outcomes import Outcome, Status
from schemas.vocabulary.lists import CodeList

NOT_BY_CLARUS = "this came from something between here and Clarus, such as a proxy; the next run sends it again"


class Writes(Protocol):
    """Something that sends writes, such as `pipeline.clarus.client.Clarus`."""

    async def write(self, method: str, path: str, body: bytes) -> Answer:
        """Send one write; what it raises is raised before anything can have reached Clarus."""

    def confirm(self) -> None:
        """Hear that a write whose answer was lost has been found."""


class CodeLists(Protocol):
    """Clarus's lists."""

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys."""


class Intentions(Protocol):
    """Where what is about to be done is written down, such as `pipeline.ledger.Ledger`."""

    async def intend(self, entry: Entry) -> None:
        """Return when the intention is on the disk."""

    def conclude(self, entry: Entry) -> None:
        """Write down what came of it."""


class Interrupted(Exception):
    """The run cannot go on; this is how the document stands."""

    def __init__(self, outcome: Outcome, cause: Unfinished) -> None:
        super().__init__(str(cause))
        self.outcome, self.cause = outcome, cause


@dataclass(frozen=True, slots=True)
class Delivery:
    """The protocol: write the intention down, send, and where the answer is lost, look before sending again."""

    clarus: Writes
    lists: CodeLists
    ledger: Intentions
    run: str
    settle: float = 2.0  # seconds after which a read is trusted to see a write
    most_attempts: int = 3  # times one record is sent in one run while each answer is lost
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep  # for so many seconds; may raise why the run must end

    async def deliver(self, posting: Posting) -> Outcome:
        """Make the record and return its id.

        Raises:
            Interrupted: Clarus is out of reach or refuses our credentials, the ledger cannot be written, or the run
                was told to stop.
        """
        if posting.changes is not None:
            return await self._change(posting, posting.changes)
        in_doubt, said = posting.in_doubt, ""
        for attempt in range(posting.attempts + 1, posting.attempts + self.most_attempts + 1):
            try:
                await self.ledger.intend(posting.entry(State.SENT, self.run, attempts=attempt))
                answer = await self.clarus.write(posting.method, posting.path, posting.body)
            except Unfinished as error:
                raise Interrupted(self._unsent(posting, attempt, in_doubt, error), error) from error
            verdict = judge(answer, posting.sent)
            judged, said = verdict.meaning, f"{answer.said} {verdict.why}".rstrip()
            if judged is Meaning.MADE:
                return self._created(posting, attempt, verdict.record, line_ids(answer.body, posting.lines))
            if judged is Meaning.NOT_ANSWERED and not in_doubt:
                self.ledger.conclude(posting.entry(State.WITHDRAWN, self.run, attempts=attempt))
                return Outcome(Status.PENDING, error=f"not sent: {said}; {NOT_BY_CLARUS}")
            if judged is not Meaning.IN_DOUBT and not in_doubt:
                return self._refused(posting, attempt, answer)
            in_doubt = True
            if judged is Meaning.REFUSED:
                said = refusal(answer)
            if posting.listed is None:
                return Outcome(Status.UNKNOWN, error=f"{said}, and {NOT_LISTED}")
            try:
                await self.wait(self.settle)
                found = await self.look(posting)
            except LookupRefused as error:
                return Outcome(Status.UNKNOWN, error=f"{said}, and looking for it failed: {error}")
            except Unfinished as error:
                doubt = Outcome(Status.UNKNOWN, error=f"{said}, and it could not be looked up: {error}")
                raise Interrupted(doubt, error) from error
            if found is not None:
                self.clarus.confirm()
                return self._created(posting, attempt, found, [])
            if judged is Meaning.REFUSED:  # refused, and not because an earlier attempt has made it
                return self._refused(posting, attempt, answer)
        return Outcome(Status.UNKNOWN, error=f"sent {self.most_attempts} times; {said}, and it is not there")

    async def look(self, posting: Posting) -> int | None:
        """Return the id under which Clarus has the record, None where it has not."""
        if posting.listed is None:
            return None
        found = await self.lists.find(posting.listed, [posting.key])
        return next((record for record in found.get(posting.key, []) if record not in posting.known_ids), None)

    def concluded(self, outcome: Outcome) -> Outcome:
        """Write down that a record which was found is the one whose answer was lost."""
        if outcome.adopted is not None:
            found = replace(outcome.adopted, state=State.CREATED, run=self.run, clarus_id=outcome.clarus_id)
            self.ledger.conclude(found)
        return outcome

    async def _change(self, posting: Posting, record: int) -> Outcome:
        """Change a record; a change whose answer is lost is sent again as it is."""
        said = ""
        for attempt in range(posting.attempts + 1, posting.attempts + self.most_attempts + 1):
            try:
                await self.ledger.intend(posting.entry(State.CHANGING, self.run, attempts=attempt))
                answer = await self.clarus.write(posting.method, posting.path, posting.body)
            except Unfinished as error:
                raise Interrupted(Outcome(Status.PENDING, record, error=f"not changed: {error}"), error) from error
            verdict = judge(answer, posting.sent)
            if verdict.meaning is Meaning.MADE:
                self.ledger.conclude(posting.entry(State.UPDATED, self.run, attempts=attempt))
                return Outcome(Status.UPDATED, record, problems=posting.warnings)
            if verdict.meaning is Meaning.REFUSED:
                return replace(self._refused(posting, attempt, answer), clarus_id=record)
            if verdict.meaning is Meaning.NOT_ANSWERED:
                return Outcome(Status.PENDING, record, error=f"not changed: {answer.said}; {NOT_BY_CLARUS}")
            said = f"{answer.said} {verdict.why}".rstrip()
            try:
                await self.wait(self.settle)
            except Unfinished as error:
                raise Interrupted(Outcome(Status.UNKNOWN, record, error=f"the change: {said}"), error) from error
        return Outcome(Status.UNKNOWN, record, error=f"the change was sent {self.most_attempts} times; {said}")

    def _created(self, posting: Posting, attempt: int, record: int | None, lines: list[int | None]) -> Outcome:
        found = {"clarus_id": record, "line_ids": tuple(lines), "attempts": attempt}
        self.ledger.conclude(posting.entry(State.CREATED, self.run, **found))
        return Outcome(Status.CREATED, record, tuple(lines), problems=posting.warnings)

    def _refused(self, posting: Posting, attempt: int, answer: Answer) -> Outcome:
        entry = posting.entry(State.REFUSED, self.run, attempts=attempt, error=f"refused ({answer.status})")
        self.ledger.conclude(entry)
        return Outcome(Status.REJECTED, error=refusal(answer))

    def _unsent(self, posting: Posting, attempt: int, in_doubt: bool, error: Unfinished) -> Outcome:
        """This attempt did not leave; an earlier one may have, and then the doubt stays."""
        if in_doubt:
            return Outcome(Status.UNKNOWN, error=f"an earlier attempt had no answer; then: {error}")
        self.ledger.conclude(posting.entry(State.WITHDRAWN, self.run, attempts=attempt))
        return Outcome(Status.PENDING, error=f"not sent: {error}")
