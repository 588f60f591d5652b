"""What the cells of a column look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from schemas.vocabulary.dates import looks_iso

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*")
_FORMATS: tuple[str, ...] = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
)
_FORMATS += ("%Y-%m-%d %H:%M:%S %z", "%d %b %Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y")
_MOST = 0.8  # of the cells


def fits(cells: Sequence[str], kind: str) -> bool:
    """Whether most filled cells may be of a kind; a column without any may be anything."""
    filled = [cell for cell in cells if cell]
    tests = {
        "number": lambda cell: bool(_NUMBER.fullmatch(cell)),
        "integer": lambda cell: bool(_NUMBER.fullmatch(cell)),
        "datetime": lambda cell: looks_iso(cell) or bool(date_formats([cell])),
        "email": lambda cell: "@" in cell,
    }
    test = tests.get(kind)
    return test is None or not filled or sum(map(test, filled)) >= _MOST * len(filled)


def date_formats(cells: Sequence[str]) -> list[str]:
    """The formats under which every cell that is not ISO 8601 is a date; several mean that nobody can tell."""
    others = [cell for cell in cells if cell and not looks_iso(cell)]
    return [form for form in _FORMATS if others and all(_reads(cell, form) for cell in others)]


def has_decimal_comma(cells: Sequence[str]) -> bool:
    """Whether numbers are written `1,5` or `1.234,5`: never where a comma may mark thousands."""
    return any(re.fullmatch(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),(?:\d{1,2}|\d{4,})", cell) for cell in cells)


def _reads(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)
    except ValueError:
        return False
    return True
