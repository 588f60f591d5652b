"""Which record type a foreign file seems to hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.describe.mapping.above import said_above
from pipeline.describe.mapping.choice import Choice, choose
from pipeline.describe.mapping.meanings import rules_for
from pipeline.describe.mapping.sample import Sample
from schemas import RECORD_TYPES, RecordType

_MISSING = -60
_ABOVE = 70  # for what stands above the table
_NEAR = 25  # points between two types that make the second worth telling
_SPEAKS: Mapping[str, Mapping[str, int]] = {
    "orders": {
        "ship": 4,
        "recipient": 6,
        "customer": 5,
        "carrier": 3,
        "purchase": -7,
        "supplier": -10,
        "receipt": -10,
        "sales": 3,
        "bill": 3,
        "zip": 3,
    },
    "receipts": {
        "purchase": 9,
        "supplier": 10,
        "receipt": 10,
        "deliverynote": 5,
        "recipient": -8,
        "customer": -6,
        "sales": -4,
        "zip": -5,
        "bill": -4,
    },
    "products": {
        "barcode": 4,
        "brand": 4,
        "image": 4,
        "attribute": 3,
        "weight": 3,
        "category": 3,
        "order": -6,
        "ship": -5,
        "date": -2,
        "customer": -6,
    },
    "materials": {"component": 12, "parent": 10},
    "customers": {"customer": 12, "product": -25, "sku": -25, "supplier": -15, "bill": 3},
    "suppliers": {"supplier": 12, "product": -25, "sku": -25, "customer": -15},
    "addresses": {"ship": 8, "recipient": 6, "address": 2, "product": -25, "sku": -25, "supplier": -15, "order": -20},
}
_MOST_TELLING = 5  # times that a word is counted: a file with forty columns of prices is no other file for them


def recognise(sample: Sample, record: RecordType | None = None) -> tuple[RecordType, Choice, list[str]]:
    """The record type that explains most of a file, its columns, and what a person should know of that."""
    if record is not None:
        return record, choose(sample, record), []
    known = [each for each in RECORD_TYPES.values() if each.resource and _is_known(each)]
    choices = {each.name: choose(sample, each) for each in known}
    scores = {each.name: _score(sample, each, choices[each.name]) for each in known}
    best = max(known, key=lambda each: scores[each.name])
    return best, choices[best.name], list(_doubts(sample, best, choices[best.name], scores))


def _is_known(record: RecordType) -> bool:
    return any(rules_for(record.name, heading) for heading in record.columns)


def _score(sample: Sample, record: RecordType, choice: Choice) -> int:
    found = {each.heading: each.sure for each in (*choice.doubtful, *choice.matches)}
    needed = _needed(record)
    points = 0
    for heading in needed:
        points += found[heading] if heading in found else _ABOVE if said_above(sample, record, heading) else _MISSING
    points += 3 * sum(1 for each in choice.matches if each.heading not in needed)
    said: Counter[str] = sample.said
    return points + sum(
        weight * min(said[sense], _MOST_TELLING) for sense, weight in _SPEAKS.get(record.name, {}).items()
    )


def _needed(record: RecordType) -> list[str]:
    """The required columns that no constant can stand for: a file of that type has them."""
    own = (*record.key[-1:], "product_code", "parent_product_code", "child_product_code")
    return [
        column.heading
        for column in record.columns.values()
        if column.required and (not column.lookup or column.heading in own)
    ]


def _doubts(sample: Sample, best: RecordType, choice: Choice, scores: Mapping[str, int]) -> Sequence[str]:
    found = {each.heading for each in (*choice.matches, *choice.doubtful)}
    if best.reference not in found and not said_above(sample, best, best.reference):
        missing = f"no column surely is the {best.reference}"
        return [f"{missing}: the file may hold something else than {best.name}; say what with --type"]
    near = [name for name, score in scores.items() if name != best.name and score > scores[best.name] - _NEAR]
    return [f"the file may hold {' or '.join((best.name, *near))}: say it with --type"] if near else []
