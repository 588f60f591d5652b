"""What documents with lines say of the columns of a file: what is one value for all of it, what differs within it."""

from __future__ import annotations

from dataclasses import replace

from pipeline.describe.mapping import shapes
from pipeline.describe.mapping.likeness import ALONE, LEAST, SURE_REQUIRED, Match
from pipeline.describe.mapping.meanings import rules_for
from pipeline.describe.mapping.sample import Sample, SourceColumn
from schemas import Column, RecordType

_PRODUCT = "product_code"
_DIFFERS = 30  # off for one value of a document that differs within it: its rows would be held
_ANY_DATE = 86  # of 100; below it, the date is only the best that there is
# What other dates of an export are about.
_OTHER_DATES = frozenset(
    (
        "updated",
        "money",
        "created",
        "bill",
        "invoice",
        "expiry",
        "sellby",
        "done",
        "return",
        "order",
        "purchase",
        "sales",
    )
)


def find_plain_code(found: dict[str, list[Match]], record: RecordType) -> None:
    """Take the one column of codes that differ within documents for the product's, though its heading says no more."""
    keys, codes = found[record.reference], found.get(_PRODUCT, [])
    if not keys or len(codes) != 1 or not LEAST <= codes[0].sure < SURE_REQUIRED:
        return
    reference, code = keys[0].sources[0], codes[0].sources[0]
    if code.is_full and reference is not code and _differs(code, reference):
        why = f"{codes[0].why}; it differs within documents, and no other column can be it"
        found[_PRODUCT] = [replace(codes[0], sure=codes[0].sure + ALONE, why=why)]


def doubt_what_differs(found: dict[str, list[Match]], record: RecordType) -> None:
    """Make less sure of what a document has once, where the rows of one document have different values for it."""
    keys = found[record.reference]
    if not keys:
        return
    reference = keys[0].sources[0]
    for heading, matches in found.items():
        if heading == record.reference or record.columns[heading].per_line:
            continue
        found[heading] = [
            replace(match, sure=match.sure - _DIFFERS, why=f"{match.why}; but it differs within documents")
            if any(_differs(source, reference) for source in match.sources)
            else match
            for match in matches
        ]
        found[heading].sort(key=lambda match: -match.sure)


def unexplained_dates(column: Column, best: Match, record: RecordType, sample: Sample) -> list[str]:
    """Other dates of the file of which nobody knows what they are, where ours is only the best that there is."""
    if column.kind.name != "datetime" or best.sure >= _ANY_DATE:
        return []
    return [
        source.name
        for source in sample.columns
        if source not in best.sources
        and source.filled
        and shapes.are_dates(source.cells)
        and not source.words.all & _OTHER_DATES
        and not any(rule.score_of(source.words) for rule in rules_for(record.name, column.heading))
    ]


def _differs(source: SourceColumn, reference: SourceColumn) -> bool:
    groups: dict[str, set[str]] = {}
    key = ""
    for name, cell in zip(reference.cells, source.cells, strict=True):
        key = name or key  # the reference may stand on the first row of a document only
        if cell:
            groups.setdefault(key, set()).add(cell)
    return any(len(cells) > 1 for cells in groups.values())
