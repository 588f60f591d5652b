"""`[[sources]]` of the configuration: what is wrong there is told before any file is taken."""

from __future__ import annotations

from typing import Any

import pytest

BLOCK = """[[sources]]
match = "shop*.csv"
type = "orders"
{keys}
[sources.columns]
order_reference = "Name"
{columns}
"""

KEYS = [
    ('fil_down = ["Title"]', "unknown key 'fil_down' (did you mean 'fill_down'?)"),
    ("heading_row = 0", "heading_row must be the number of a row"),
    ('delimiter = ";;"', "delimiter must be one character"),
    ('quoting = "single"', "quoting must be one of 'none', 'double', 'backslash'"),
    ('quoting = "none"', "needs a delimiter"),
    ('encoding = "utf-9"', "encoding must be an encoding"),
    ('decimal = ";"', "decimal must be one of"),
    ('decimal = ","\nthousands = ","', "decimal and thousands are the same"),
    ('timezone = "Europe/Londn"', "did you mean 'Europe/London'?"),
    ('zones = { PDT = "Amerika/X" }', "zones PDT must be a time zone"),
    ('date_formats = ["%d/%m/%Y %Z"]', "has %Z"),
    ('fill_within = "Handle"', "fill_within needs fill_down"),
    ('skip = [{ column = "a", iss = "x" }]', "unknown rule 'iss' (did you mean 'is'?)"),
    ('skip = [{ is = "x" }]', "must name a column"),
    ('skip = [{ column = "a", is = "x", starts = "y" }]', "must have one of is, is_not, starts, blank"),
    ('skip = [{ column = "a", blank = "yes" }]', "blank = true or false"),
    ('profile = "shop"', "there is no profile 'shop'"),
    ('colour = "red"', "unknown key 'colour'"),
]
COLUMNS = [
    ('notes = { from = "N", stripp = "x" }', "unknown rule 'stripp' (did you mean 'strip'?)"),
    ('notes = { from = "N", map = "words.csv" }', "words.csv cannot be read"),
    ('notes = { from = "N", map = { "" = "x" } }', "has a blank word"),
    ('notes = { from = "N", map = { a = "1", A = "2" } }', "has two words for 'A'"),
    ('notes = { from = "N", pad = "8" }', "pad must be a number of characters"),
    ('notes = { from = "N", times = "2" }', "times must be a number"),
    ('notes = { from = "N", upper = true, lower = true }', "contradict each other"),
    ('notes = { from = "N", value = "x" }', "must have from, a heading of the file, or value"),
    ("notes = { upper = true }", "must have from, a heading of the file, or value"),
    ('notes = "{First} {Last"', "a heading between each pair of braces"),
    ('quantty = "Q"', "unknown column 'quantty' of orders (did you mean 'quantity'?)"),
    ('"Order Reference" = "X"', "two sources for one column"),
]


def _told(operator: Any, text: str) -> str:
    """What a run says of a configuration that is wrong; the file that waits is not taken."""
    operator.configure("", text)
    operator.drop("shop.csv", "Name\nA\n")

    done = operator.call("run")

    assert done.exit_code == 2
    assert (operator.inbox / "shop.csv").exists()
    return str(done.output)


@pytest.mark.parametrize(("keys", "told"), KEYS)
def test_a_wrong_key_of_a_block_is_told(operator: Any, keys: str, told: str) -> None:
    """Which block, which key, and what it may hold or which one was meant."""
    words = _told(operator, BLOCK.format(keys=keys, columns=""))

    assert told in words
    assert 'sources[1] ("shop*.csv")' in words


@pytest.mark.parametrize(("columns", "told"), COLUMNS)
def test_a_wrong_rule_of_a_column_is_told(operator: Any, columns: str, told: str) -> None:
    """Likewise, with the column."""
    assert told in _told(operator, BLOCK.format(keys="", columns=columns))


def test_each_fault_stands_on_a_line_of_its_own(operator: Any) -> None:
    """All of them at once, so that nobody corrects one after the other."""
    words = _told(operator, BLOCK.format(keys='colour = "red"', columns='quantty = "Q"'))

    assert len(words.splitlines()) == 2
    assert "\\n" not in words


def test_a_block_that_is_never_used_is_told(operator: Any) -> None:
    """The first block that matches is used: a second one for the same files is a slip."""
    two = BLOCK.format(keys="", columns="") + '[[sources]]\nmatch = "Shop*.csv"\ntype = "products"\n'

    assert "is never used" in _told(operator, two)


def test_sources_in_single_brackets_are_told(operator: Any) -> None:
    """The likeliest slip of whoever writes the first one."""
    assert "[[sources]]" in _told(operator, '[sources]\nmatch = "x"\n')


def test_a_profile_of_a_source_may_not_change_the_tenant(operator: Any) -> None:
    """What it sets beyond the reading of files is named."""
    text = BLOCK.format(keys='profile = "shop"', columns="") + '[profiles.shop.clarus]\nsubdomain = "other"\n'

    assert "profile 'shop' sets clarus.subdomain" in _told(operator, text)


def test_a_text_that_is_not_closed_is_told_without_signs_of_a_program(operator: Any) -> None:
    """The parser speaks of characters; people of lines."""
    words = _told(operator, '[[sources]]\nmatch = "x\n')

    assert "A text that is not closed at the end of the line (at line" in words
    assert "\\n" not in words
