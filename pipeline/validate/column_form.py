"""A column proves its own form: where some cells contradict the declared one, none that reads both ways is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.validate.doubts import Doubt
from schemas import Column
from schemas.vocabulary.dates import looks_iso

# Only a comma before decimals explains these, or points between thousands; `2,500` alone explains nothing.
_OTHER_COUNTRY = r"[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})"
_NO_WHOLE_NUMBER = r"[+-]?[1-9]\d{0,2}\.(?:\d\d[1-9]|\d[1-9]\d|[1-9]\d\d)"  # in a column of whole numbers
_EITHER_WAY = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_DATE = re.compile(r"(\d{1,4})\D(\d{1,2})\D(\d{1,4})(?!\d)")
_MONTHS, _DAYS = 12, 31

Parts = tuple[int, int]


def numbers_either_way(texts: list[str], column: Column) -> Iterator[tuple[int, Doubt]]:
    """Find the numbers with a point that may stand between thousands, where the column shows that some do.

    Yields:
        The place of each among the texts, and what is to be doubted.
    """
    if column.kind.name not in ("number", "integer"):
        return
    others = f"{_OTHER_COUNTRY}|{_NO_WHOLE_NUMBER}" if column.kind.name == "integer" else _OTHER_COUNTRY
    found = pc.match_substring_regex(pa.array(texts, pa.large_string()), f"^(?:{others})$")
    if not pc.any(found).as_py():
        return
    shown = texts[found.index(True).as_py()]
    for place, text in enumerate(texts):
        if _EITHER_WAY.fullmatch(text):
            whole = text.replace(".", "")
            yield (
                place,
                Doubt(
                    f"may be {text} or {whole}: {shown} in the same column has no point before decimals",
                    f"write {whole} if that is meant; else correct the other cells of the column first",
                ),
            )


def dates_either_way(texts: list[str], wrong: Iterable[int], formats: tuple[str, ...]) -> Iterator[tuple[int, Doubt]]:
    """Find the dates whose day may be the month, where a cell of the column fits only with the two exchanged.

    Args:
        texts: different cells of a column of dates, as they were written.
        wrong: the places of those that fit no declared form.
        formats: the declared forms.
    """
    orders = {order for form in formats if (order := _places(form))}
    if not orders:
        return
    shown = next((texts[place] for place in wrong if _contradicts(texts[place], orders)), "")
    if not shown:
        return
    for place, text in enumerate(texts):
        if not looks_iso(text) and any(_is_either_way(text, order) for order in orders):
            yield (
                place,
                Doubt(
                    f"can be read as two dates: {shown} in the same column shows that day and month may be exchanged",
                    "write it like 2026-06-10, or correct date_formats in the configuration",
                ),
            )


def _places(form: str) -> Parts | None:
    """At which of the three numbers of a date a format has its day and its month; None where the month is a word."""
    letters = re.findall(r"%([dmYy])", form)
    return (letters.index("d"), letters.index("m")) if {"d", "m"} <= set(letters) else None


def _contradicts(text: str, orders: Iterable[Parts]) -> bool:
    """Whether the date exists with day and month exchanged, and only so."""
    return any(
        parts is not None and 1 <= parts[0] <= _MONTHS < parts[1] <= _DAYS
        for parts in (_day_and_month(text, order) for order in orders)
    )


def _is_either_way(text: str, order: Parts) -> bool:
    parts = _day_and_month(text, order)
    return parts is not None and max(parts) <= _MONTHS and parts[0] != parts[1]


def _day_and_month(text: str, order: Parts) -> Parts | None:
    match = _DATE.match(text)
    numbers: Mapping[int, int] = dict(enumerate(map(int, match.groups()))) if match else {}
    return (numbers[order[0]], numbers[order[1]]) if numbers else None
