"""Grouping: which rows are one document, and which documents must wait for a row that belongs nowhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.transform.grouping import group
from pipeline.validate import Rules
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import Groups

Validate = Callable[..., CleanTable]

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"


def grouped(validated: Validate, rows: list[tuple[str, str]], default: str = "") -> tuple[CleanTable, Groups]:
    """Group order lines given by reference and account."""
    lines = "".join(f"{reference},{account},,P-1,1\n" for reference, account in rows)
    clean = validated(f"{ORDER}\n{lines}", Rules(defaults={"account_code": default} if default else {}))
    return clean, group(clean)


def test_scattered_rows_of_one_reference_are_one_document(validated: Validate) -> None:
    """Documents are numbered in order of first appearance, and their rows keep the order of the file."""
    _, groups = grouped(validated, [("B", "ACME"), ("A", "ACME"), ("B", "ACME"), ("C", "ACME"), ("A", "ACME")])

    assert groups.ids.tolist() == [0, 1, 0, 2, 1]
    assert groups.count == 3
    assert groups.order.tolist() == [0, 2, 1, 4, 3]
    assert groups.starts.tolist() == [0, 2, 4, 5]
    assert groups.firsts.tolist() == [0, 1, 3]


def test_one_reference_in_two_accounts_is_two_documents(validated: Validate) -> None:
    """References are the customer's own: two customers may have the same."""
    _, groups = grouped(validated, [("A", "ACME"), ("A", "GLOBEX"), ("A", "ACME")])

    assert groups.ids.tolist() == [0, 1, 0]
    assert not groups.problems


def test_a_blank_account_is_that_of_the_nearest_row_above_with_the_reference(validated: Validate) -> None:
    """Not of the row above, which may be of another reference."""
    _, groups = grouped(
        validated,
        [("A", "ACME"), ("B", "GLOBEX"), ("A", ""), ("A", "GLOBEX"), ("B", ""), ("A", "")],
    )

    assert groups.ids.tolist() == [0, 1, 0, 2, 1, 2]


def test_rows_that_were_sorted_find_their_account_below(validated: Validate) -> None:
    """Where the reference has one account only: a document stays whole however its rows stand."""
    _, groups = grouped(validated, [("A", ""), ("B", ""), ("A", "ACME"), ("A", ""), ("B", "GLOBEX")], default="GLOBEX")

    assert groups.ids.tolist() == [0, 1, 0, 0, 1]
    assert not groups.problems


def test_without_such_a_row_the_account_is_the_configured_one(validated: Validate) -> None:
    """And where the file names that account too, it is the same one."""
    _, groups = grouped(validated, [("A", ""), ("A", "ACME"), ("A", "GLOBEX"), ("A", ""), ("B", "")], default="ACME")

    assert groups.ids.tolist() == [0, 0, 1, 1, 2]
    assert not groups.problems


def test_without_either_the_row_is_wrong_and_holds_what_it_may_belong_to(validated: Validate) -> None:
    """Every document of the reference waits; others go on."""
    _, groups = grouped(validated, [("A", ""), ("A", "ACME"), ("A", "GLOBEX"), ("B", "ACME")])

    assert groups.ids.tolist() == [-1, 0, 1, 2]
    assert [(problem.row, problem.column, problem.message) for problem in groups.problems] == [
        (2, "account_code", "is blank")
    ]
    assert groups.held == {0: 2, 1: 2}


def test_a_row_without_a_reference_is_wrong_and_holds_the_document_above(validated: Validate) -> None:
    """It looks like one more of its lines; the document below is not concerned."""
    _, groups = grouped(validated, [("A", "ACME"), ("", ""), ("B", "ACME")])

    assert groups.ids.tolist() == [0, -1, 1]
    assert [(problem.row, problem.column) for problem in groups.problems] == [(3, "order_reference")]
    assert groups.held == {0: 3}


def test_a_row_without_a_reference_but_with_a_header_of_its_own_holds_nothing(validated: Validate) -> None:
    """It begins another document, of which nothing else is known."""
    clean = validated(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\n,ACME,2026-06-11,P-1,1\n")

    assert group(clean).held == {}


def test_a_row_that_could_not_be_read_holds_the_documents_whose_reference_it_shows(validated: Validate) -> None:
    """A line is missing from them, or may be."""
    clean = validated(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\nB,ACME,2026-06-10,P-1,1\nA,ACME,,P-2,1,too,many\n")

    assert group(clean).held == {0: 4}


def test_rows_swallowed_by_a_quote_hold_their_documents_too(validated: Validate) -> None:
    """A quote that two far cells open and close makes one broken row of several: their references are in its texts."""
    rows = ["A,ACME,2026-06-10,P-1,1,", 'C,ACME,2026-06-10,P-1,1,"5', "A,,,P-2,1,", 'B,ACME,,P-1,",1', "B,ACME,,P-1,1,"]

    clean = validated("\n".join([f"{ORDER},notes", *rows, ""]))

    assert list(clean.table.broken) == [3]
    assert group(clean).held == {0: 3, 1: 3}


@pytest.mark.parametrize("other", ["5.01235E+12", "6.01235E+12"])
def test_wrong_references_are_one_document_only_where_they_are_alike(validated: Validate, other: str) -> None:
    """Two orders whose references Excel has shortened do not contradict each other."""
    _, groups = grouped(validated, [("5.01235E+12", "ACME"), (other, "ACME")])

    assert groups.count == len({"5.01235E+12", other})


def test_an_empty_table_has_no_documents(validated: Validate) -> None:
    """A night without orders is no fault."""
    _, groups = grouped(validated, [])

    assert (groups.count, groups.ids.tolist(), groups.problems, groups.held) == (0, [], [], {})


def test_every_row_belongs_to_at_most_one_document(validated: Validate) -> None:
    """The rows of the documents are all rows that have one, each once."""
    rows = [(f"R{n % 37}", "ACME" if n % 3 else "") for n in range(500)]

    _, groups = grouped(validated, rows, default="GLOBEX")

    assert sorted(groups.order.tolist()) == np.flatnonzero(groups.ids >= 0).tolist() == list(range(500))


def test_grouping_takes_time_in_proportion_even_where_every_row_is_wrong(validated: Validate) -> None:
    """A file that lacks its account in every row is told as fast as a good one is loaded."""
    rows = [(f"R{n}", "") for n in range(60_000)] + [("", "")] * 60_000

    _, groups = grouped(validated, rows)

    assert groups.count == 0
    assert len(groups.problems) == 120_000
