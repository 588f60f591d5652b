"""A block of `[[sources]]` proposed for a file that was never seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.describe.mapping import shapes
from pipeline.describe.mapping.above import said_above
from pipeline.describe.mapping.forms import (
    ZONES,
    NumberForms,
    date_formats,
    looks_like_a_date,
    number_forms,
    without_zone,
)
from pipeline.describe.mapping.likeness import Match
from pipeline.describe.mapping.record_types import recognise
from pipeline.describe.mapping.sample import Sample
from pipeline.describe.mapping.structure import Filling, SkipRule, filling, skips
from schemas import RecordType
from schemas.vocabulary.countries import is_country
from schemas.vocabulary.dates import format_in_words


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that a block would say."""

    sample: Sample
    record: RecordType
    matches: Mapping[str, Match]  # by heading of ours
    doubtful: Sequence[Match]  # mentioned, and not used
    missing: Mapping[str, str]  # required columns that have no source -> a value that stands above the table, or ""
    open: Sequence[str]  # sentences about what a person has to decide
    date_formats: Sequence[str]
    zones: Mapping[str, str]
    names_no_zone: bool  # dates have times that name no zone
    numbers: NumberForms
    filling: Filling
    skip: Sequence[SkipRule]
    countries: Mapping[str, str]  # words for countries -> codes
    ignore: Sequence[str]

    @property
    def is_whole(self) -> bool:
        """Whether the block can be used as it is."""
        return not self.missing and not self.open


def propose(sample: Sample, record: RecordType | None = None) -> Proposal:
    """Propose a block; the record type is the one that explains most of the file, unless it is given."""
    record, choice, sentences = recognise(sample, record)
    matches = {match.heading: match for match in choice.matches}
    required = [column for column in record.columns.values() if column.required and not column.default]
    missing = [column.heading for column in required if column.heading not in matches]
    forms, doubts = _date_formats(sample, record, matches)
    numbers = _numbers(sample, record, matches)
    if numbers.doubtful:
        doubts.append(f"{numbers.doubtful} may be {_two_ways(numbers.doubtful)}: set decimal, and thousands if needed")
    rules = skips(sample, record, matches)
    countries, unnamed = _countries(matches)
    if unnamed:
        doubts.append(f"country_code: which country is {', '.join(map(repr, unnamed))}? Add it to map")
    dates = [cell for match in _of_kind(record, matches, "datetime") for cell in match.sources[0].filled]
    zones = {name: ZONES[name] for name in sorted({without_zone(cell)[1] for cell in dates} - {""})}
    return Proposal(
        sample=sample,
        record=record,
        matches=matches,
        doubtful=choice.doubtful,
        missing={heading: said_above(sample, record, heading) for heading in missing},
        open=[*sentences, *choice.open, *doubts],
        date_formats=forms,
        zones=zones,
        names_no_zone=any(re.search(r"\d:\d\d(?::\d\d)?(?: [AP]M)?$", cell, re.IGNORECASE) for cell in dates),
        numbers=numbers,
        filling=filling(sample, record, matches, rules),
        skip=rules,
        countries=countries,
        ignore=_ignored(sample, matches, choice.doubtful),
    )


def _of_kind(record: RecordType, matches: Mapping[str, Match], *kinds: str) -> list[Match]:
    return [match for heading, match in matches.items() if record.columns[heading].kind.name in kinds]


def _date_formats(sample: Sample, record: RecordType, matches: Mapping[str, Match]) -> tuple[list[str], list[str]]:
    """The formats of the dates that are mapped; where their own cells leave two, other dates of the file may tell."""
    others = [
        column for column in sample.columns if column.filled and shapes.share(column.cells, looks_like_a_date) >= 1
    ]
    proven = {forms[0] for column in others if len(forms := date_formats(column.filled)) == 1}
    orders = {_order(form) for form in proven}
    found, doubts = [], []
    for match in _of_kind(record, matches, "datetime"):
        [source] = match.sources
        forms = date_formats(source.filled)
        if len(forms) > 1 and len(orders) == 1:
            forms = [form for form in forms if _order(form) in orders] or forms
        if len(forms) == 1:
            found.append(forms[0])
        elif forms:
            words = " or ".join(format_in_words(form) for form in forms)
            keys = " or ".join(f'date_formats = ["{form}"]' for form in forms)
            doubts.append(f"dates of {source.name!r} may be {words}: set {keys}")
    return list(dict.fromkeys(found)), doubts


def _order(form: str) -> str:
    """In which order a format has day and month."""
    return "".join(letter for letter in re.findall(r"%([dmbBY])", form.replace("%y", "%Y")) if letter in "dm")


def _numbers(sample: Sample, record: RecordType, matches: Mapping[str, Match]) -> NumberForms:
    mapped = [match.sources[0] for match in _of_kind(record, matches, "number", "integer")]
    others = [column.filled for column in sample.columns if column not in mapped and shapes.are_numbers(column.filled)]
    return number_forms([source.filled for source in mapped], others)


def _two_ways(cell: str) -> str:
    whole, _, part = re.sub(r"[.,]", "|", cell).partition("|")
    return f"{whole} or {whole}{part}"


def _countries(matches: Mapping[str, Match]) -> tuple[dict[str, str], list[str]]:
    """Words for countries with the codes that they mean, and those that nobody can tell."""
    match = matches.get("country_code")
    words = dict.fromkeys(match.sources[0].filled if match else ())
    words = {word: None for word in words if not is_country(word.upper()) or not word.isascii()}
    named = {word: code for word in words if (code := shapes.country_named(word))}
    return named, [word for word in words if word not in named]


def _ignored(sample: Sample, matches: Mapping[str, Match], doubtful: Sequence[Match]) -> list[str]:
    """Headings of filled columns that nothing is made of."""
    used = {source.heading for match in (*matches.values(), *doubtful) for source in match.sources}
    return list(
        dict.fromkeys(column.heading for column in sample.columns if column.filled and column.heading not in used)
    )
