"""What is wrong in a file, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LONGEST_SHOWN = 60  # characters of a value in a message


class Severity(StrEnum):
    """Whether a problem holds its document back."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, row or column, in the words of the person who has the file open."""

    row: int  # as Excel numbers it, the first row of the file is 1; 0: the whole file or column
    column: str  # the heading as the file has it; "": the whole row
    value: str
    message: str  # follows the value: "2000 is not between 1 and 99 (a Clarus limit)"
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def sentence(self) -> str:
        """The problem as `clarus_error` and the screen show it."""
        where = f"{self.column}: " if self.column else ""
        return f"{where}{self.message}{f' ({self.hint})' if self.hint else ''}"


def shortened(value: str) -> str:
    """A value as a message shows it."""
    return value if len(value) <= _LONGEST_SHOWN else f"{value[: _LONGEST_SHOWN - 1]}…"
