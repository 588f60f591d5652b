"""The headings that a source names, found among those of a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from schemas.vocabulary.headings import fold

_NUMBERED = re.compile(r"(?P<heading>.*[^#])#(?P<number>[1-9]\d?)", re.DOTALL)
# In the columns of a layout, what the file has at a position; no heading of a contract begins with it.
OWN = "\x1f"


def place_of(name: str, cells: Sequence[str]) -> int | None:
    """The position of a heading: `Name#2` is the second of that heading, `Name` the first.

    Headings that are written alike come first, then those with the same letters and digits.
    """
    if (place := _nth(name, 1, cells)) is not None:
        return place
    if match := _NUMBERED.fullmatch(name):
        return _nth(match["heading"].strip(), int(match["number"]), cells)
    return None


def claimed(names: Collection[str], cells: Sequence[str]) -> set[int]:
    """The positions of all headings that the names may speak of, their doubles included."""
    wanted = {fold(name) for name in names}
    wanted |= {fold(match["heading"]) for name in names if (match := _NUMBERED.fullmatch(name))}
    return {place for place, cell in enumerate(cells) if cell and fold(cell) in wanted}


def _nth(name: str, number: int, cells: Sequence[str]) -> int | None:
    exact = [place for place, cell in enumerate(cells) if cell == name.strip()]
    alike = exact or [place for place, cell in enumerate(cells) if cell and fold(cell) == fold(name)]
    return alike[number - 1] if len(alike) >= number else None
