"""What a cell may hold: for each kind of value its rule in words, its spelling, its checks and the way to JSON.

A cell is text. `canonical` rewrites what people mean into one spelling ("Yes" into "true", "12.0" into "12",
"2026-06-10" into a timestamp with an offset) and raises or leaves alone what it cannot read; the pandera checks look at
that spelling, over whole columns; what has passed them, `convert` turns into JSON and cannot fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd
from pandera import extensions

from schemas.vocabulary import hints
from schemas.vocabulary.countries import is_country
from schemas.vocabulary.dates import Reading, is_timestamp, read_timestamp
from schemas.vocabulary.lists import CodeList

# Excel shows a long number as 5.01235E+12; the digits that it hides are gone from an export.
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+ ?[eE][+-]?|[eE]\+)\d+")
_FORMULA = re.compile(r'="([^"]*)"')
_INTEGER = r"[+-]?[0-9]+"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
# Excel keeps 15 digits of a number, and JSON readers hardly more: a longer one would arrive as another.
_FEW_DIGITS = r"[+-]?0*[0-9]{0,15}(?:\.[0-9]*)?"
_WHOLE_DECIMAL = re.compile(r"([+-]?[0-9]+)\.0*")
_EMAIL = r"[^@\s,;:<>\"()]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"

CONFIGURATIONS = ("unit", "case", "inner", "outer")
DIMENSIONS = ("length", "area", "volume", "weight", "none")

_FLAGS = dict.fromkeys(("true", "t", "yes", "y", "1", "on", "x"), "true") | dict.fromkeys(("false", "f", "no", "n", "0", "off"), "false")

Json = Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value."""

    name: str
    rule: str  # for people: "text <= 50", "integer 1-99"
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # arguments of pandera.Field
    canonical: Callable[[str, Reading], str] | None = None  # raises ValueError with words, or returns the text
    convert: Callable[[str], Json] = str
    hint: Callable[[str], str] = lambda value: ""
    lookup: CodeList | None = None  # the text is a code of this list


def text(max_length: int | None = None) -> Kind:
    """Any text; at most `max_length` characters."""
    if max_length is None:
        return Kind("text", "text")
    return Kind("text", f"text <= {max_length}", _at_most(max_length), hint=_length_hint(max_length))


def code(max_length: int | None = None) -> Kind:
    """Text that names something: Excel must not have shortened it to 5.01E+12."""
    plain = text(max_length)
    lost: dict[str, dict[str, Any]] = {
        "no_scientific": {"error": "was shortened by Excel: its last digits are lost"},
        "no_formula": {"error": "is a formula, as some exports write to keep zeros, not a code"},
    }

    def hint(value: str) -> str:
        if _SCIENTIFIC.fullmatch(value):
            return "format the column as Text in the source and export again"
        if formula := _FORMULA.fullmatch(value):
            return f"write {formula[1]}"
        return plain.hint(value)

    return Kind("code", plain.rule, {**plain.checks, **lost}, hint=hint)


def email(max_length: int) -> Kind:
    """One e-mail address."""
    checks: dict[str, dict[str, Any]] = {
        "text_matches": {"pattern": _EMAIL, "error": "is not an e-mail address"},
        **_at_most(max_length),
    }
    return Kind(
        "email",
        f"email <= {max_length}",
        checks,
        hint=lambda value: hints.for_email(value) if len(value) <= max_length else hints.for_length(value, max_length),
    )


def country(max_length: int) -> Kind:
    """A country by ISO 3166-1 alpha-2, a province suffix allowed (GB, CA-ON)."""
    return Kind(
        "country",
        f"country <= {max_length}",
        {"country_code": {"error": "is not a country code"}},  # none is longer than CA-ON
        # ASCII only: the upper case of ß is SS, which is South Sudan.
        canonical=lambda value, reading: value.upper() if value.isascii() else value,
        hint=hints.for_country,
    )


def integer(low: int | None = None, high: int | None = None) -> Kind:
    """A whole number; bounds are included."""
    checks = {**_digits(_INTEGER, "is not a whole number"), **_between(low, high)}
    return Kind("integer", _rule("integer", low, high), checks, _plain_number, int, hints.for_whole_number)


def record_id(noun: str, values: str) -> Kind:
    """The id of a record that Clarus does not list by a code; `values` is where the configuration maps words to ids."""
    hint = f"Clarus does not list {noun}s: write the id, in digits, or map the word to it in {values}"
    digits = {"text_matches": {"pattern": "[0-9]+", "error": "is not an id"}, **_FEW}
    return Kind("id", f"id of {noun}", digits, _plain_number, int, lambda value: hint)


def number(low: int | None = None, above: int | None = None) -> Kind:
    """A decimal number with a point; at least `low`, or more than `above`."""
    bound = _between(low, None) if above is None else {"number_above": {"bound": above, "error": f"is not above {above}"}}
    checks = {**_digits(_DECIMAL, "is not a number"), **bound}
    rule = f"number > {above}" if above is not None else _rule("number", low, None)
    hint = hints.for_number if above is None else hints.for_amount
    return Kind("number", rule, checks, _plain_number, _to_number, hint)


def flag() -> Kind:
    """True or false, in the usual words."""
    return Kind(
        "flag",
        "flag",
        {"isin": {"allowed_values": ["true", "false"], "error": "is neither true nor false"}},
        canonical=lambda value, reading: _FLAGS.get(_plain_number(value, reading).lower(), value),
        convert=lambda value: value == "true",
        hint=lambda value: "write TRUE or FALSE",
    )


def choice(*choices: str) -> Kind:
    """One of Clarus's own words; their case does not matter."""
    by_folded = {word.lower(): word for word in choices}
    return Kind(
        "choice",
        f"one of {' '.join(choices)}",
        {"isin": {"allowed_values": list(choices), "error": f"is not one of {', '.join(choices)}"}},
        canonical=lambda value, reading: by_folded.get(value.lower(), value),
        hint=lambda value: hints.for_choice(value, choices),
    )


def datetime() -> Kind:
    """A date, or a date and time, sent as ISO 8601 with an offset."""
    return Kind(
        "datetime",
        "datetime",
        {"timestamp": {"error": "is not a date"}},
        canonical=read_timestamp,
        hint=hints.for_date,
    )


# The check bodies must be named functions: pandera registers them under their name. Where a text breaks several
# checks, the first of them in this order is told.


@extensions.register_check_method(statistics=["pattern"])  # type: ignore[untyped-decorator]
def text_matches(texts: pd.Series[str], *, pattern: str) -> pd.Series[bool]:
    return texts.str.fullmatch(pattern)


@extensions.register_check_method
def few_digits(texts: pd.Series[str]) -> pd.Series[bool]:
    return texts.str.fullmatch(_FEW_DIGITS)


@extensions.register_check_method(statistics=["longest"])  # type: ignore[untyped-decorator]
def text_at_most(texts: pd.Series[str], *, longest: int) -> pd.Series[bool]:
    return texts.str.len() <= longest


@extensions.register_check_method
def no_scientific(texts: pd.Series[str]) -> pd.Series[bool]:
    return ~texts.str.fullmatch(_SCIENTIFIC.pattern)


@extensions.register_check_method
def no_formula(texts: pd.Series[str]) -> pd.Series[bool]:
    return ~texts.str.fullmatch(_FORMULA.pattern)


@extensions.register_check_method
def timestamp(texts: pd.Series[str]) -> pd.Series[bool]:
    return texts.map(is_timestamp)


@extensions.register_check_method
def country_code(texts: pd.Series[str]) -> pd.Series[bool]:
    return texts.map(is_country)


@extensions.register_check_method(statistics=["low", "high"])  # type: ignore[untyped-decorator]
def number_between(texts: pd.Series[str], *, low: int | None, high: int | None) -> pd.Series[bool]:
    numbers = pd.to_numeric(texts, errors="coerce")
    return numbers.between(-float("inf") if low is None else low, float("inf") if high is None else high)


@extensions.register_check_method(statistics=["bound"])  # type: ignore[untyped-decorator]
def number_above(texts: pd.Series[str], *, bound: int) -> pd.Series[bool]:
    return pd.to_numeric(texts, errors="coerce") > bound


def _at_most(longest: int) -> dict[str, dict[str, Any]]:
    return {"text_at_most": {"longest": longest, "error": f"is longer than {longest} characters (a Clarus limit)"}}


def _length_hint(longest: int) -> Callable[[str], str]:
    return lambda value: hints.for_length(value, longest)


def _digits(pattern: str, error: str) -> dict[str, dict[str, Any]]:
    return {"text_matches": {"pattern": pattern, "error": error}, **_FEW}


_FEW: dict[str, dict[str, Any]] = {"few_digits": {"error": "has more than 15 digits"}}


def _between(low: int | None, high: int | None) -> dict[str, dict[str, Any]]:
    if low is None and high is None:
        return {}
    range_ = f"is not between {low} and {high}" if high is not None else f"is less than {low}"
    return {"number_between": {"low": low, "high": high, "error": f"{range_} (a Clarus limit)"}}


def _rule(name: str, low: int | None, high: int | None) -> str:
    if high is not None:
        return f"{name} {low}-{high}"
    return name if low is None else f"{name} >= {low}"


def _plain_number(value: str, reading: Reading) -> str:
    """Drop what a spreadsheet adds to a whole number: 12.0 is 12."""
    match = _WHOLE_DECIMAL.fullmatch(value)
    return match[1] if match else value


def _to_number(value: str) -> int | float:
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)
