"""What the rows of a foreign file say: which are left out, and which cells stand on the first row of a group only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.describe.mapping.likeness import Match
from pipeline.describe.mapping.sample import Sample, SourceColumn
from pipeline.describe.mapping.table import label_of
from schemas import RecordType

_CANCELLED = frozenset(
    word
    for words in (
        ("cancelled", "canceled", "cancel", "voided", "void", "refunded"),
        ("storniert", "abgebrochen", "annulé", "annulée", "geannuleerd", "vervallen"),
        ("cancelado", "cancelada", "anulado", "anulada", "annullato", "annullata"),
    )
    for word in words
)
_CODES = ("product_code", "child_product_code")


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows that are left out, and why."""

    column: str
    condition: str  # "is", "starts" or "blank"
    words: tuple[str, ...]
    why: str
    sure: bool = True  # else it is only mentioned


@dataclass(frozen=True, slots=True)
class Filling:
    """Cells that take the value above."""

    down: tuple[str, ...] = ()
    within: str = ""


def skips(sample: Sample, record: RecordType, matches: Mapping[str, Match]) -> list[SkipRule]:
    """Rules for rows that are no data, rows without a code, and documents that were cancelled."""
    rules = list(_of_totals(sample, matches, record))
    rules += _of_blank_codes(sample, record, matches)
    if record.has_lines:
        rules += _of_cancelled(sample)
    return rules


def filling(sample: Sample, record: RecordType, matches: Mapping[str, Match], skipped: Sequence[SkipRule]) -> Filling:
    """Columns that hold a value on the first row of each group only, and what names the group."""
    reference = matches.get(record.reference)
    if reference is None:
        return Filling()
    [key] = reference.sources
    if record.has_lines:
        down = [key.name] if key.cells and key.cells[0] and not key.is_full else []
        statuses = {rule.column for rule in skipped if rule.why == _OF_CANCELLED}
        sparse = [column.name for column in sample.columns if column.name in statuses and not column.is_full]
        return Filling((*down, *sparse), key.name if sparse else "")
    blank = [
        source
        for match in matches.values()
        if match.heading != record.reference and record.columns[match.heading].required
        for source in match.sources
        if source.filled and not source.is_full
    ]
    within = next((column for column in sample.columns if blank and _groups(column, key, blank)), None)
    return Filling(tuple(source.name for source in blank), within.name) if within else Filling()


_OF_CANCELLED = "documents that were cancelled"


def _of_totals(sample: Sample, matches: Mapping[str, Match], record: RecordType) -> list[SkipRule]:
    by_position = {column.position: column for column in sample.columns}
    found: dict[tuple[str, str], SkipRule] = {}
    for place in sorted(sample.left_out):
        row = sample.rows[place]
        if tuple(row) == tuple(sample.headings):
            column = sample.columns[0]
            rule = SkipRule(column.name, "is", (column.heading,), "headings again")
        else:
            position, words = label_of(row)
            column_there = by_position.get(position)
            code = _code_column(record, matches)
            # What a note says is said once; that it has no code is true of all of them.
            if code is not None and code.is_full and not row[code.position]:
                rule = SkipRule(code.name, "blank", (), "totals and notes have none")
            elif column_there is None or _hits(column_there, words):
                continue
            else:
                rule = SkipRule(column_there.name, "starts", (words,), "totals and notes")
        found.setdefault((rule.column, rule.condition + "".join(rule.words).casefold()), rule)
    return list(found.values())


def _hits(column: SourceColumn, words: str) -> bool:
    return any(cell.casefold().startswith(words.casefold()) for cell in column.filled)


def _of_blank_codes(sample: Sample, record: RecordType, matches: Mapping[str, Match]) -> list[SkipRule]:
    code = _code_column(record, matches)
    if code is None or code.is_full or not code.filled:
        return []
    count = sum(1 for cell in code.cells if not cell)
    if not record.has_lines:
        return [SkipRule(code.name, "blank", (), f"{count} rows have none: pictures, options or titles")]
    amount = matches.get(record.quantity.quantity) if record.quantity else None
    counted = amount is not None and any(
        quantity and not cell for cell, quantity in zip(code.cells, amount.sources[0].cells, strict=True)
    )
    why = (
        f"{count} rows have none, and a quantity: if they are shipping or fees, take the # away"
        if counted
        else f"{count} rows have none"
    )
    return [SkipRule(code.name, "blank", (), why, sure=not counted)]


def _code_column(record: RecordType, matches: Mapping[str, Match]) -> SourceColumn | None:
    wanted = _CODES if record.has_lines or record.hierarchy else (record.reference,)
    match = next((matches[heading] for heading in wanted if heading in matches), None)
    return match.sources[0] if match else None


def _of_cancelled(sample: Sample) -> list[SkipRule]:
    rules = []
    for column in sample.columns:
        if "status" not in column.words.all and "region" not in column.words.all:
            continue
        words = tuple(dict.fromkeys(cell for cell in column.filled if cell.casefold() in _CANCELLED))
        if words:
            rules.append(SkipRule(column.name, "is", words, _OF_CANCELLED))
    return rules


def _groups(column: SourceColumn, key: SourceColumn, blank: Sequence[SourceColumn]) -> bool:
    """Whether a column names groups in which the first row fills what the others leave blank."""
    if column is key or not column.is_full or not column.repeats:
        return False
    seen: set[str] = set()
    for place, group in enumerate(column.cells):
        filled = all(source.cells[place] for source in blank)
        if not filled and group not in seen and key.cells[place]:
            return False
        if filled:
            seen.add(group)
    return True
