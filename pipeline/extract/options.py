"""What the configuration says about reading files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.extract.known_headings import KnownHeadings, known_headings


@dataclass(frozen=True)
class Options:
    """How files are read in this run; every mapping is by the name of a record type."""

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # folded file heading -> contract heading
    defaulted: Mapping[str, Collection[str]] = field(default_factory=dict)  # contract headings that may be missing
    fallback_encoding: str | None = None  # of text files that are not Unicode; None: none is named, "" refuses them
    ignored: Mapping[str, Collection[str]] = field(default_factory=dict)  # folded file headings that are left out
    holds: str = ""  # the record type of every table, where the configuration says it: then no heading has to prove it

    @cached_property
    def known(self) -> KnownHeadings:
        """The headings of each record type; made once a run, for many files are small."""
        return known_headings(self.columns, self.ignored)
