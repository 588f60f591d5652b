"""Which record type a row of headings means."""

from __future__ import annotations

import pytest

from pipeline.extract.headings import find_headings, nothing_recognised, recognise
from pipeline.extract.options import Options

ORDER = ["order_reference", "account_code", "expected_date_of_dispatch", "product_code", "quantity"]
PRODUCT = ["Code", "Description", "Unit Stock Unit Type Code"]


@pytest.mark.parametrize(
    ("cells", "record"),
    [
        (ORDER, "orders"),
        (PRODUCT, "products"),
        (["code", "address_type", "name"], "addresses"),
        (["CODE", "Description", "unit-stock unit_type CODE", "name"], "products"),
    ],
)
def test_the_headings_tell_the_record_type(cells: list[str], record: str) -> None:
    """The record type under which most headings are known wins, though `Code` and `code` fold alike."""
    layout = recognise(cells, Options())

    assert layout is not None
    assert (layout.record.name, layout.fault) == (record, "")


def test_without_a_reference_nothing_is_recognised() -> None:
    """The heading that names a document decides; how many others are known does not."""
    layout = recognise(ORDER[1:], Options())

    assert layout is None


def test_a_tie_is_an_error() -> None:
    """One known heading for two record types alike decides nothing."""
    layout = recognise(["Code"], Options())

    assert layout is not None
    assert "products and addresses equally well" in layout.fault or "addresses and products" in layout.fault


def test_a_missing_required_heading_is_named_with_what_looks_like_it() -> None:
    """A typing mistake in a heading is found."""
    layout = recognise([*ORDER[:-1], "Quantitty"], Options())

    assert layout is not None
    assert layout.fault == 'the heading quantity that orders need is missing; "Quantitty" looks like quantity'


def test_a_configured_default_makes_a_heading_optional() -> None:
    """A column that the configuration fills may be missing."""
    layout = recognise(ORDER[:-1], Options(defaulted={"orders": ["quantity"]}))

    assert layout is not None
    assert layout.fault == ""


def test_configured_names_are_known_headings() -> None:
    """A renamed heading counts for its record type, the heading that decides included."""
    options = Options(columns={"orders": {"po_number": "order_reference", "qty": "quantity"}})

    layout = recognise(["PO Number", "account_code", "expected_date_of_dispatch", "product_code", "QTY"], options)

    assert layout is not None
    assert layout.fault == ""
    assert layout.headings["order_reference"] == "PO Number"
    assert layout.headings["quantity"] == "QTY"


@pytest.mark.parametrize("second", ["Order-Reference", "PO Number"])
def test_two_headings_for_one_column_are_named_with_their_places(second: str) -> None:
    """Which of two columns counts is not guessed."""
    options = Options(columns={"orders": {"po_number": "order_reference"}})

    layout = recognise([*ORDER, "mine", second], options)

    assert layout is not None
    assert layout.fault == (
        f'column A ("order_reference") and column G ("{second}") both stand for order_reference; '
        "remove or rename one of them"
    )


def test_the_first_row_without_a_fault_is_the_heading() -> None:
    """A title that happens to be a known heading does not hide the headings below it."""
    found = find_headings([(1, ["Code"]), (2, []), (3, PRODUCT)], Options())

    assert found is not None
    assert found[0] == 3


def test_nearest_headings_are_named_where_none_decides() -> None:
    """The message says what was probably meant, and what is needed."""
    sentence = nothing_recognised([["Order refrence", "Quantity"]])

    assert '"Order refrence" looks like order_reference' in sentence
    assert "receipt_reference (crossdocks or receipts)" in sentence
