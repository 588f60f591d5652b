"""Quantities: what a line asks for, in the terms of the API."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.transform.assembly import documents_in
from pipeline.transform.quantities import quantity_attributes
from pipeline.values.document_tables import DocumentTable
from schemas import RECORD_TYPES, Quantity

RECEIPT = "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity"
RULE = RECORD_TYPES["receipts"].quantity or Quantity("", "")


@pytest.mark.parametrize(
    ("dimension", "attributes"),
    [
        (None, {"expected_quantity": 12}),
        ("unit", {"expected_quantity": 12, "stock_configuration": "unit"}),
        ("case", {"expected_configurations_quantity": 12, "stock_configuration": "case"}),
        ("inner", {"expected_configurations_quantity": 12, "stock_configuration": "inner"}),
        ("outer", {"expected_configurations_quantity": 12, "stock_configuration": "outer"}),
        ("length", {"expected_quantity": 12, "expected_quantity_dimension": "length"}),
        ("area", {"expected_quantity": 12, "expected_quantity_dimension": "area"}),
        ("volume", {"expected_quantity": 12, "expected_quantity_dimension": "volume"}),
        ("weight", {"expected_quantity": 12, "expected_quantity_dimension": "weight"}),
        ("none", {"expected_quantity": 12, "expected_quantity_dimension": "none"}),
    ],
)
def test_each_dimension_has_its_attributes(dimension: str | None, attributes: dict[str, object]) -> None:
    """Pieces, configurations and measures are three things to the API."""
    assert quantity_attributes(RULE, 12, None, dimension) == attributes


@pytest.mark.parametrize(
    ("quantity", "times", "total"),
    [(0.1, 3, 0.3), (24, 5, 120), (2.5, 2, 5), (1.1, 1.1, 1.21), (0.001, 0.001, 0.000001), (7, None, 7)],
)
def test_the_quantity_of_storage_units_multiplies_exactly(quantity: float, times: float | None, total: float) -> None:
    """Three times 0.1 is 0.3, and a whole result is a whole number."""
    told = quantity_attributes(RULE, quantity, times, None)["expected_quantity"]

    assert (told, type(told)) == (total, type(total))


_decimals = st.decimals(min_value="0.001", max_value="9999.999", places=3)


@given(_decimals, _decimals)
def test_a_product_is_the_one_of_pencil_and_paper(quantity: Decimal, times: Decimal) -> None:
    """Whatever the numbers: no digit of a binary fraction shows."""
    total = quantity_attributes(RULE, float(quantity), float(times), None)["expected_quantity"]

    assert Decimal(str(total)) == quantity * times


def test_a_receipt_line_counts_its_storage_units(transformed: Callable[..., DocumentTable]) -> None:
    """Five pallets of 24 cases are 120 cases; a blank count is one storage unit, or loose goods."""
    [receipt] = documents_in(
        transformed(
            f"{RECEIPT},quantity_dimension,storage_unit_quantity\n"
            "R-1,ACME,WHS01,2026-06-10,P-1,24,case,5\nR-1,,,,P-2,0.1,weight,3\nR-1,,,,P-3,7,,\n",
            name="receipts.csv",
        )
    )

    assert [line.attributes for line in receipt.lines] == [
        {"expected_configurations_quantity": 120, "stock_configuration": "case"},
        {"expected_quantity": 0.3, "expected_quantity_dimension": "weight"},
        {"expected_quantity": 7},
    ]
