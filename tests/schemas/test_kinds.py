from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import orjson
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from schemas.vocabulary import kinds
from schemas.vocabulary.dates import Reading
from schemas.vocabulary.kinds import Kind

EVERY_KIND = [
    kinds.text(),
    kinds.text(5),
    kinds.code(14),
    kinds.email(254),
    kinds.country(6),
    kinds.integer(),
    kinds.integer(1, 99),
    kinds.number(0),
    kinds.number(above=0),
    kinds.flag(),
    kinds.choice("sales_order", "work_order"),
    kinds.choice("DeliveryAddress", "CollectionAddress"),
    kinds.datetime(),
]


def judged(kind: Kind, value: str) -> tuple[Any, str]:
    """The JSON value of a cell, or what is wrong with it."""
    try:
        canonical = kind.canonical(value, Reading()) if kind.canonical else value
    except ValueError as error:
        return None, str(error)
    return (kind.convert(canonical), "") if not (wrong := broken_checks(kind, canonical)) else (None, wrong[0])


def broken_checks(kind: Kind, text: str) -> list[str]:
    field: Any = pa.Field(nullable=True, **kind.checks)
    schema = pa.DataFrameSchema({"cell": pa.Column(str, checks=field.checks)})
    try:
        schema.validate(pd.DataFrame({"cell": pd.Series([text], dtype="str")}), lazy=True)
    except SchemaErrors as error:
        return [str(check) for check in error.failure_cases.sort_values("check_number")["check"]]
    return []


@pytest.mark.parametrize(
    ("kind", "value", "json"),
    [
        (kinds.text(), "  0012,x", "  0012,x"),
        (kinds.text(5), "é" * 5, "é" * 5),
        (kinds.code(), "0012", "0012"),
        (kinds.code(), "12E4", "12E4"),
        (kinds.email(254), "jo.o'neil+wms@mail.example.co.uk", "jo.o'neil+wms@mail.example.co.uk"),
        (kinds.country(6), "gb", "GB"),
        (kinds.country(6), "ca-on", "CA-ON"),
        (kinds.integer(), "12", 12),
        (kinds.integer(), "12.0", 12),
        (kinds.integer(), "12.", 12),
        (kinds.integer(), "-3", -3),
        (kinds.integer(), "+3", 3),
        (kinds.integer(), "0012", 12),
        (kinds.integer(1, 99), "1", 1),
        (kinds.integer(1, 99), "99", 99),
        (kinds.integer(), "999999999999999", 999999999999999),
        (kinds.number(), "1.5", 1.5),
        (kinds.number(), ".5", 0.5),
        (kinds.number(), "10.00", 10),
        (kinds.number(0), "0", 0),
        (kinds.number(above=0), "0.001", 0.001),
        *((kinds.flag(), word, True) for word in ("TRUE", "true", "T", "Yes", "y", "1", "on", "X")),
        *((kinds.flag(), word, False) for word in ("FALSE", "f", "No", "n", "0", "OFF")),
        (kinds.choice("sales_order", "work_order"), "Sales_Order", "sales_order"),
        (kinds.choice("DeliveryAddress"), "deliveryaddress", "DeliveryAddress"),
        (kinds.datetime(), "2026-06-10", "2026-06-10T00:00:00+00:00"),
    ],
)
def test_what_is_accepted_has_one_json_value(kind: Kind, value: str, json: Any) -> None:
    """The usual spellings of a value are all understood, and become the value that Clarus takes."""
    converted, wrong = judged(kind, value)

    assert not wrong
    assert (converted, type(converted)) == (json, type(json))


@pytest.mark.parametrize(
    ("kind", "value", "message", "hint"),
    [
        (
            kinds.text(5),
            "abcdef",
            "is longer than 5 characters (a Clarus limit)",
            "it has 6 characters: shorten it to 5",
        ),
        (
            kinds.code(14),
            "5.01235E+12",
            "was shortened by Excel: its last digits are lost",
            "format the column as Text in the source and export again",
        ),
        (
            kinds.code(14),
            "5.01235E12",
            "was shortened by Excel: its last digits are lost",
            "format the column as Text in the source and export again",
        ),
        (
            kinds.code(14),
            '="00013"',
            "is a formula, as some exports write to keep zeros, not a code",
            "write 00013",
        ),
        (kinds.email(254), "jo", "is not an e-mail address", "write an address such as jo@example.com"),
        (kinds.email(254), "Jo <jo@x.com>", "is not an e-mail address", "write the address alone: jo@x.com"),
        (kinds.email(254), "a@x.com; b@x.com", "is not an e-mail address", "write one of them: a@x.com"),
        (kinds.country(6), "UK", "is not a country code", "write GB"),
        (kinds.country(6), "Germany", "is not a country code", "write DE"),
        (kinds.country(6), "Atlantis", "is not a country code", "write the two letters of ISO 3166, such as GB"),
        (kinds.country(6), "ß", "is not a country code", "write the two letters of ISO 3166, such as GB"),
        (kinds.integer(), "1.5", "is not a whole number", "write it without decimals"),
        (kinds.integer(), "twelve", "is not a whole number", "write it in digits: 12"),
        (kinds.integer(), "12 pcs", "is not a whole number", "write the number alone: 12"),
        (kinds.integer(), "1E+3", "is not a whole number", "write the number in full: 1000"),
        (kinds.integer(), "٣", "is not a whole number", "write digits only, with a point before decimals"),
        (kinds.integer(1, 99), "2000", "is not between 1 and 99 (a Clarus limit)", ""),
        (kinds.integer(0), "-1", "is less than 0 (a Clarus limit)", ""),
        (kinds.integer(), "1234567890123456", "has more than 15 digits", ""),
        (kinds.number(above=0), "0", "is not above 0", "write how many, or delete the row"),
        (
            kinds.number(above=0),
            "-1.5",
            "is not above 0",
            "write it without the minus sign if that is meant, else delete the row",
        ),
        (kinds.number(0), "abc", "is not a number", "write digits only, with a point before decimals"),
        (kinds.number(), "nan", "is not a number", "write digits only, with a point before decimals"),
        (kinds.number(), "1,5", "is not a number", "write it with a point: 1.5"),
        (kinds.number(), "1,500", "is not a number", "write it with a point (1.500) or without separators (1500)"),
        (kinds.number(), "1,500,000", "is not a number", "write it without separators: 1500000"),
        (kinds.number(), "1 500", "is not a number", "write it without separators: 1500"),
        (kinds.number(), "1,234.50", "is not a number", "write it without separators: 1234.50"),
        (kinds.number(), "1.234,50", "is not a number", "write it with a point: 1234.50"),
        (kinds.number(), "£5.00", "is not a number", "write the number alone: 5.00"),
        (kinds.number(), "50 %", "is not a number", "write digits only, with a point before decimals"),
        (kinds.number(), "(5)", "is not a number", "write digits only, with a point before decimals"),
        (kinds.flag(), "maybe", "is neither true nor false", "write TRUE or FALSE"),
        (kinds.choice("unit", "case"), "cases", "is not one of unit, case", "did you mean case?"),
        (kinds.choice("unit", "case"), "Each", "is not one of unit, case", "did you mean unit?"),
        (kinds.choice("unit", "case"), "pallet", "is not one of unit, case", "write one of these words"),
        (
            kinds.choice("sales_order", "crossdock"),
            "Sales order",
            "is not one of sales_order, crossdock",
            "did you mean sales_order?",
        ),
        (
            kinds.datetime(),
            "10/06/2026",
            "is not a date in the form YYYY-MM-DD",
            "write it like 2026-06-10, or name this one form in date_formats of the configuration",
        ),
        (
            kinds.datetime(),
            "46183",
            "is not a date in the form YYYY-MM-DD",
            "this is how Excel counts days: format the column as a date and send the file again",
        ),
        (kinds.datetime(), "2026-02-30", "is a date or time that does not exist", ""),
    ],
)
def test_what_is_refused_says_how_to_correct_it(kind: Kind, value: str, message: str, hint: str) -> None:
    """The message follows the value, and the hint is for that very value."""
    _, wrong = judged(kind, value)

    assert wrong == message
    assert kind.hint(value) == hint


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00+00:00", "0024-03-04T00:00:00+00:00", "2026-06-10", "x"])
def test_the_checks_alone_refuse_what_could_not_be_read(text: str) -> None:
    """A date that canonical refuses and leaves as it is does not pass the checks by its form."""
    assert broken_checks(kinds.datetime(), text) == ["is not a date"]


_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30),
    st.from_regex(r"[+-]?[0-9]{1,25}([.,][0-9]{0,25})?", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?", fullmatch=True),
    st.sampled_from(["true", "NO", "gb", "GB-ENG", "sales_order", "a@b.co", "1e5", "-0", "."]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(EVERY_KIND), _TEXTS)
def test_whatever_passes_becomes_json(kind: Kind, value: str) -> None:
    """Converting cannot fail after the checks, its outcome is plain JSON, and reading it again changes nothing."""
    converted, wrong = judged(kind, value)

    if not wrong:
        assert orjson.loads(orjson.dumps(converted)) == converted
        canonical = kind.canonical(value, Reading()) if kind.canonical else value
        assert judged(kind, canonical) == (converted, "")


@settings(max_examples=100, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**11), max_value=10**11))
def test_numbers_arrive_as_they_were_written(number: Decimal) -> None:
    """A number of up to 15 digits is the same number in JSON, and whole ones are integers."""
    converted, wrong = judged(kinds.number(), f"{number:f}")

    assert not wrong
    assert Decimal(str(converted)) == number
    assert math.isfinite(converted)
    assert isinstance(converted, int) == (number == number.to_integral_value())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_hints_are_found_for_anything(value: str) -> None:
    """No text, however odd, breaks the search for a hint, and every hint is one line."""
    for kind in EVERY_KIND:
        assert "\n" not in kind.hint("x").strip()
        kind.hint(value)
