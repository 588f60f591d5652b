"""The rules of a source, one by one: from the different texts of a column to as many texts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.column_rules import template_of
from pipeline.config.source_blocks import ColumnRule
from pipeline.extract.sources.numbers import NumberForm, in_form, multiplied, plain_numbers
from pipeline.extract.sources.rules import after, before, by_rules, joined, lower, mapped, padded, upper
from pipeline.extract.sources.texts import texts_of

POINT = NumberForm()
COMMA = NumberForm(",", ".")


def ruled(text: str, form: NumberForm = POINT, **rules: Any) -> str:
    """What the rules make of one text."""
    texts, faults = by_rules(texts_of([text]), ColumnRule(None, **rules), form)
    assert not faults
    return str(texts[0].as_py())


@pytest.mark.parametrize(
    ("text", "rules", "becomes"),
    [
        ("'0042'", {"strip": "'"}, "0042"),
        ("##7#", {"strip_left": "#"}, "7#"),
        ("12 kg", {"strip_right": "gk"}, "12"),
        ("SKU-1 / red / L", {"before": "/"}, "SKU-1"),
        ("SKU-1 / red / L", {"after": "/"}, "red / L"),
        ("a.b (c) [d]", {"after": "b (", "before": ") ["}, "c"),
        ("one\ntwo\nthree", {"before": "\n"}, "one"),
        ("one\ntwo\nthree", {"after": "\n"}, "two\nthree"),
        ("plain", {"before": "/", "after": "/"}, "plain"),
        ("a.b.c", {"replace": ((".", "-"),)}, "a-b-c"),
        ("a+b", {"replace": (("+", "."), (".", "!"))}, "a!b"),
        ("straße", {"upper": True}, "STRASSE"),
        ("ÄB", {"lower": True}, "äb"),
        ("42", {"pad": (8, "0")}, "00000042"),
        ("123456789", {"pad": (8, "0")}, "123456789"),
        (" 7 ", {"pad": (3, "x")}, "xx7"),
        ("0.1", {"times": Decimal("3")}, "0.3"),
        ("1,234.50", {"form": NumberForm(".", ","), "times": Decimal("2")}, "2469"),
        ("United Kingdom ", {"words": {"united kingdom": "GB"}}, "GB"),
        ("UNITED KINGDOM", {"words": {"united kingdom": "GB"}}, "GB"),
        ("Narnia", {"words": {"united kingdom": "GB"}}, "Narnia"),
        ("n/a", {"words": {"n/a": ""}}, ""),
        ("Österreich", {"words": {"österreich": "AT"}}, "AT"),
    ],
)
def test_a_rule_changes_a_text_as_it_is_documented(text: str, rules: dict[str, Any], becomes: str) -> None:
    """Each rule by itself, with texts that a careless pattern would take for something else."""
    assert ruled(text, **rules) == becomes


def test_rules_are_applied_in_the_order_that_is_documented() -> None:
    """strip, before, after, replace, upper, pad, times, map: whatever their order in the file."""
    rules = {"strip": "'", "before": ";", "after": ":", "replace": ((",", "."),), "pad": (5, "0")}

    assert ruled("'x:1,5;9'", **rules) == "001.5"
    assert ruled("'x:1,5;9'", **rules, times=Decimal(2), words={"3": "three"}) == "three"


@given(st.text(min_size=1), st.text(alphabet="/:. #-\\$^*a", min_size=1, max_size=3))
def test_before_and_after_split_like_python(text: str, mark: str) -> None:
    """Any text may be the mark; none of its characters has a meaning of its own."""
    head, _, tail = text.partition(mark)

    assert before(texts_of([text]), mark).to_pylist() == [head]
    assert after(texts_of([text]), mark).to_pylist() == [tail if mark in text else text]


@given(st.lists(st.text()))
def test_letters_change_as_in_python(texts: list[str]) -> None:
    """Letters beyond ASCII too, also where the text becomes longer."""
    assert upper(texts_of(texts)).to_pylist() == [text.upper() for text in texts]
    assert lower(texts_of(texts)).to_pylist() == [text.lower() for text in texts]


@pytest.mark.parametrize("rule", [{"pad": (8, "0")}, {"times": Decimal(2)}, {"words": {"a": "b"}}, {"upper": True}])
def test_a_blank_cell_stays_blank(rule: dict[str, Any]) -> None:
    """No rule makes a value out of nothing."""
    assert ruled("", **rule) == ""
    assert ruled(" ", **rule) == ""


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**30), max_value=10**30),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6),
)
def test_products_are_exact(number: Decimal, by: Decimal) -> None:
    """Whatever the size: no digit of a product is rounded, and no zero is written that says nothing."""
    [product], wrong = multiplied(texts_of([f"{number:f}"]), by, POINT)

    assert wrong == []
    assert Fraction(product.as_py()) == Fraction(number) * Fraction(by)
    assert "E" not in product.as_py()
    assert not ("." in product.as_py() and product.as_py().endswith(("0", ".")))
    assert product.as_py() != "-0"


@pytest.mark.parametrize("by", ["1e-300", "1e300", "0.000000001", "12345678901234567"])
def test_a_factor_of_any_size_is_exact(by: str) -> None:
    """Factors that no column type has room for are multiplied one by one."""
    [product], _ = multiplied(texts_of(["0.000000001"]), Decimal(by), POINT)

    assert Fraction(product.as_py()) == Fraction(by) / 10**9


def test_what_is_no_number_is_told_and_stays() -> None:
    """A text that has to be multiplied and is no number in the form of the file is a fault; a blank one is none."""
    texts, wrong = multiplied(texts_of(["1", "x", "", "1,5", "٣"]), Decimal(2), POINT)

    assert texts.to_pylist() == ["2", "x", "", "1,5", "٣"]
    assert wrong == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("1.234,5", COMMA, "1234.5"),
        ("1234,5", COMMA, "1234.5"),
        (",5", COMMA, ".5"),
        ("5,", COMMA, "5"),
        ("-1.234.567", COMMA, "-1234567"),
        ("12.34", COMMA, None),
        ("1,2,3", COMMA, None),
        ("1 234,5", NumberForm(",", " "), "1234.5"),
        ("1\u202f234,5", NumberForm(",", " "), "1234.5"),
        ("1\u00a0234", NumberForm(",", " "), "1234"),
        ("1'234.5", NumberForm(".", "'"), "1234.5"),
        ("1,234", NumberForm(".", ","), "1234"),
        ("1,23", NumberForm(".", ","), None),
        ("1.5", POINT, "1.5"),
        ("1e5", POINT, None),
    ],
)
def test_numbers_are_read_in_the_form_of_the_file_alone(text: str, form: NumberForm, number: str | None) -> None:
    """A number in any other form is none."""
    [read], [fits] = plain_numbers(texts_of([text]), form)

    assert (read.as_py() if fits.as_py() else None) == number


def test_a_column_that_contradicts_its_form_holds_what_could_be_read_either_way() -> None:
    """`2.5` beside `1.234` where the file declares a decimal comma."""
    _, faults = in_form(texts_of(["1.234", "2.5", "7", "x"]), COMMA)

    assert set(faults) == {0, 1, 3}
    assert "2.5" in faults[0]


def test_words_of_a_map_are_compared_without_case_and_outer_blanks() -> None:
    """As everywhere else in the configuration; all others stay as they are written."""
    texts = mapped(texts_of(["DHL Express", "dhl express", "UPS"]), {"dhl express": "DHLX"})

    assert texts.to_pylist() == ["DHLX", "DHLX", "UPS"]


def test_padding_counts_characters_not_bytes() -> None:
    """é is one."""
    assert padded(texts_of(["é1"]), 4, "0").to_pylist() == ["00é1"]


@pytest.mark.parametrize(
    ("template", "cells", "text"),
    [
        ("{A} {B}", ("Ada", "Lovelace"), "Ada Lovelace"),
        ("{A} {B}", ("Ada", ""), "Ada"),
        ("{A} {B}", ("", "Lovelace"), "Lovelace"),
        ("{A} {B}", ("", ""), ""),
        ("{A}, {B} - {C}", ("x", "", "z"), "x - z"),
        ("No. {A}", ("7",), "No. 7"),
        ("No. {A}", ("",), ""),
        ("({A}/{B})", ("1", "2"), "(1/2)"),
        ("{A}{B}", ("1", "2"), "12"),
    ],
)
def test_texts_are_joined_without_loose_ends(template: str, cells: tuple[str, ...], text: str) -> None:
    """What stands between two headings stands only between two texts."""
    assert joined([texts_of([cell]) for cell in cells], template_of(template)).to_pylist() == [text]
