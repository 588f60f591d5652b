"""Which rows of a foreign file are its table: titles above the headings, totals and notes below, headings again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.describe.mapping.forms import looks_like_a_date
from pipeline.describe.mapping.words import words_of

Rows = Sequence[tuple[int, Sequence[str]]]  # by the number that people see

_HEADING_ROWS = 20  # filled ones that are looked at
_TOTAL = re.compile(
    r"(?:grand |sub-?|net |gross |order |report |end )?(?:total|totals|subtotal)\b|sum\b|summe\b|gesamt|zwischensumme|"
    r"totale\b|totaal\b|somme\b|suma\b|montant total|total général|endsumme|vat\b|mwst|tva\b|btw\b|iva\b|"
    r"end of (?:report|file|list)|ende der|fin de|printed|gedruckt|page \d|seite \d|\*{3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A file divided into what stands above its headings, the headings, and what stands below."""

    front: tuple[tuple[str, ...], ...]
    heading_row: int  # as people number it
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def divide(rows: Rows) -> Split | None:
    """Find the headings; None where no row has a cell."""
    filled = [(number, tuple(cells)) for number, cells in rows if any(cells)]
    if not filled:
        return None
    first = filled[:_HEADING_ROWS]
    most = max(sum(map(bool, cells)) for _, cells in first)
    best = max(range(len(first)), key=lambda place: (_as_headings(first[place][1], most), -place))
    number, headings = first[best]
    while headings and not headings[-1]:
        headings = headings[:-1]
    width = len(headings)
    below = tuple(cells[:width] + ("",) * (width - len(cells)) for _, cells in filled[best + 1 :])
    return Split(tuple(cells for _, cells in first[:best]), number, headings, below)


def rows_left_out(split: Split) -> frozenset[int]:
    """The places of rows that are no data: totals, notes at the end, headings again."""
    counts = [sum(map(bool, cells)) for cells in split.rows]
    usual = median(counts) if counts else 0
    left = set()
    for place, cells in enumerate(split.rows):
        if cells == split.headings:
            left.add(place)
        elif counts[place] * 2 <= usual or counts[place] <= 2 < usual:
            label = next(cell for cell in cells if cell)
            if any(_TOTAL.match(cell) for cell in cells if cell) or (counts[place] == 1 and label.endswith(":")):
                left.add(place)
    # One cell alone at the end is a note, whatever it says.
    for place in range(len(counts) - 1, -1, -1):
        if counts[place] == 1 and usual > 2:
            left.add(place)
        elif place not in left:
            break
    return frozenset(left)


def label_of(cells: Sequence[str]) -> tuple[int, str]:
    """Where the words of a total row or a note stand, and those by which others of its kind begin as well."""
    position = next((at for at, cell in enumerate(cells) if _TOTAL.match(cell)), -1)
    if position < 0:
        position = next(at for at, cell in enumerate(cells) if cell)
    text = cells[position]
    match = _TOTAL.match(text)
    words = match[0] if match else re.split(r"[\d:]", text)[0]
    return position, words.strip() or text


def _as_headings(cells: Sequence[str], most: int) -> float:
    """How much a row looks like headings: words that headings have, each once, as wide as the table, and no values."""
    filled = [cell for cell in cells if cell]
    known = sum(1 for cell in filled if (words := words_of(cell)).meanings and not words.unknown and len(cell) < 60)
    values = sum(
        1 for cell in filled if re.fullmatch(r"[+-]?[\d.,' ]+", cell) or looks_like_a_date(cell) or "@" in cell
    )
    labels = sum(1 for cell in filled if cell.endswith(":"))
    return 2 * (known - values - labels) / most + len(filled) / most + len(set(filled)) / max(len(filled), 1)
