"""The beginning of a file as the proposal looks at it: headings, the cells below each, and which rows are no data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.describe.mapping.words import Words, words_of
from schemas.vocabulary.headings import fold


@dataclass(frozen=True)
class SourceColumn:
    """One column of the file."""

    heading: str  # as the file has it
    name: str  # as a rule names it: `City#2` is the second of that heading
    position: int
    cells: tuple[str, ...]  # of the rows that are data

    @cached_property
    def filled(self) -> list[str]:
        """The cells that hold anything."""
        return [cell for cell in self.cells if cell]

    @cached_property
    def words(self) -> Words:
        """What the heading speaks of."""
        return words_of(self.heading)

    @property
    def is_full(self) -> bool:
        """Whether every row has a cell."""
        return bool(self.cells) and all(self.cells)

    @cached_property
    def repeats(self) -> bool:
        """Whether some rows share their value, as the lines of one document do."""
        return len(set(self.filled)) < len(self.filled)


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, or of a sheet of it."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]  # all below the headings, blank ones left out
    heading_row: int = 1
    front: Sequence[Sequence[str]] = ()  # the rows above the headings
    delimiter: str = ""  # of a text file
    quoting: str = ""  # where quotes are no quotes
    encoding: str = ""  # where it is not Unicode
    sheet: str = ""  # of a workbook with several
    left_out: frozenset[int] = field(default=frozenset())  # places of rows that are totals or headings again

    @cached_property
    def columns(self) -> list[SourceColumn]:
        """The columns that have a heading which a rule can name."""
        data = [row for place, row in enumerate(self.rows) if place not in self.left_out]
        seen: Counter[str] = Counter()
        columns = []
        for position, heading in enumerate(self.headings):
            if not heading:
                continue
            # As `City#2` is found: headings that are written alike are counted, else those that fold alike.
            seen[heading] += 1
            name = heading if seen[heading] == 1 else f"{heading}#{seen[heading]}"
            if "{" not in heading and "}" not in heading and fold(heading):
                columns.append(SourceColumn(heading, name, position, tuple(row[position] for row in data)))
        return columns

    @cached_property
    def said(self) -> Counter[str]:
        """How often headings, front matter and the file's name speak of something; the last two weigh more."""
        counted: Counter[str] = Counter()
        for heading in self.headings:
            counted.update(words_of(heading).all)
        stem = self.name.rpartition(".")[0]
        for text in (stem, stem, self.sheet, *(cell for row in self.front for cell in row if cell)):
            counted.update(dict.fromkeys(words_of(text).all, 2))
        return counted
