"""What a refusal by the contract says, judged without a server."""

from typing import Any

import pytest

from pipeline.sandbox.contract import check
from pipeline.sandbox.kinds import Symbol
from pipeline.sandbox.resources import Resource


def _order(**attributes: Any) -> dict[str, Any]:
    required = {
        "goods_out_type": "sales_order",
        "account_id": 1,
        "reference": "ORD-1",
        "expected_date_of_dispatch": "2026-06-10T00:00:00Z",
    }
    return {"data": {"type": "goods_outs", "attributes": required | attributes}}


@pytest.mark.parametrize(
    ("attributes", "symbol", "details"),
    [
        ({"priority": 2000}, Symbol.RANGE, "priority must be at most 99, not 2000"),
        ({"priority": 0}, Symbol.RANGE, "priority must be at least 1, not 0"),
        ({"account_id": "1"}, Symbol.TYPE, "account_id must be a whole number"),
        ({"account_id": True}, Symbol.TYPE, "account_id must be a whole number"),
        ({"reference": "x" * 51}, Symbol.LENGTH, "reference must have at most 50 characters, not 51"),
        ({"reference": None}, Symbol.NULL, "reference must not be null"),
        ({"boolean1": "true"}, Symbol.TYPE, "boolean1 must be true or false"),
        ({"pick_type": "car"}, Symbol.CHOICE, "pick_type must be one of standard, tote"),
        ({"ordr_notes": "x"}, Symbol.UNKNOWN, "ordr_notes is not an attribute of this record"),
        ({"datetime1": "2026-06-10"}, Symbol.FORMAT, "datetime1 must be a date and time with a zone"),
        ({"datetime1": "2026-02-30T00:00:00Z"}, Symbol.FORMAT, "datetime1 must be a day of the calendar"),
        ({"lines_changes": {}}, Symbol.TYPE, "lines_changes must be a list"),
        (
            {"lines_changes": [{"type": "ADD"}, {"type": "ADD", "attributes": {"order_quantity": 0}}]},
            Symbol.RANGE,
            "lines_changes[1].attributes.order_quantity must be above 0, not 0",
        ),
        ({"lines_changes": [{"type": "REMOVE"}]}, Symbol.CHOICE, "lines_changes[0].type must be one of ADD"),
    ],
)
def test_names_what_is_wrong_where(attributes: dict[str, Any], symbol: Symbol, details: str) -> None:
    """One wrong value is one violation; its words name the attribute and the rule."""
    (violation,) = check(Resource.GOODS_OUTS, _order(**attributes))

    assert violation.symbol is symbol
    assert violation.details.startswith(details)


def test_names_every_violation_of_a_body() -> None:
    """Nobody has to correct one mistake to hear of the next."""
    body = {"data": {"type": "orders", "attributes": {"priority": "high"}}}

    violations = check(Resource.GOODS_OUTS, body)

    assert [violation.source for violation in violations] == [
        "data.type",
        "data.attributes.priority",
        "data.attributes.goods_out_type",
        "data.attributes.account_id",
        "data.attributes.reference",
        "data.attributes.expected_date_of_dispatch",
    ]


@pytest.mark.parametrize("body", [None, [], "x", {}, {"data": None}, {"data": []}, {"data": {"type": "products"}}])
def test_refuses_what_is_no_document(body: Any) -> None:
    """A body of another shape is a violation, not a crash."""
    assert check(Resource.PRODUCTS, body)


def test_an_address_belongs_to_receipts_and_orders_only() -> None:
    """The address travels in the relationships, which other records do not have."""
    address = {"address": {"data": {"type": "addresses", "attributes": {"name": "John", "address_3": "Leeds"}}}}
    order = _order()
    order["data"]["relationships"] = address
    supplier = {"data": {"type": "suppliers", "attributes": {"code": "S", "name": "S"}, "relationships": address}}

    assert check(Resource.GOODS_OUTS, order) == []
    assert [violation.source for violation in check(Resource.SUPPLIERS, supplier)] == ["data.relationships"]
