"""Grouping of random tables, against a reference that anybody can read."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import Options, extract
from pipeline.transform import transform
from pipeline.transform.assembly import documents_in
from pipeline.validate import Rules, validate
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import Status

HEADINGS = ("order_reference", "account_code", "expected_date_of_dispatch", "priority", "product_code", "quantity")
PLACE = {heading: place for place, heading in enumerate(HEADINGS)}

Row = tuple[str, ...]

_rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "a", ""]),
        st.sampled_from(["", "", "X", "Y"]),
        st.sampled_from(["", "2026-06-10", "2026-06-10", "2026-06-11"]),
        st.sampled_from(["", "", "5", "5.0", "7"]),
        st.sampled_from(["P-1", "P-2", ""]),
        st.sampled_from(["1", "2", "2", "none"]),
    ),
    min_size=1,
    max_size=12,
)
_default = st.sampled_from(["", "X", "Z"])


@dataclass(frozen=True)
class Expected:
    """What the rules of grouping say of a table, row by row, without an array in sight."""

    documents: dict[tuple[str, str], list[int]]  # account and reference -> row numbers, in order of first appearance
    wrong: set[int]  # rows with a fault of their own

    @staticmethod
    def of(rows: Sequence[Row], default: str) -> Expected:
        documents: dict[tuple[str, str], list[int]] = {}
        wrong = set()
        above: dict[str, str] = {}  # the account of the nearest row above, by reference
        accounts: dict[str, set[str]] = {}  # all that a reference has
        for reference, account, *_ in rows:
            accounts.setdefault(reference, set()).update({account} - {""})
        for number, (reference, account, _, _, product, quantity) in enumerate(rows, start=2):
            if not product or quantity == "none":
                wrong.add(number)
            only = min(accounts[reference]) if len(accounts[reference]) == 1 else ""
            account = above[reference] = account or above.get(reference, "") or only
            if not reference or not (account or default):
                wrong.add(number)
                continue
            documents.setdefault((account or default, reference), []).append(number)
        for numbers in documents.values():
            for heading in ("expected_date_of_dispatch", "priority"):
                filled = [(number, rows[number - 2][PLACE[heading]]) for number in numbers]
                values = [(number, text.removesuffix(".0")) for number, text in filled if text]
                wrong.update(number for number, value in values if value != values[0][1])
                if not values and heading == "expected_date_of_dispatch":
                    wrong.add(numbers[0])
        return Expected(documents, wrong)


def through(rows: Sequence[Row], default: str) -> DocumentTable:
    """Take a table through extract, validate and transform."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        path.write_text(text.getvalue())
        [table] = extract(path, Options())
    return transform(validate(table, Rules(defaults={"account_code": default} if default else {})))


def rows_by_document(transformed: DocumentTable) -> list[list[int]]:
    groups = transformed.groups
    spans = zip(groups.starts[:-1], groups.starts[1:], strict=True)
    return [transformed.clean.rows[groups.order[start:stop]].tolist() for start, stop in spans]


@given(_rows, _default)
@settings(max_examples=60, deadline=None)
def test_grouping_equals_the_reference(rows: list[Row], default: str) -> None:
    """The same documents, with the same rows, in order of first appearance; the same rows are wrong."""
    expected = Expected.of(rows, default)

    transformed = through(rows, default)

    assert rows_by_document(transformed) == list(expected.documents.values())
    assert {row for row, result in transformed.refused_rows() if not result.held_by} == expected.wrong


@given(_rows, _default)
@settings(max_examples=60, deadline=None)
def test_every_row_goes_in_one_document_or_has_its_result(rows: list[Row], default: str) -> None:
    """No row is lost, and none is told twice."""
    transformed = through(rows, default)

    going = [row for document in documents_in(transformed) for row in document.rows]
    refused = [row for row, result in transformed.refused_rows() if result.status is Status.INVALID and result.error]

    assert sorted([*going, *refused]) == list(range(2, len(rows) + 2))


@given(_rows, _default)
@settings(max_examples=60, deadline=None)
def test_header_values_never_leak_into_another_document(rows: list[Row], default: str) -> None:
    """What a document carries stands on one of its own rows, and a document goes only without a wrong row."""
    expected = Expected.of(rows, default)
    placed = {number for numbers in expected.documents.values() for number in numbers}
    astray = {row[PLACE["order_reference"]] for number, row in enumerate(rows, start=2) if number not in placed}

    for document in documents_in(through(rows, default)):
        own = [rows[number - 2] for number in expected.documents[document.key[0], document.key[1]]]
        assert document.rows == tuple(expected.documents[document.key[0], document.key[1]])
        assert not expected.wrong.intersection(document.rows)
        assert document.reference not in astray
        assert document.attributes["expected_date_of_dispatch"][:10] in {
            row[PLACE["expected_date_of_dispatch"]] for row in own
        }
        priorities = {row[PLACE["priority"]].removesuffix(".0") for row in own} - {""}
        assert {str(document.attributes.get("priority", ""))} - {""} == priorities


@given(_rows, _default)
@settings(max_examples=60, deadline=None)
def test_documents_and_lines_keep_the_order_of_the_file(rows: list[Row], default: str) -> None:
    """Documents come by their first row, and lines as they stand."""
    documents = list(documents_in(through(rows, default)))

    assert [document.rows[0] for document in documents] == sorted(document.rows[0] for document in documents)
    for document in documents:
        assert list(document.rows) == sorted(document.rows)
        assert [line.row for line in document.lines] == list(document.rows)
        for line in document.lines:
            [code] = line.codes
            assert code.key == (rows[line.row - 2][PLACE["product_code"]],)
            assert line.attributes == {"order_quantity": int(rows[line.row - 2][PLACE["quantity"]])}
