"""What the configuration says about reading files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from pipeline.config.source_blocks import Source
from pipeline.extract.known_headings import KnownHeadings, known_headings


@dataclass(frozen=True)
class Options:
    """How files are read in this run; every mapping is by the name of a record type."""

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # folded file heading -> contract heading
    defaulted: Mapping[str, Collection[str]] = field(default_factory=dict)  # contract headings that may be missing
    fallback_encoding: str | None = None  # of text files that are not Unicode; None: none is named, "" refuses them
    ignored: Mapping[str, Collection[str]] = field(default_factory=dict)  # folded file headings that are left out
    holds: str = ""  # the record type of every table, where the configuration says it: then no heading has to prove it

    source: Source | None = None  # by which the file, or the sheet, is read
    by_sheet: Sequence[Options] = ()  # of the sheets that sources name, where those of a workbook differ

    def for_sheet(self, name: str) -> Options:
        """How a sheet of the workbook is read."""
        return next((own for own in self.by_sheet if own.is_for_sheet(name)), self)

    def is_for_sheet(self, name: str) -> bool:
        """Whether the source names the sheet."""
        return self.source is not None and fnmatchcase(name.casefold(), self.source.sheet.casefold())

    @cached_property
    def known(self) -> KnownHeadings:
        """The headings of each record type; made once a run, for many files are small."""
        return known_headings(self.columns, self.ignored)
