"""How a file writes dates and numbers, as far as its cells prove it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from schemas.vocabulary.dates import FIRST_YEAR, LAST_YEAR, looks_iso

_DAYS: tuple[str, ...] = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
)
_DAYS += (
    "%d-%m-%y",
    "%m-%d-%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d %b, %Y",
    "%Y%m%d",
)
_TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %H:%M:%S",
    ", %I:%M %p",
    " %H:%M:%S %z",
    " %H:%M %z",
)
FORMATS = tuple(f"{day}{time}" for day in _DAYS for time in _TIMES) + tuple(f"%Y-%m-%d{time}" for time in _TIMES[3:])
_DATE_LIKE = re.compile(
    r"\d{1,4}[./ -](?:\d{1,2}|[A-Za-z]{3,9})[./ ,-]+\d{2,4}\b|"
    r"[A-Z][a-z]{2,8} \d{1,2},? \d{4}|(?:19|20)\d\d[01]\d[0-3]\d$"
)
# Letters that name one zone in the exports of shops.
ZONES = {"PDT": "America/Los_Angeles", "PST": "America/Los_Angeles", "MDT": "America/Denver", "MST": "America/Denver"}
ZONES |= {"CDT": "America/Chicago", "EDT": "America/New_York", "EST": "America/New_York", "BST": "Europe/London"}
ZONES |= {"CET": "Europe/Paris", "CEST": "Europe/Paris", "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin"}
_ZONE = re.compile(r"(?<=\d|M) ?(?P<zone>[A-Z]{3,4})$")
_EXAMPLE = datetime(2026, 11, 24, 9, 5, 7, tzinfo=UTC)
_SHARE = 0.98  # of the cells that a form must read: the others are wrong


@dataclass(frozen=True, slots=True)
class NumberForms:
    """How numbers are written; both blank where a point and nothing else is."""

    decimal: str = ""
    thousands: str = ""
    doubtful: str = ""  # a cell that may be two numbers, where nothing in the file tells which


def looks_like_a_date(cell: str) -> bool:
    """Whether a cell is a date in any of the usual forms."""
    text = without_zone(cell)[0]
    return looks_iso(text) or bool(_DATE_LIKE.match(text) and _forms_of(text))


def date_formats(cells: Iterable[str]) -> list[str]:
    """The formats under which nearly every cell that is not ISO 8601 is a date; several mean that nobody can tell."""
    others = [text for cell in cells if cell and not looks_iso(text := without_zone(cell)[0])]
    return [
        form for form in FORMATS if others and sum(form in _forms_of(cell) for cell in others) >= _SHARE * len(others)
    ]


def without_zone(cell: str) -> tuple[str, str]:
    """A date without the name of a zone at its end, and that name."""
    match = _ZONE.search(cell)
    if match and match["zone"] in ZONES:
        return cell[: match.start()].rstrip(), match["zone"]
    return cell, ""


def number_forms(columns: Iterable[Sequence[str]], others: Iterable[Sequence[str]]) -> NumberForms:
    """How the numbers of some columns are written; what they leave open, other columns of numbers may tell.

    Args:
        columns: of the cells that count.
        others: cells of all columns of the file that hold numbers.
    """
    wanted = [cell for cells in columns for cell in cells if cell]
    every = wanted + [cell for cells in others for cell in cells if cell]
    comma, point = (any(pattern.fullmatch(cell) for cell in every) for pattern in (_COMMA, _POINT))
    doubtful = next((cell for cell in wanted if re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", cell)), "")
    if comma and not point:
        spaces = any(re.search(r"\d[   ]\d{3}", cell) for cell in every)
        needed = any("," in cell or "." in cell or spaces for cell in wanted)
        return NumberForms(",", " " if spaces else ".") if needed else NumberForms()
    if point and not comma:
        mark = next(
            (mark for mark in (",", "'", "’", " ") if any(re.search(rf"\d{mark}\d{{3}}", cell) for cell in wanted)), ""
        )
        return NumberForms(".", mark) if mark else NumberForms()
    return NumberForms(doubtful=doubtful)


_COMMA = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[. '’  ]\d{3})+),(?:\d{1,2}|\d{4,})|[+-]?\d{1,3}(?:\.\d{3})+,\d+")
_POINT = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[, '’]\d{3})+)\.(?:\d{1,2}|\d{4,})|[+-]?\d{1,3}(?:,\d{3})+\.\d+")


@lru_cache(maxsize=20_000)
def _forms_of(cell: str) -> frozenset[str]:
    return frozenset(form for form in _BY_SIGNATURE.get(_signature(cell), ()) if _reads(cell, form))


def _signature(text: str) -> str:
    """What stays of a date when all numbers and all words are alike: most formats need not be tried."""
    return re.sub(r"[A-Za-z]+", "A", re.sub(r"[0-9]+", "0", re.sub(r" -(?=\d{4}$)", " +", text)))


def _reads(cell: str, form: str) -> bool:
    try:
        when = datetime.strptime(cell, form)
    except ValueError:
        return False
    # strptime takes 2026 for a year of two digits and two more, and 1 for a day of two.
    return FIRST_YEAR <= when.year <= LAST_YEAR and not ("%Y%m%d" in form and len(cell.split()[0]) != 8)


_BY_SIGNATURE: dict[str, list[str]] = {}
for _form in FORMATS:
    _BY_SIGNATURE.setdefault(_signature(_EXAMPLE.strftime(_form)), []).append(_form)
