"""Numbers of a file with its own decimal and thousands marks: read exactly, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.extract.sources.texts import TEXT, replaced

_EXACT = Context(prec=10_000)
# Numbers of this size are multiplied all at once: with a factor of 40 digits the product has 68; Arrow takes 76.
_USUAL = r"^[+-]?[0-9]{1,18}(?:\.[0-9]{1,9})?$"
_NUMBER = pa.decimal256(27, 9)
_FACTOR = 40  # characters


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How a file writes numbers."""

    decimal: str = ""  # "": as in any other file
    thousands: str = ""

    @property
    def is_declared(self) -> bool:
        """Whether the configuration says anything of numbers."""
        return bool(self.decimal or self.thousands)


def plain_numbers(texts: pa.LargeStringArray, form: NumberForm) -> tuple[pa.LargeStringArray, pa.BooleanArray]:
    """Write numbers with a decimal point and nothing else; and tell which texts are none in this form: these stay."""
    fits = pc.match_substring_regex(texts, _pattern(form))
    bare = texts
    for mark in _marks(form.thousands):
        bare = pc.replace_substring(bare, mark, "")
    if form.decimal == ",":
        bare = pc.replace_substring(bare, ",", ".")
    return pc.if_else(fits, pc.utf8_rtrim(bare, "."), texts), fits


def multiplied(texts: pa.LargeStringArray, by: Decimal, form: NumberForm) -> tuple[pa.LargeStringArray, list[int]]:
    """Multiply numbers in decimal arithmetic, without zeros that say nothing: never 0.30000000000000004.

    Returns:
        The products, and the places of filled texts that are no numbers; these stay.
    """
    numbers, fits = plain_numbers(texts, form)
    usual = pc.and_(fits, pc.and_(pc.match_substring_regex(numbers, _USUAL), _is_usual(by)))
    others = pc.and_(fits, pc.invert(usual))
    results = replaced(texts, usual, _products(numbers.filter(usual), by)) if _is_usual(by) else texts
    results = replaced(results, others, (_product(number, by) for number in numbers.filter(others).to_pylist()))
    wrong = pc.and_(pc.invert(fits), pc.not_equal(texts, ""))
    return results, pc.indices_nonzero(wrong).to_pylist()


def in_form(texts: pa.LargeStringArray, form: NumberForm) -> tuple[pa.LargeStringArray, dict[int, str]]:
    """Read a column of numbers in the form that is declared.

    Where one text contradicts the form, those that could be read in another way too are wrong with it: `1.234` beside
    `2.5` in a file that declares a decimal comma.

    Returns:
        The numbers with a decimal point, and by place what is wrong.
    """
    numbers, fits = plain_numbers(texts, form)
    strange = pc.and_(pc.invert(fits), pc.not_equal(texts, ""))
    places = pc.indices_nonzero(strange).to_pylist()
    faults = dict.fromkeys(places, f"is not a number {in_words(form)}")
    alike = pc.and_(strange, pc.match_substring_regex(texts, r"^[+-]?[0-9][0-9.,' ’]*$"))
    if witness := next(iter(texts.filter(alike)), None):
        marked = pc.and_(fits, pc.match_substring_regex(texts, r"[.,]"))
        either_way = f"may be another number: {witness} in this column is not written {in_words(form)}"
        faults |= dict.fromkeys(pc.indices_nonzero(marked).to_pylist(), either_way)
    return numbers, faults


def in_words(form: NumberForm) -> str:
    """The form, for people."""
    decimal = {",": "with a decimal comma", ".": "with a decimal point"}.get(form.decimal, "with a decimal point")
    return f"{decimal} and thousands marked by {form.thousands!r}" if form.thousands else decimal


def _is_usual(factor: Decimal) -> bool:
    return len(f"{factor:f}") <= _FACTOR


def _products(numbers: pa.LargeStringArray, by: Decimal) -> pa.LargeStringArray:
    """Multiply usual numbers by a usual factor."""
    whole, _, part = f"{by:f}".lstrip("+-").partition(".")
    factor = pa.scalar(by, pa.decimal256(len(whole) + len(part), len(part)))
    texts = pc.cast(pc.multiply(pc.cast(numbers, _NUMBER), factor), TEXT)
    # Arrow writes an exponent where many zeros follow the point.
    short = pc.match_substring(texts, "E")
    texts = replaced(texts, short, (f"{Decimal(text):f}" for text in texts.filter(short).to_pylist()))
    texts = pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")
    return pc.if_else(pc.equal(texts, "-0"), pa.scalar("0", TEXT), texts)


def _product(number: str, by: Decimal) -> str:
    text = f"{_EXACT.multiply(Decimal(number), by):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _marks(thousands: str) -> str:
    return f"{thousands}\u00a0\u202f" if thousands == " " else thousands


@lru_cache
def _pattern(form: NumberForm) -> str:
    decimal, digits = re.escape(form.decimal or "."), "[0-9]"
    grouped = rf"|{digits}{{1,3}}(?:[{re.escape(_marks(form.thousands))}]{digits}{{3}})+" if form.thousands else ""
    return rf"^[+-]?(?:(?:{digits}+{grouped})(?:{decimal}{digits}*)?|{decimal}{digits}+)$"
