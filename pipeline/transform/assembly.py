"""Put documents together from the columns of a grouped table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from pipeline.transform.quantities import CONFIGURATION, UNIT, quantity_attributes
from pipeline.transform.variants import as_variant
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable, Positions
from pipeline.values.documents import Code, Document, Line
from schemas import Column, Level, RecordType
from schemas.vocabulary.kinds import Json

# Python values take many times the memory of an array: make them for so many documents at a time. And while they are
# made nothing else goes on, no answer is heard: 250 documents take some 5 ms.
_CHUNK = 250

_Values = dict[str, list[Json]]  # by heading: one value for each document, or for each line, of a chunk


def documents_in(table: DocumentTable) -> Iterator[Document]:
    """Yield the documents of a table that can go on, in order of first appearance."""
    return _assembled(table, range(table.groups.count), table.held)


def document_at(table: DocumentTable, number: int) -> Document:
    """One document of a table, whether it can go on or not."""
    return next(_assembled(table, range(number, number + 1), ()))


def _assembled(table: DocumentTable, wanted: range, held: Collection[int]) -> Iterator[Document]:
    clean, groups, first = table.clean, table.groups, table.first
    record = clean.table.record
    blank = np.full(groups.count, -1)
    address_defaults = _address_defaults(clean)
    header = [c for c in record.columns.values() if not c.per_line and c.level is not Level.UNSENT]
    header = [c for c in header if c.heading in first or c.heading in clean.defaults]
    stand_ins = [(c.attribute, record.columns[c.fallback].attribute) for c in record.columns.values() if c.fallback]
    for start in range(wanted.start, wanted.stop, _CHUNK):
        stop = min(start + _CHUNK, wanted.stop)
        bounds = groups.starts[start : stop + 1]
        positions = groups.order[bounds[0] : bounds[-1]]
        spans = (bounds - bounds[0]).tolist()
        rows = clean.rows[positions].tolist()
        lines = list(_lines(clean, positions)) if record.has_lines else []
        places = {c.heading: first.get(c.heading, blank)[start:stop] for c in header}
        values = {c.heading: _values(clean, c, places[c.heading], c.level is not Level.ADDRESS) for c in header}
        values = {heading: chosen for heading, chosen in values.items() if chosen}
        codes = _header_codes(clean, values, places, groups.firsts[start:stop])
        given = _given(record, places)
        attributes, address, controls = (_named(record, values, level) for level in _HEADER_LEVELS)
        for i in range(stop - start):
            if start + i in held:
                continue
            key = tuple(str(values[heading][i] or "") if heading in values else "" for heading in record.key)
            supplement = table.supplements.get(key[-1], {})
            document = Document(
                record=record,
                key=key,
                rows=tuple(rows[spans[i] : spans[i + 1]]),
                attributes={**supplement, **_with_fallbacks(stand_ins, _filled(attributes, i))},
                codes=tuple((row, code) for row, code in codes[i]),
                address={**address_defaults, **table.addresses.get(start + i, {}), **_filled(address, i)},
                lines=tuple(lines[spans[i] : spans[i + 1]]),
                controls=_filled(controls, i),
                given=frozenset(name for name, fills in given if fills[i]).union(supplement),
            )
            yield as_variant(document)


_HEADER_LEVELS = (Level.HEADER, Level.ADDRESS, Level.CONTROL)


def _address_defaults(clean: CleanTable) -> dict[str, Json]:
    """What stands in where neither the row nor the address book says anything: it must not hide the book's words."""
    columns = (c for c in clean.table.record.at(Level.ADDRESS) if c.attribute)
    return {c.attribute: clean.defaults[c.heading] for c in columns if c.heading in clean.defaults}


def _values(clean: CleanTable, column: Column, places: Positions, with_default: bool = True) -> list[Json]:
    """The column's values at some places; the default stands in for a blank. Empty where there is nothing at all."""
    cells = clean.columns.get(column.heading)
    default = clean.defaults.get(column.heading) if with_default else None
    if cells is None:
        return [default] * len(places) if default is not None else []
    values = cells.values
    codes = np.where(places >= 0, cells.codes[places], -1).tolist()
    return [values[code] if code >= 0 else default for code in codes]


def _named(record: RecordType, values: _Values, level: Level) -> list[tuple[str, list[Json]]]:
    columns = (record.columns[heading] for heading in values)
    return [(c.attribute, values[c.heading]) for c in columns if c.level is level and c.attribute and not c.lookup]


def _filled(named: Sequence[tuple[str, list[Json]]], i: int) -> dict[str, Json]:
    """The attributes of one document or line; what is blank is left out, as Clarus wants it."""
    return {attribute: values[i] for attribute, values in named if values[i] is not None}


def _given(record: RecordType, places: Mapping[str, Positions]) -> list[tuple[str, list[bool]]]:
    """Which documents fill an attribute themselves, by attribute; of record types that are changed with PATCH."""
    if not record.changeable:
        return []
    named = [(_given_as(record.columns[heading]), at) for heading, at in places.items()]
    return [(name, (at >= 0).tolist()) for name, at in named if at.max() >= 0]


def _given_as(column: Column) -> str:
    """The name of an attribute among those that are given: header and address may both have one of a name."""
    return f"address.{column.attribute}" if column.level is Level.ADDRESS else column.attribute


def _with_fallbacks(stand_ins: Sequence[tuple[str, str]], attributes: dict[str, Json]) -> dict[str, Json]:
    for attribute, other in stand_ins:
        if attribute not in attributes:
            attributes[attribute] = attributes[other]
    return attributes


def _header_codes(
    clean: CleanTable, values: _Values, places: Mapping[str, Positions], firsts: Positions
) -> list[list[tuple[int, Code]]]:
    """The codes of each document's header, each with the row that names it."""
    codes: list[list[tuple[int, Code]]] = [[] for _ in firsts]
    for heading, column_codes in _codes(clean.table.record, values).items():
        if clean.table.record.columns[heading].level is Level.HEADER:
            at = np.where(places[heading] >= 0, places[heading], firsts)
            for named, row, code in zip(codes, clean.rows[at].tolist(), column_codes, strict=True):
                if code is not None:
                    named.append((row, code))
    return codes


def _codes(record: RecordType, values: _Values) -> dict[str, list[Code | None]]:
    """The values of lookup columns as codes, one object for each different code."""
    codes: dict[str, list[Code | None]] = {}
    for heading, texts in values.items():
        column = record.columns[heading]
        if not column.lookup or column.level not in (Level.HEADER, Level.LINE):
            continue
        outer = values.get(column.within) or [None] * len(texts)
        made: dict[tuple[Json, Json], Code | None] = {}
        for pair in zip(outer, texts, strict=True):
            if pair not in made:
                key = tuple(str(part) for part in pair if part is not None)
                made[pair] = Code(column.attribute, column.lookup, key, heading) if pair[1] is not None else None
        codes[heading] = [made[pair] for pair in zip(outer, texts, strict=True)]
    return codes


def _lines(clean: CleanTable, positions: Positions) -> Iterator[Line]:
    """The lines of some rows, in their order."""
    record = clean.table.record
    values: _Values = {}
    for column in record.columns.values():
        of_lines = column.per_line and column.level in (Level.LINE, Level.CONTROL)
        if of_lines and (chosen := _values(clean, column, positions)):
            values[column.heading] = chosen
    rule = record.quantity
    named = [n for n in _named(record, values, Level.LINE) if rule is None or n[0] != rule.plain]
    codes = list(_codes(record, values).values())
    controls = _named(record, values, Level.CONTROL)
    none: list[Json] = [None] * len(positions)
    amounts, times, dimensions = (
        (values.get(heading, none) for heading in (rule.quantity, rule.times, rule.dimension)) if rule else (none,) * 3
    )
    defaulted = _defaulted(clean, positions)
    for i, row in enumerate(clean.rows[positions].tolist()):
        attributes = _filled(named, i)
        if rule is not None:
            attributes |= quantity_attributes(rule, amounts[i], times[i], dimensions[i])
        line_codes = tuple(code for column in codes if (code := column[i]) is not None)
        yield Line(row, attributes, line_codes, _filled(controls, i), defaulted[i] if defaulted else frozenset())


def _defaulted(clean: CleanTable, positions: Positions) -> list[frozenset[str]]:
    """The attributes of each line that a default supplies; empty where no column of lines has one."""
    record = clean.table.record
    if not record.changeable:
        return []
    named = {c.heading: c.attribute for c in record.at(Level.LINE) if c.attribute and c.heading in clean.defaults}
    if record.quantity is not None and clean.defaults.get(record.quantity.dimension) == UNIT:
        named[record.quantity.dimension] = CONFIGURATION  # pieces, as without it
    blank = {}
    for heading, attribute in named.items():
        cells = clean.columns.get(heading)
        blank[attribute] = np.full(len(positions), True) if cells is None else cells.codes[positions] < 0
    if not named:
        return []
    return [frozenset(name for name, is_blank in blank.items() if is_blank[i]) for i in range(len(positions))]
