"""Which column of a file could be which column of ours, why, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.describe.mapping.concepts import says
from pipeline.describe.mapping.shapes import date_formats, fits, has_decimal_comma
from pipeline.describe.mapping.synonyms import SYNONYMS
from schemas import RECORD_TYPES, Column, Level, RecordType
from schemas.vocabulary.headings import fold

_SURE, _KNOWN, _SAID, _ALIKE = 100, 90, 86, 90  # of 100
_TOTALS = ("total", "grand total", "sum", "summe", "gesamt", "totale", "somme")


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file: headings, and the cells below each."""

    name: str
    headings: Sequence[str]
    columns: Sequence[Sequence[str]]  # by position of the heading
    heading_row: int
    delimiter: str = ""  # of a text file
    encoding: str = ""  # where it is not Unicode

    def cells(self, position: int) -> Sequence[str]:
        """The filled cells of a column."""
        return [cell for cell in self.columns[position] if cell]


@dataclass(frozen=True, slots=True)
class Match:
    """A column of ours and where it seems to come from."""

    heading: str
    position: int
    sure: int  # of 100
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that a block would say."""

    sample: Sample
    record: RecordType
    matches: Mapping[str, Match]
    missing: Sequence[str]  # required columns of ours that nothing in the file seems to be
    open: Sequence[str]  # sentences about what a person has to decide
    formats: Sequence[str]
    decimal_comma: bool
    fill_down: Sequence[str]
    fill_within: str
    skip: Sequence[tuple[str, str]]  # heading, and the word that a total row starts with; "": rows where it is blank


def propose(sample: Sample, record: RecordType | None = None) -> Proposal:
    """Propose a block; the record type is that of which most required columns are found, unless it is given."""
    records = [record] if record else [each for each in RECORD_TYPES.values() if each.resource]
    fits_by_name = {each.name: _fit(sample, each) for each in records}
    best = max(records, key=lambda each: fits_by_name[each.name][1])
    matches, open_ = _matches(sample, best)
    if record is None:
        open_ += _rivals(best.name, fits_by_name)
    by_heading = {match.heading: match for match in matches}
    required = [column for column in best.columns.values() if column.required and not column.default]
    missing = [column.heading for column in required if column.heading not in by_heading]
    dates = [m for m in matches if best.columns[m.heading].kind.name == "datetime"]
    found = [date_formats(sample.cells(match.position)) for match in dates]
    formats = sorted({forms[0] for forms in found if len(forms) == 1})
    for match, forms in zip(dates, found, strict=True):
        if len(forms) > 1:
            open_.append(f"dates of {sample.headings[match.position]!r} read as {' or '.join(forms)}: set date_formats")
    numbers = [m for m in matches if best.columns[m.heading].kind.name in ("number", "integer")]
    comma = any(has_decimal_comma(sample.cells(match.position)) for match in numbers)
    within, fill = _filling(sample, best, by_heading)
    return Proposal(
        sample, best, by_heading, missing, open_, formats, comma, fill, within, _skips(sample, best, by_heading)
    )


def _rivals(best: str, fits_by_name: Mapping[str, tuple[bool, int]]) -> list[str]:
    """Say which other record types the file may hold as well, or that nothing shows what it holds."""
    there, most = fits_by_name[best]
    if not there:
        return [f"nothing in the file names a document: it may hold something else than {best}; say it with --type"]
    near = [name for name, (other, found) in fits_by_name.items() if name != best and other and 4 * found >= 3 * most]
    return [f"the file may hold {' or '.join((best, *near))}: say it with --type"] if near else []


def _fit(sample: Sample, record: RecordType) -> tuple[bool, int]:
    """How well a record type fits: its reference is there, which counts double, and so many columns are explained."""
    matches, _ = _matches(sample, record)
    there = any(match.heading == record.reference for match in matches)
    return there, len(matches) + there


def _matches(sample: Sample, record: RecordType) -> tuple[list[Match], list[str]]:
    """The surest match of each column, no column of the file twice; what two columns want equally is left open."""
    sent = [column for column in record.columns.values() if column.level is not Level.UNSENT]
    candidates = [
        match
        for column in sent
        for position, heading in enumerate(sample.headings)
        if heading and (match := _match(column, record, position, heading, sample))
    ]
    candidates.sort(key=lambda match: (-match.sure, not record.columns[match.heading].required))
    taken: dict[int, Match] = {}
    chosen: dict[str, Match] = {}
    open_: list[str] = []
    for match in candidates:
        if match.heading in chosen:
            continue
        other = taken.get(match.position)
        if other is None:
            chosen[match.heading] = taken[match.position] = match
        elif other.sure == match.sure and other.sure < _SURE:
            open_.append(f"{sample.headings[match.position]!r} may be {other.heading} or {match.heading}: decide")
    return list(chosen.values()), list(dict.fromkeys(open_))


def _match(column: Column, record: RecordType, position: int, heading: str, sample: Sample) -> Match | None:
    if not fits(sample.columns[position], column.kind.name):
        return None
    folded = fold(heading)
    if record.names.get(folded) == column.heading:
        return Match(column.heading, position, _SURE, "the heading itself")
    synonyms = [fold(word) for word in SYNONYMS.get(column.heading, "").split("|") if word]
    if folded in synonyms:
        # The words of the field stand in order: the first ones say most.
        return Match(column.heading, position, _KNOWN + (folded == synonyms[0]), "a usual word for it")
    if says(heading, column.heading):
        return Match(column.heading, position, _SAID, "its words say so")
    alike = max((fuzz.ratio(folded, word) for word in (*synonyms, fold(column.heading))), default=0)
    if alike >= _ALIKE:
        return Match(column.heading, position, int(alike) - 10, "its heading looks like it")
    return None


def _filling(sample: Sample, record: RecordType, matches: Mapping[str, Match]) -> tuple[str, list[str]]:
    """Columns that hold a value on the first row of each group only, and what names the group."""
    reference = matches.get(record.reference)
    if reference is None:
        return "", []
    cells = sample.columns[reference.position]
    if record.has_lines and any(cells) and cells[0] and not all(cells):
        return "", [sample.headings[reference.position]]
    if record.has_lines:
        return "", []
    blank = [m for m in matches.values() if record.columns[m.heading].required and not all(sample.columns[m.position])]
    blank = [match for match in blank if match.heading != record.reference]
    groups = [
        heading
        for position, heading in enumerate(sample.headings)
        if heading and all(sample.columns[position]) and max(Counter(sample.columns[position]).values(), default=0) > 1
    ]
    return (groups[0], [sample.headings[match.position] for match in blank]) if blank and groups else ("", [])


def _skips(sample: Sample, record: RecordType, matches: Mapping[str, Match]) -> list[tuple[str, str]]:
    skips = []
    for position, heading in enumerate(sample.headings):
        words = [cell for cell in sample.cells(position) if cell.casefold().rstrip(":").startswith(_TOTALS)]
        if heading and words and len(words) * 10 <= max(len(sample.columns[position]), 10):
            skips.append((heading, words[0].split()[0].rstrip(":")))
            break
    code = matches.get(record.reference) if not record.has_lines else matches.get("product_code")
    if code and any(sample.columns[code.position]) and not all(sample.columns[code.position]) and not record.has_lines:
        skips.append((sample.headings[code.position], ""))
    return skips
