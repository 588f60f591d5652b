"""What the cells of a column look like: dates, numbers, countries, barcodes, codes, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median

from pipeline.describe.mapping.forms import looks_like_a_date
from schemas.vocabulary.countries import country_meant, is_country

MOST = 0.8  # of the filled cells: some rows of a foreign file are always odd
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,'’  ]*%?")
_INTEGER = re.compile(r"[+-]?[0-9]+(?:[.,]0+)?")
_CODE = re.compile(r"[^\s@]{1,40}")
_PHONE = re.compile(r"'?[+(]?[0-9][0-9 ()./+-]{5,}")
_POSTCODE = re.compile(r"'?[A-Za-z0-9][A-Za-z0-9 -]{2,9}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LONG = 150  # characters, of Clarus's description
_NAMED = re.compile(r"\[([^\]]+)\] .+")  # [AP-001] Linen Apron, as Odoo names a product


def share(cells: Sequence[str], test: Callable[[str], object]) -> float:
    """The part of the filled cells that pass; 1 where none is filled."""
    filled = [cell for cell in cells if cell]
    return sum(1 for cell in filled if test(cell)) / len(filled) if filled else 1.0


def are_numbers(cells: Sequence[str]) -> bool:
    return share(cells, _NUMBER.fullmatch) >= MOST


def are_integers(cells: Sequence[str]) -> bool:
    return share(cells, _INTEGER.fullmatch) >= MOST


def are_dates(cells: Sequence[str]) -> bool:
    return share(cells, looks_like_a_date) >= MOST


def are_countries(cells: Sequence[str]) -> bool:
    return share(cells, lambda cell: is_country(cell.upper()) or bool(country_named(cell))) >= MOST


def are_emails(cells: Sequence[str]) -> bool:
    return share(cells, _EMAIL.fullmatch) >= MOST


def are_phones(cells: Sequence[str]) -> bool:
    return share(cells, _PHONE.fullmatch) >= MOST


def are_postcodes(cells: Sequence[str]) -> bool:
    return share(cells, lambda cell: _POSTCODE.fullmatch(cell) and re.search(r"\d", cell)) >= MOST


def are_codes(cells: Sequence[str]) -> bool:
    """Whether the cells are words without blanks that are no amounts of money and no addresses."""
    return share(cells, _CODE.fullmatch) >= MOST and not are_fractions(cells)


def have_digits(cells: Sequence[str]) -> bool:
    """Whether there is a digit in each cell, as in numbers of documents and hardly ever in names."""
    return share(cells, lambda cell: re.search(r"\d", cell)) >= MOST


def are_named_codes(cells: Sequence[str]) -> bool:
    """Whether each cell is a code in brackets and a name behind it."""
    return share(cells, _NAMED.fullmatch) >= 1 and any(cells)


def are_barcodes(cells: Sequence[str]) -> bool:
    """Whether the cells are trade item numbers whose check digit is right: no other number is so by chance."""
    return any(cells) and share(cells, _is_gtin) >= MOST


def are_fractions(cells: Sequence[str]) -> bool:
    """Whether the cells are numbers of which some have a decimal part: no code has."""
    return are_numbers(cells) and any(re.fullmatch(r"[0-9]+[.,][0-9]{1,2}", cell) for cell in cells)


def are_words(cells: Sequence[str]) -> bool:
    """Whether most cells have blanks between words."""
    return any(cells) and share(cells, lambda cell: re.search(r"[^\W\d]\S* \S", cell)) >= 0.5


def are_whole_addresses(cells: Sequence[str]) -> bool:
    """Whether the cells are names, streets and towns in one: `Ann Field, 1 Mill Lane, Leeds`."""
    return bool(cells) and share(cells, lambda cell: cell.count(",") >= 1 and re.search(r"\d", cell)) >= 0.5


def are_long(cells: Sequence[str]) -> bool:
    """Whether the cells are paragraphs, or pages in HTML, rather than names."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and (
        median(map(len, filled)) > _LONG or share(filled, lambda cell: "<" in cell and ">" in cell) > 0.5
    )


def are_line_numbers(cells: Sequence[str]) -> bool:
    """Whether the cells count: 1, 2, 3 or 10, 20, 30, from the beginning again and again."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or not all(re.fullmatch(r"0*[0-9]{1,4}", cell) for cell in filled):
        return False
    numbers = [int(cell) for cell in filled]
    step = numbers[0]
    return step in (1, 10, 100, 1000, 10000) and all(b in (a + step, step) for a, b in pairwise(numbers))


def country_named(text: str) -> str:
    """The country that a cell names in words, also one with its code behind it: `United Kingdom (UK)`; "" for none."""
    return country_meant(text) or country_meant(re.sub(r"\s*\([A-Za-z]{2,3}\)$", "", text))


@lru_cache(maxsize=20_000)
def _is_gtin(cell: str) -> bool:
    digits = cell.strip("'\" ")
    if not re.fullmatch(r"\d{8}|\d{12,14}", digits):
        return False
    weighed = [int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(weighed) % 10 == 0
