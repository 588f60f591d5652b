"""Take a record out of Clarus: a request that may be repeated, for what is gone cannot go again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipeline.clarus.answers import Meaning, judge, refusal
from pipeline.errors import Unfinished
from pipeline.ledger import State
from pipeline.load.collaborators import Intentions, Interrupted, Writes
from pipeline.load.posting import Posting
from pipeline.values.outcomes import Outcome, Status

_GONE = 404  # status of an answer


@dataclass(frozen=True, slots=True)
class Deletion:
    """Sends the request until it is answered, and lets the ledger forget that the record was made."""

    clarus: Writes
    ledger: Intentions
    run: str
    settle: float  # seconds before it is sent again
    most_attempts: int
    wait: Callable[[float], Awaitable[None]]

    async def delete(self, posting: Posting, record: int) -> Outcome:
        """Delete the record; `updated` where it was there, `exists` where nothing was left to delete.

        Raises:
            Interrupted: Clarus is out of reach, or the run was told to stop.
        """
        said = ""
        for attempt in range(posting.attempts + 1, posting.attempts + self.most_attempts + 1):
            try:
                await self.ledger.intend(posting.entry(State.CHANGING, self.run, attempts=attempt))
                answer = await self.clarus.write(posting.method, posting.path, posting.body)
            except Unfinished as error:
                raise Interrupted(Outcome(Status.PENDING, record, error=f"not deleted: {error}"), error) from error
            meaning = judge(answer, posting.sent).meaning
            was_gone = meaning is Meaning.REFUSED and answer.status == _GONE
            if meaning is Meaning.MADE or was_gone:
                self.ledger.conclude(posting.entry(State.WITHDRAWN, self.run, attempts=attempt, clarus_id=None))
                by_another = was_gone and not said
                return Outcome(Status.EXISTS if by_another else Status.UPDATED, None if by_another else record)
            if meaning is Meaning.REFUSED:
                self.ledger.conclude(posting.entry(State.UPDATED, self.run, attempts=attempt))  # it is still there
                return Outcome(Status.REJECTED, record, error=refusal(answer))
            said = answer.said
            try:
                await self.wait(self.settle)
            except Unfinished as error:
                raise Interrupted(Outcome(Status.PENDING, record, error=f"the deletion: {said}"), error) from error
        return Outcome(Status.PENDING, record, error=f"the deletion was sent {self.most_attempts} times; {said}")
