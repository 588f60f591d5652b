"""Bookkeeping: every row of a table gets exactly one result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import pytest

from pipeline.errors import RowsLost
from pipeline.results.row_accounts import RowAccounts
from pipeline.transform.assembly import documents_in
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Document
from pipeline.values.outcomes import OWED, RETRIED, Outcome, Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import RowResult

Transform = Callable[..., DocumentTable]

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
ORDERS = f"{ORDER}\nA,ACME,2026-06-10,P-1,1\nB,ACME,2026-06-10,P-1,none\nA,ACME\nC,ACME,2026-06-10,P-1,1\nC,,,P-2,2\n"
GOOD = f"{ORDER}\nA,ACME,2026-06-10,P-1,1\nA,,,P-2,2\nB,ACME,2026-06-10,P-1,3\n"


def open_books(
    transformed: DocumentTable, earlier: Mapping[int, RowResult] | None = None, again: Collection[Status] = OWED
) -> tuple[RowAccounts, list[Document]]:
    """Open the books of a run, and return the documents that go on."""
    books = RowAccounts(transformed, "run-2", earlier or {}, again)
    return books, [document for document in documents_in(transformed) if not books.stands(document)]


def test_every_row_has_one_result_and_the_statuses_add_up(transformed: Transform) -> None:
    """Good rows, wrong rows, rows held by others, rows that could not be read: all are counted."""
    books, [document] = open_books(transformed(ORDERS))
    books.ended(document, Outcome(Status.CREATED, 6001, (61, 62)))

    report = books.close(stopped=False)

    assert [(row, result.status) for row, result in report.results] == [
        (2, Status.INVALID),
        (3, Status.INVALID),
        (4, Status.INVALID),
        (5, Status.CREATED),
        (6, Status.CREATED),
    ]
    assert {status: rows for status, rows in report.results.counts().items() if rows} == {
        Status.INVALID: 3,
        Status.CREATED: 2,
    }
    assert report.document_of[2:].tolist() == [0, 1, -1, 2, 2]


def test_lines_get_their_ids_and_all_rows_the_documents(transformed: Transform) -> None:
    """Also where Clarus repeats fewer lines than were sent."""
    books, [first, second] = open_books(transformed(GOOD))

    books.ended(first, Outcome(Status.CREATED, 6001, (61, 62)))
    books.ended(second, Outcome(Status.CREATED, 6002))

    assert dict(books.close(stopped=False).results) == {
        2: RowResult(Status.CREATED, 6001, 61),
        3: RowResult(Status.CREATED, 6001, 62),
        4: RowResult(Status.CREATED, 6002),
    }


def test_what_was_not_reached_is_pending(transformed: Transform) -> None:
    """A run that was stopped leaves no row without a word."""
    books, _ = open_books(transformed(GOOD))

    report = books.close(stopped=True)

    assert report.results.counts()[Status.PENDING] == 3
    assert report.results.get(2) == RowResult(Status.PENDING, error="not reached before the run stopped")


def test_a_row_without_a_result_is_a_fault_that_nobody_overlooks(transformed: Transform) -> None:
    """In a run that went to its end the statuses must add up to the rows."""
    books, [first, _] = open_books(transformed(GOOD))
    books.ended(first, Outcome(Status.CREATED, 6001))

    with pytest.raises(RowsLost, match=r"orders\.csv: no result for row 4"):
        books.close(stopped=False)


def test_a_problem_of_one_row_is_told_there_and_named_on_the_others(transformed: Transform) -> None:
    """Under the heading that the file has."""
    books, [first, _] = open_books(transformed(GOOD.replace("product_code", "Product Code")))
    problem = Problem(3, "product_code", "P-2", "product P-2 is not in Clarus", "correct the code")

    books.ended(first, Outcome(Status.INVALID, error="…", problems=(problem,)))

    report = books.close(stopped=True)
    assert report.results.get(3) == RowResult(
        Status.INVALID, error="Product Code: product P-2 is not in Clarus (correct the code)"
    )
    assert report.results.get(2) == RowResult(
        Status.INVALID, error="not sent because of row 3: the order goes whole or not at all"
    )
    assert ("Product Code", 3) in [(problem.column, problem.row) for problem in report.problems]


def test_a_warning_holds_nothing_back(transformed: Transform) -> None:
    """The rows of the document are created; the one concerned says so."""
    books, [first, _] = open_books(transformed(GOOD))
    warning = Problem(3, "product_code", "P-2", "product P-2 has no storage unit", severity=Severity.WARNING)

    books.ended(first, Outcome(Status.CREATED, 6001, (61, 62), problems=(warning,)))

    results = books.close(stopped=True).results
    assert results.get(2) == RowResult(Status.CREATED, 6001, 61)
    assert results.get(3) == RowResult(Status.CREATED, 6001, 62, "product_code: product P-2 has no storage unit")


@pytest.mark.parametrize("again", [OWED, RETRIED])
def test_results_of_an_earlier_attempt_stand_unless_they_are_tried_again(
    transformed: Transform, again: frozenset[Status]
) -> None:
    """A run takes up what is pending or unknown, a retry also what was refused or blocked."""
    for status in Status:
        earlier = dict.fromkeys((2, 3), RowResult(status, 6001, error="as before"))

        books, going = open_books(transformed(GOOD), earlier, again)

        assert [document.reference for document in going] == (["A", "B"] if status in again else ["B"])
        if status not in again:
            assert books.close(stopped=True).results.get(3) == RowResult(status, 6001, error="as before")


@pytest.mark.parametrize(
    ("claimed", "made_in", "status"),
    [
        ("created", "run-1", Status.CREATED),
        ("updated", "run-1", Status.UPDATED),
        ("exists", "run-1", Status.EXISTS),
        ("invalid", "run-1", Status.EXISTS),
        ("", "run-1", Status.EXISTS),
        ("created", "", Status.EXISTS),
        ("", "run-2", Status.CREATED),
    ],
)
def test_a_row_that_comes_again_keeps_its_word_only_if_the_ledger_bears_it_out(
    transformed: Transform, claimed: str, made_in: str, status: Status
) -> None:
    """`created` in a results file is kept; one that the ledger knows nothing of is not believed."""
    books, [order] = open_books(transformed(f"{ORDER},clarus_status\nA,ACME,2026-06-10,P-1,1,{claimed}\n"))

    books.ended(order, Outcome(Status.EXISTS, 6001, made_in=made_in))

    assert books.close(stopped=False).results.get(2) == RowResult(status, 6001)


def test_a_document_whose_content_has_changed_exists_and_says_so(transformed: Transform) -> None:
    """Its row is not told as created: what it says now is not in Clarus."""
    books, [order] = open_books(transformed(f"{ORDER},clarus_status\nA,ACME,2026-06-10,P-1,9,created\n"))

    books.ended(order, Outcome(Status.EXISTS, 6001, error="created before with other content", made_in="run-1"))

    assert books.close(stopped=False).results.get(2) == RowResult(
        Status.EXISTS, 6001, error="created before with other content"
    )


def test_an_empty_table_is_closed_with_nothing(transformed: Transform) -> None:
    """No rows, no results."""
    books, going = open_books(transformed(f"{ORDER}\n"))

    report = books.close(stopped=False)

    assert (going, len(report.results), sum(report.results.counts().values())) == ([], 0, 0)
