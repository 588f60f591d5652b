"""The fills that results give to cells."""

from __future__ import annotations

from enum import StrEnum

from pipeline.values.outcomes import Status


class Colour(StrEnum):
    """Fills of ours, as ARGB.

    The first two are shades that no palette offers: when results are dropped in again, they tell our colours, which
    are to be taken away, from the user's own.
    """

    WRONG = "FFF4756F"
    DOUBTFUL = "FFFFF3B1"
    DONE = "FFC6EFCE"
    REFUSED = "FFFFC7CE"
    WAITING = "FFFFD9A0"
    REHEARSED = "FFDDEBF7"

    @classmethod
    def of(cls, status: Status) -> Colour:
        """The colour of a status cell."""
        if status.done:
            return cls.DONE
        if status in (Status.INVALID, Status.REJECTED, Status.DIFFERS, Status.GONE):
            return cls.REFUSED
        return cls.REHEARSED if status is Status.READY else cls.WAITING
