"""What a `[[sources]]` block says of a customer's own export, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and the headings between them: `{First Name} {Last Name}`; a heading alone has blank texts around it."""

    headings: tuple[str, ...]
    texts: tuple[str, ...]  # one more than headings

    @property
    def is_joined(self) -> bool:
        """Whether anything stands around the heading."""
        return len(self.headings) > 1 or any(self.texts)

    def __str__(self) -> str:
        if not self.is_joined:
            return self.headings[0]
        named = zip(self.headings, self.texts[1:], strict=True)
        return self.texts[0] + "".join(f"{{{heading}}}{text}" for heading, text in named)


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Where a column of ours comes from, and what is done to it, in the order of the fields."""

    source: Template | None  # None: `value` stands in every row
    value: str = ""
    strip: str = ""  # characters taken off at both ends
    strip_left: str = ""
    strip_right: str = ""
    before: str = ""  # what stands before the first of this text
    after: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    upper: bool = False
    lower: bool = False
    pad: tuple[int, str] | None = None  # to so many characters, with this one on the left
    times: Decimal | None = None
    words: Mapping[str, str] | None = None  # folded word of the file -> word of ours

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the file that the rule names."""
        return self.source.headings if self.source else ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Which rows are left out: one condition on one column."""

    column: str
    condition: str  # "is", "is_not", "starts" or "blank"
    words: tuple[str, ...] = ()
    wanted: bool = True  # of `blank`: false leaves out what is filled

    def __str__(self) -> str:
        if self.condition == "blank":
            return f"{self.column} is {'blank' if self.wanted else 'filled'}"
        verb = {"is": "is", "is_not": "is not", "starts": "starts with"}[self.condition]
        return f"{self.column} {verb} {' or '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Source:
    """One block of the configuration."""

    where: str  # as messages name it: clarus.toml: sources[1] ("orders*.csv")
    match: str
    type: str = ""  # the record type; "": recognised by its headings
    sheet: str = ""
    profile: str = ""
    encoding: str = ""
    delimiter: str = ""
    quoting: str = "double"
    decimal: str = ""
    thousands: str = ""
    date_formats: tuple[str, ...] = ()
    timezone: str = ""
    zones: Mapping[str, str] = field(default_factory=dict)
    blank_words: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    fill_within: str = ""
    skip: tuple[Skip, ...] = ()
    ignore: tuple[str, ...] = ()
    heading_row: int = 0  # 0: it is found
    columns: Mapping[str, ColumnRule] = field(default_factory=dict)  # heading of ours -> where it comes from

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of the file that a rule names, each once."""
        within = (self.fill_within,) if self.fill_within else ()
        mapped = (heading for rule in self.columns.values() for heading in rule.headings)
        return tuple(dict.fromkeys((*mapped, *self.fill_down, *within, *(rule.column for rule in self.skip))))
