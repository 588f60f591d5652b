"""Numbers of a file with its own decimal and thousands marks: read exactly, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

_EXACT = Context(prec=60)
_MARKED = re.compile(r"[.,]")


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How a file writes numbers."""

    decimal: str = ""  # "": as in any other file
    thousands: str = ""

    @property
    def is_declared(self) -> bool:
        """Whether the configuration says anything of numbers."""
        return bool(self.decimal or self.thousands)


def plain_number(text: str, form: NumberForm) -> str | None:
    """The number with a decimal point and nothing else; None where the text is none in this form."""
    match = _pattern(form).fullmatch(text)
    if match is None:
        return None
    whole = match["whole"]
    for mark in _marks(form.thousands):
        whole = whole.replace(mark, "")
    return f"{match['sign']}{whole}" + (f".{match['part']}" if match["part"] else "")


def multiplied(number: str, by: Decimal) -> str:
    """The product in decimal arithmetic, without zeros that say nothing: never 0.30000000000000004."""
    product = _EXACT.multiply(Decimal(number), by)
    text = f"{product:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def plain_numbers(texts: Sequence[str], form: NumberForm) -> tuple[list[str], dict[int, str]]:
    """Read a column of numbers in the form that is declared.

    Where one text contradicts the form, those that could be read in another way too are wrong with it: `1.234` beside
    `2.5` in a file that declares a decimal comma.
    """
    results, faults = list(texts), dict[int, str]()
    for place, text in enumerate(texts):
        if (number := plain_number(text, form)) is None:
            faults[place] = f"is not a number {in_words(form)}"
        else:
            results[place] = number
    if witness := next((texts[place] for place in faults if _looks_like_a_number(texts[place])), ""):
        for place, text in enumerate(texts):
            if place not in faults and _MARKED.search(text):
                faults[place] = f"may be another number: {witness} in this column is not written {in_words(form)}"
    return results, faults


def in_words(form: NumberForm) -> str:
    """The form, for people."""
    decimal = {",": "with a decimal comma", ".": "with a decimal point"}.get(form.decimal, "with a decimal point")
    return f"{decimal} and thousands marked by {form.thousands!r}" if form.thousands else decimal


def _looks_like_a_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[0-9][0-9.,' ’]*", text))


def _marks(thousands: str) -> str:
    return f"{thousands}\u00a0\u202f" if thousands == " " else thousands


@lru_cache
def _pattern(form: NumberForm) -> re.Pattern[str]:
    decimal = re.escape(form.decimal or ".")
    grouped = rf"|[0-9]{{1,3}}(?:[{re.escape(_marks(form.thousands))}][0-9]{{3}})+" if form.thousands else ""
    return re.compile(rf"(?P<sign>[+-]?)(?P<whole>[0-9]+{grouped}|(?={decimal}[0-9]))(?:{decimal}(?P<part>[0-9]*))?")
