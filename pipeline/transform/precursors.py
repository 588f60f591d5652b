"""Records that have to be there before a document, and that its lines describe well enough to be created.

Which record types have such lines, and what they say of the record, stands in the contract (`Precursor`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from pipeline.transform.assembly import documents_in
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Code, Document, Line
from schemas import RECORD_TYPES, Precursor, RecordType
from schemas.vocabulary.lists import CodeList


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record that lines want created if it does not exist."""

    listed: CodeList
    code: str
    where: str  # the row that wants it first
    document: Document | None  # None: it cannot be created
    why_not: str = ""


def records_wanted(tables: Sequence[DocumentTable], defaults: Mapping[str, Mapping[str, str]]) -> Iterator[Wanted]:
    """Yield each record that lines of tables of one type want created, once; the first line that describes it counts.

    Args:
        tables: All of one record type.
        defaults: The configured defaults of every record type, by heading.
    """
    for precursor in tables[0].clean.table.record.precursors if tables else ():
        record = RECORD_TYPES[precursor.record]
        assert record.listed is not None, "a precursor is named by a code that is looked up"
        described = _described(tables, precursor, record.listed)
        wrong = _wrong_codes(list(described), record)
        lacking = [name for name in precursor.defaulted if not defaults.get(record.name, {}).get(name)]
        for code, (where, line) in described.items():
            why_not = ""
            if blank := [control for control in precursor.described_by.values() if not line.controls.get(control)]:
                why_not = f"it cannot be created: {blank[0]} is blank"
            elif code in wrong:
                why_not = f"it cannot be created: its code {wrong[code]}"
            elif lacking:
                why_not = f'it cannot be created: [defaults.{record.name}] sets no "{lacking[0]}"'
            document = None if why_not else _document(code, line, precursor, defaults.get(record.name, {}))
            yield Wanted(record.listed, code, where, document, why_not)


def _described(tables: Sequence[DocumentTable], precursor: Precursor, listed: CodeList) -> dict[str, tuple[str, Line]]:
    """The line that describes each code, and where it stands."""
    described: dict[str, tuple[str, Line]] = {}
    for table in tables:
        control = table.clean.table.record.control(precursor.wanted_by)
        if control is None or control.heading not in {*table.clean.columns, *table.clean.defaults}:
            continue
        for document in documents_in(table):
            for line in document.lines:
                code = next((code.key[0] for code in line.codes if code.codes is listed), None)
                if code is not None and line.controls.get(precursor.wanted_by):
                    known = described.get(code)
                    if known is None or not all(map(known[1].controls.get, precursor.described_by.values())):
                        described[code] = f"{table.clean.table.name} row {line.row}", line
    return described


def _wrong_codes(codes: list[str], record: RecordType) -> dict[str, str]:
    """What the contract has against these codes; those that are right are absent."""
    schema = record.schema.select_columns([record.reference])
    try:
        schema.validate(pd.DataFrame({record.reference: pd.Series(codes, dtype="str")}), lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        return {codes[int(place)]: str(check) for place, check in zip(cases["index"], cases["check"], strict=True)}
    return {}


def _document(code: str, line: Line, precursor: Precursor, defaults: Mapping[str, str]) -> Document:
    record = RECORD_TYPES[precursor.record]
    codes = []
    for heading in precursor.defaulted:
        column = record.columns[heading]
        assert column.lookup is not None, "what a default supplies here is a code"
        codes.append((line.row, Code(column.attribute, column.lookup, (defaults[heading],), heading)))
    return Document(
        record=record,
        key=(code,),
        rows=(line.row,),
        attributes={
            **dict.fromkeys(precursor.code_attributes, code),
            **{attribute: line.controls[control] for attribute, control in precursor.described_by.items()},
        },
        codes=tuple(codes),
        address={},
        lines=(),
        controls={"allow_update": False},  # one that exists is what was wanted, and nobody asked to change it
    )
