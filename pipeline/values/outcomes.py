"""How each row ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.ledger import Entry
from pipeline.values.problems import Problem


class Status(StrEnum):
    """The end of a document, and so of its rows."""

    CREATED = "created"
    UPDATED = "updated"
    EXISTS = "exists"
    NOTED = "noted"
    DIFFERS = "differs"
    GONE = "gone"
    INVALID = "invalid"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    PENDING = "pending"
    READY = "ready"

    @property
    def done(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self in DONE

    @property
    def needs_someone(self) -> bool:
        """Whether it stands in the way of exit code 0: neither done nor, in a rehearsal, ready to be."""
        return self not in DONE and self is not Status.READY


DONE = frozenset((Status.CREATED, Status.UPDATED, Status.EXISTS, Status.NOTED))


# Where somebody has something to correct in the file.
TO_CORRECT = frozenset((Status.INVALID, Status.REJECTED, Status.BLOCKED, Status.DIFFERS))
# What a run tries again by itself; `retry` also tries what was refused or had to wait for something else.
OWED = frozenset((Status.PENDING, Status.UNKNOWN))


RETRIED = OWED | {Status.REJECTED, Status.BLOCKED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a document ended."""

    status: Status
    clarus_id: int | None = None
    line_ids: tuple[int | None, ...] = ()
    error: str = ""
    problems: tuple[Problem, ...] = ()  # of single rows; columns by their contract heading
    made_in: str = ""  # the run that made the record, where the ledger knows it
    made_as: Status | None = None  # and how the record's row ended then
    adopted: Entry | None = None  # the ledger's line of a record whose answer was lost, and what it turned out to be
    again: bool = False  # the document is decided on once more, now that this is known
