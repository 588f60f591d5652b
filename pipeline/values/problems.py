"""What is wrong in a file, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_LONGEST_SHOWN = 60  # characters of a value in a message
_ROWS_NAMED = 5  # of those that one sentence is about


class Severity(StrEnum):
    """Whether a problem holds its document back."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class NamedRows:
    """A sentence that names other rows of its own table.

    The rows are facts: in a file where they stand elsewhere, the sentence is made anew.
    """

    before: str
    rows: tuple[int, ...]
    after: str

    def text(self, places: Mapping[int, int] | None = None) -> str:
        """The sentence; `places` has the numbers of rows that have moved."""
        numbers = [str(places.get(row, row) if places else row) for row in self.rows[:_ROWS_NAMED]]
        more = " …" if len(self.rows) > _ROWS_NAMED else ""
        noun = "row" if len(self.rows) == 1 else "rows"
        return f"{self.before} {noun} {', '.join(numbers)}{more}{self.after}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, row or column, in the words of the person who has the file open."""

    row: int  # as Excel numbers it, the first row of the file is 1; 0: the whole file or column
    column: str  # the heading as the file has it; "": the whole row
    value: str
    message: str  # follows the value: "2000 is not between 1 and 99 (a Clarus limit)"
    hint: str = ""
    severity: Severity = Severity.ERROR
    filled: int = 0  # of a column: in how many rows it holds anything; 0: that says nothing
    loud: bool = False  # a warning that -q does not keep back
    is_change: bool = False  # old and new of what is changed: told in issues.csv, and on the screen by a rehearsal
    named: NamedRows | None = field(default=None, compare=False)  # of which the message is made, where it names rows

    @classmethod
    def naming(
        cls,
        row: int,
        column: str,
        value: str,
        named: NamedRows,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem whose message names other rows of its table."""
        return cls(row, column, value, named.text(), hint, severity, named=named)

    @property
    def rows(self) -> tuple[int, ...]:
        """The other rows of the table that the message names."""
        return self.named.rows if self.named else ()

    @property
    def full_message(self) -> str:
        """The message, and how often a column is filled."""
        return f"{self.message}{filled_in(self.filled)}"

    @property
    def sentence(self) -> str:
        """The problem as `clarus_error` and the screen show it."""
        return self.sentence_at(None)

    def sentence_at(self, places: Mapping[int, int] | None) -> str:
        """The same, in a file where rows have moved."""
        where = f"{self.column}: " if self.column else ""
        return f"{where}{self.message_at(places)}{f' ({self.hint})' if self.hint else ''}"

    def message_at(self, places: Mapping[int, int] | None) -> str:
        """The full message, in a file where rows have moved."""
        return self.named.text(places) if self.named and places else self.full_message


def filled_in(rows: int) -> str:
    """Say in how many rows a column is filled; nothing where that is not known."""
    return f" (filled in {rows:,} {'row' if rows == 1 else 'rows'})" if rows else ""


def shortened(value: str) -> str:
    """A value as a message shows it."""
    return value if len(value) <= _LONGEST_SHOWN else f"{value[: _LONGEST_SHOWN - 1]}…"
