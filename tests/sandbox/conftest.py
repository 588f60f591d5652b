from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Sandbox

HEADERS = {"Authorization": "Bearer ready", "X-Clarus-Subdomain": "sandbox"}

Attributes = dict[str, Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(access_token="ready") as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, headers=HEADERS) as client:
        yield client


@pytest.fixture
def post(client: httpx.Client) -> Callable[..., httpx.Response]:
    """Post attributes to a path below /api; the type is the last part of the path unless told."""

    def post(path: str, attributes: Attributes, **data: Any) -> httpx.Response:
        body = {"data": {"type": path.rpartition("/")[2], "attributes": attributes, **data}}
        return client.post(f"/api/{path}", json=body)

    return post


@pytest.fixture
def look_up(client: httpx.Client) -> Callable[..., Any]:
    """Ask for a page of a list: `{"edges": …, "pageInfo": …}`, or the errors where there are any."""

    def look_up(name: str, filter_type: str, fields: str = "id code", **variables: Any) -> Any:
        query = f"""query($filter: {filter_type}, $first: Int, $after: String) {{
            {name} {{ all(filter: $filter, first: $first, after: $after) {{
                pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }}
            }} }}
        }}"""
        answer = client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200
        read = answer.json()
        return read["errors"] if "errors" in read else read["data"][name]["all"]

    return look_up


@pytest.fixture
def ids(sandbox: Sandbox) -> Callable[[str, str], int]:
    """The id of a seeded record by its list and code."""

    def find(resource: str, code: str) -> int:
        return next(record.id for record in sandbox.records(resource) if record.attributes["code"] == code)

    return find


@pytest.fixture
def bodies(ids: Callable[[str, str], int]) -> dict[str, Attributes]:
    """Attributes that are accepted, by the path below /api that they are posted to."""
    product = ids("products", "DEMO-002")
    account = ids("accounts", "ACME")
    return {
        "products": {
            "code": "NEW-1",
            "description": "New",
            "stock_unit_type_id": ids("stock_unit_types", "EACH"),
        },
        "product_storage_units": {
            "product_id": product,
            "storage_unit_type_id": ids("storage_unit_types", "TOTE"),
            "stock_configuration": "unit",
            "unit_of_measure": "centimetre",
            "per_layer": 4,
            "number_of_layers": 2,
        },
        f"products/{product}/account_products": {"account_id": account},
        "goods_in_receipts": {
            "account_id": account,
            "warehouse_id": ids("warehouses", "WHS01"),
            "reference": "REC-1",
            "supplier_id": ids("suppliers", "SUP-001"),
            "lines_changes": [{"type": "ADD", "attributes": {"product_id": product, "expected_quantity": 120}}],
        },
        "goods_outs": {
            "goods_out_type": "sales_order",
            "account_id": account,
            "warehouse_id": ids("warehouses", "WHS01"),
            "customer_id": ids("customers", "CUST-001"),
            "reference": "ORD-1",
            "expected_date_of_dispatch": "2026-06-10T00:00:00+01:00",
            "lines_changes": [
                {"type": "ADD", "attributes": {"product_id": product, "order_quantity": 3}},
                {"type": "ADD", "attributes": {"product_id": product, "order_quantity": 4.5}},
            ],
        },
        "delivery_addresses": {"code": "HOME", "name": "John Smith"},
        "pickface_products": {
            "product_id": product,
            "location_id": ids("locations", "PICK-A-01"),
            "trigger_min": 10,
        },
        "suppliers": {"code": "SUP-9", "name": "Nine"},
        "customers": {"code": "CUST-9", "name": "Nine"},
    }
