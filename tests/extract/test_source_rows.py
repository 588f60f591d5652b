"""The rules of a source for rows, and columns on their way through them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.config.column_rules import template_of
from pipeline.config.source_blocks import Skip
from pipeline.extract.sources.columns import Coded, as_read, joined_column
from pipeline.extract.sources.rows import filled_down, skipped, without_words
from pipeline.extract.sources.texts import texts_of


def column(*cells: str) -> Coded:
    """A column of the file; "" is a blank cell."""
    return as_read(pd.Categorical([cell or None for cell in cells]))


def cells_of(read: Coded) -> list[str]:
    """The cells of a column, "" where they are blank."""
    made = read.categorical()
    return [""] * len(read.codes) if made is None else ["" if pd.isna(cell) else str(cell) for cell in made]


def test_words_for_nothing_are_exactly_as_they_are_written() -> None:
    """`null` is a word like any other where NULL is the one for nothing."""
    assert cells_of(without_words(column("NULL", "null", "\\N", "a"), ["NULL", "\\N"])) == ["", "null", "", "a"]


@pytest.mark.parametrize(
    ("rule", "left_out"),
    [
        (Skip("x", "is", ("voided", "REFUNDED")), [True, True, False, False, False]),
        (Skip("x", "is_not", ("voided", "paid")), [False, True, False, True, True]),
        (Skip("x", "starts", ("tot", "pa")), [False, False, True, False, True]),
        (Skip("x", "blank"), [False, False, False, True, False]),
        (Skip("x", "blank", wanted=False), [True, True, True, False, True]),
    ],
)
def test_a_rule_leaves_out_the_rows_that_it_names(rule: Skip, left_out: list[bool]) -> None:
    """Words are compared without case; a blank cell is no word, and so `is_not` leaves it out."""
    assert skipped(column("Voided", "refunded", "PAID", "", "Totals"), rule).tolist() == left_out


def test_blank_cells_take_the_value_above() -> None:
    """Those above the first value stay blank."""
    read = column("", "a", "", "b", "", "")

    codes, unknown = filled_down(read.codes, None, np.zeros(6, dtype=bool))

    assert cells_of(Coded(codes, read.texts)) == ["", "a", "a", "b", "b", "b"]
    assert not unknown.any()


def test_cells_are_filled_within_one_group_wherever_its_rows_stand() -> None:
    """Rows of one handle need not be adjacent; a row without a handle takes nothing."""
    read, groups = column("a", "b", "", "", "", ""), column("H1", "H2", "H1", "H2", "", "H3").codes

    codes, _ = filled_down(read.codes, groups, np.zeros(6, dtype=bool))

    assert cells_of(Coded(codes, read.texts)) == ["a", "b", "a", "b", "", ""]


def test_nothing_is_filled_down_past_a_row_that_could_not_be_read() -> None:
    """Until the next filled cell the value is not known, and these rows are named."""
    read = column("a", "", "", "b", "")
    barriers = np.array([False, False, True, False, False])

    codes, unknown = filled_down(read.codes, None, barriers)

    assert cells_of(Coded(codes, read.texts)) == ["a", "a", "", "b", "b"]
    assert unknown.tolist() == [False, False, True, False, False]


def test_texts_of_rows_that_are_left_out_are_gone() -> None:
    """A column is judged by its texts: those of a total row must not count."""
    kept = column("1", "Total", "2", "", "1").of_rows(np.array([True, False, True, True, True]))

    assert sorted(kept.texts.to_pylist()) == ["1", "2"]
    assert cells_of(kept) == ["1", "2", "", "1"]


def test_texts_that_a_rule_makes_alike_become_one() -> None:
    """And those that it makes blank are blank cells."""
    made = column("a", "b", "c", "").with_texts(texts_of(["x", "x", ""])).categorical()

    assert made is not None
    assert made.categories.tolist() == ["x"]
    assert made.codes.tolist() == [0, 0, -1, -1]


def test_each_row_is_joined_from_its_own_cells() -> None:
    """Combinations are worked out once, and each row gets that of its own."""
    first, last = column("Ada", "Bo", "Ada", "", ""), column("L", "L", "L", "L", "")

    assert cells_of(joined_column([first, last], template_of("{F} {L}"))) == ["Ada L", "Bo L", "Ada L", "L", ""]
