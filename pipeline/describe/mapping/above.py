"""What the rows above a table say of all rows below it: `PO Number: | 4500012`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.describe.mapping.meanings import rules_for
from pipeline.describe.mapping.sample import Sample
from pipeline.describe.mapping.words import words_of
from schemas import RecordType

_SURE = 84  # of 100


def said_above(sample: Sample, record: RecordType, heading: str) -> str:
    """The value that stands for a column of ours above the headings, or ""."""
    rules = rules_for(record.name, heading)
    for row in sample.front:
        for label, value in _pairs(row):
            words = words_of(label)
            if any(rule.score_of(words) >= _SURE for rule in rules):
                return value
    return ""


def _pairs(row: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels and values of a row: in neighbouring cells, or in one with a colon between them."""
    filled = [cell for cell in row if cell]
    for cell in filled:
        label, _, value = cell.partition(":")
        if value.strip():
            yield label, value.strip()
    for label, value in pairwise(filled):
        if not value.endswith(":"):
            yield label, value
