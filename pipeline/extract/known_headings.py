"""Which headings each record type knows, and which of them belong to it alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.values.tables import RESULT_COLUMNS
from schemas import RECORD_TYPES, Level, RecordType
from schemas.vocabulary.headings import fold
from schemas.vocabulary.other_templates import OTHER_TEMPLATES


@dataclass(frozen=True, slots=True)
class KnownOfType:
    """The headings of one record type, all folded."""

    record: RecordType
    is_ours: bool  # else a template of Clarus that is no record type here
    mapped: Mapping[str, str]  # by the configuration -> heading of the contract
    headings: Mapping[str, str]  # of the contract, and of our results -> as it is written
    aliases: Mapping[str, str]  # of Clarus's guides and its API -> heading of the contract
    ignored: Collection[str]  # that the configuration leaves out

    def columns(self, folded: Sequence[str]) -> tuple[str, ...]:
        """At each position the column, "" where none is known.

        Another name for a column gives way to its proper heading: a file may have both `order_reference` and
        `reference`, and the second is then something of its own.
        """
        named = [
            self.mapped.get(name) or ("" if name in self.ignored else self.headings.get(name, "")) for name in folded
        ]
        proper = set(named)
        free = {
            name: column for name, column in self.aliases.items() if column not in proper and name not in self.ignored
        }
        return tuple(column or free.get(name, "") for column, name in zip(named, folded, strict=True))

    def proper(self, folded: Sequence[str]) -> set[str]:
        """The columns that are named by their own heading, or by one that the configuration maps."""
        return {column for name in folded if (column := self.mapped.get(name) or self.headings.get(name))}

    def spared(self, folded: Sequence[str], columns: Sequence[str]) -> frozenset[int]:
        """Positions that are not read, and count as known all the same."""
        known = {*self.ignored, *map(fold, self.record.not_in_api)}
        return frozenset(at for at, name in enumerate(folded) if name in known and not columns[at])


@dataclass(frozen=True, slots=True)
class KnownHeadings:
    """The headings of every record type."""

    types: Sequence[KnownOfType]
    claims: Mapping[str, frozenset[str]]  # folded heading -> the record types, by name, that have some use for it

    def own(self, folded: Collection[str], name: str) -> set[str]:
        """Those of the headings that belong to this record type alone."""
        return {heading for heading in folded if self.claims.get(heading, frozenset()) == {name}}

    def most_of_another(self, folded: Collection[str], name: str) -> int:
        """How many of the headings belong to some other record type alone; the most there are."""
        counts = defaultdict[str, int](int)
        for heading in folded:
            claims = self.claims.get(heading, frozenset())
            if len(claims) == 1 and name not in claims:
                counts[next(iter(claims))] += 1
        return max(counts.values(), default=0)


def known_headings(mapped: Mapping[str, Mapping[str, str]], ignored: Mapping[str, Collection[str]]) -> KnownHeadings:
    """Gather what the contracts, the guides, the API and the configuration know."""
    results = {fold(heading): heading for heading in RESULT_COLUMNS}
    others = [template for name, template in OTHER_TEMPLATES.items() if name not in RECORD_TYPES]
    types = []
    claims = defaultdict[str, set[str]](set)
    for record in (*RECORD_TYPES.values(), *others):
        headings = {fold(heading): heading for heading in record.columns}
        own = {fold(heading): column for heading, column in mapped.get(record.name, {}).items()}
        aliases = {name: column for name, column in record.names.items() if name not in headings}
        left_out = frozenset(map(fold, ignored.get(record.name, ()))) - results.keys()
        types.append(KnownOfType(record, record.name in RECORD_TYPES, own, {**headings, **results}, aliases, left_out))
        for name in _claimed(record, own):
            claims[name].add(record.name)
    return KnownHeadings(types, {name: frozenset(names) for name, names in claims.items()})


def _claimed(record: RecordType, mapped: Mapping[str, str]) -> set[str]:
    """Every heading that could mean something to a record type: all its attributes too, whatever column is meant."""
    sent = record.at(Level.HEADER, Level.ADDRESS, Level.LINE)
    names = {*record.names, *mapped, *(fold(column.attribute) for column in sent if column.attribute)}
    usual, besides = (
        {fold(name) for column in sent if column.besides is is_besides for name in (column.heading, column.attribute)}
        for is_besides in (False, True)
    )
    names -= besides - usual
    names |= {name.rstrip("0123456789") for name in names}  # whoever has an external_system_reference1 …
    if record.extends:
        extended = RECORD_TYPES[record.extends]
        names -= {name for name, heading in extended.names.items() if not extended.columns[heading].besides}
    return names
