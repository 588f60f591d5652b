"""Changing, cancelling and deleting what is there, and the statuses in which that is possible."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Record, Sandbox

Post = Callable[..., httpx.Response]
Bodies = dict[str, dict[str, Any]]


@pytest.fixture
def patch(client: httpx.Client) -> Callable[..., httpx.Response]:
    """Change a record by attributes."""

    def patch(record: Record, attributes: dict[str, Any], **data: Any) -> httpx.Response:
        body = {"data": {"type": record.resource, "attributes": attributes, **data}}
        return client.patch(f"/api/{record.resource}/{record.id}", json=body)

    return patch


@pytest.fixture
def order(sandbox: Sandbox, post: Post, bodies: Bodies) -> Record:
    post("goods_outs", bodies["goods_outs"])
    return sandbox.records("goods_outs")[0]


def changed(sandbox: Sandbox, record: Record) -> Record:
    return next(each for each in sandbox.records(record.resource) if each.id == record.id)


def required(record: Record) -> dict[str, Any]:
    names = ("goods_out_type", "account_id", "warehouse_id", "reference", "expected_date_of_dispatch")
    return {name: record.attributes[name] for name in names if name in record.attributes}


def test_lines_are_added_changed_and_removed(sandbox: Sandbox, order: Record, patch: Any, client: httpx.Client) -> None:
    """What a change does not name stays; a removed line's id is never given again; the list shows what is left."""
    first, second = order.lines
    changes = [
        {"type": "UPDATE", "id": first.id, "attributes": {"order_quantity": 9}},
        {"type": "DESTROY", "id": second.id},
        {"type": "ADD", "attributes": {"product_id": first.attributes["product_id"], "order_quantity": 1}},
    ]

    answer = patch(order, {**required(order), "priority": 7, "lines_changes": changes})

    assert answer.status_code == 200, answer.text
    now = changed(sandbox, order)
    assert [(line.id, line.attributes["order_quantity"]) for line in now.lines] == [(first.id, 9), (second.id + 1, 1)]
    assert now.attributes["priority"] == 7
    told = answer.json()["data"]["attributes"]["lines_changes"]
    assert [line["id"] for line in told] == [first.id, second.id + 1]
    listed = {record.id: record.attributes["order_quantity"] for record in sandbox.records("goods_out_lines")}
    assert listed == {first.id: 9, second.id + 1: 1}


@pytest.mark.parametrize("kind", ["UPDATE", "DESTROY"])
def test_a_line_of_another_order_cannot_be_changed(kind: str, order: Record, patch: Any) -> None:
    """Nor one that is gone: the whole change is refused."""
    wrong = {"type": kind, "id": order.lines[-1].id + 5}

    answer = patch(order, {**required(order), "lines_changes": [wrong]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["source"] == "data.attributes.lines_changes[0].id"


def test_what_the_warehouse_has_begun_with_is_not_changed(
    sandbox: Sandbox, order: Record, patch: Any, client: httpx.Client
) -> None:
    """Neither changed nor deleted; the status is moved from outside, and shown."""
    answer = client.put(f"/sandbox/records/goods_outs/{order.id}/status", json="PICK")
    assert answer.status_code == 200, answer.text

    refusals = [patch(order, required(order)), client.delete(f"/api/goods_outs/{order.id}", headers=_JSON)]

    assert [refusal.status_code for refusal in refusals] == [422, 422]
    assert changed(sandbox, order).status == "PICK"


@pytest.mark.parametrize(("status", "left"), [("DRAFT", None), ("PENDING", None), ("ALLOCATED", "CANCELLED")])
def test_cancelling_deletes_what_was_not_begun_with(
    status: str, left: str | None, sandbox: Sandbox, order: Record, client: httpx.Client
) -> None:
    """What was begun with is kept as cancelled; its lines are gone with it else."""
    sandbox.move(order, status)

    answer = client.post(f"/api/goods_outs/{order.id}/cancel", headers=_JSON)

    assert answer.status_code == 200
    assert [record.status for record in sandbox.records("goods_outs")] == ([left] if left else [])
    assert len(sandbox.records("goods_out_lines")) == (2 if left else 0)


@pytest.mark.parametrize("status", ["COMPLETED", "CANCELLED"])
def test_what_is_over_is_not_cancelled(status: str, sandbox: Sandbox, order: Record, client: httpx.Client) -> None:
    """It is refused in words."""
    sandbox.move(order, status)

    assert client.post(f"/api/goods_outs/{order.id}/cancel", headers=_JSON).status_code == 422


def test_lists_show_statuses(sandbox: Sandbox, order: Record, look_up: Any) -> None:
    """Of orders as an object, by which they are filtered too."""
    sandbox.move(order, "PICK")

    by_status = look_up(
        "goods_outs",
        "GoodsOutsFilterType",
        "id goods_out_status { code name }",
        filter={"goods_out_status_code": {"eq": "PICK"}},
    )

    shown = [edge["node"]["goods_out_status"] for edge in by_status["edges"]]
    assert shown == [{"code": "PICK", "name": "Pick"}]


def test_lists_show_the_lines_of_orders(order: Record, look_up: Any) -> None:
    """By the id of their order, with what the document says of them."""
    fields = "id order_quantity product { id code } goods_out { id reference }"
    found = look_up("goods_out_lines", "GoodsOutLineFilterType", fields, filter={"goods_out_id": {"in": [order.id]}})

    nodes = [edge["node"] for edge in found["edges"]]
    assert [(node["id"], node["order_quantity"]) for node in nodes] == [
        (str(line.id), line.attributes["order_quantity"]) for line in order.lines
    ]
    assert {node["goods_out"]["reference"] for node in nodes} == {"ORD-1"}
    assert {node["product"]["code"] for node in nodes} == {"DEMO-002"}


def test_a_storage_unit_is_moved_to_another_priority(
    sandbox: Sandbox, post: Post, bodies: Bodies, client: httpx.Client
) -> None:
    """The others make room; one that is taken cannot be had by an ordinary change."""
    unit = int(post("product_storage_units", bodies["product_storage_units"]).json()["data"]["id"])

    taken = client.patch(
        f"/api/product_storage_units/{unit}",
        json={"data": {"type": "product_storage_units", "attributes": {"priority": 0}}},
    )
    moved = client.patch(f"/api/product_storage_units/{unit}/priority", json={"priority": 0})

    assert taken.json()["errors"][0]["symbol"] == "priority_exists"
    assert moved.status_code == 200
    priorities = {record.id: record.attributes["priority"] for record in sandbox.records("product_storage_units")}
    assert sorted(priorities.values()) == [0, 1]
    assert priorities[unit] == 0


def test_a_change_of_other_records_needs_no_attribute(post: Post, bodies: Bodies, client: httpx.Client) -> None:
    """Suppliers, customers and addresses are changed by what is named alone."""
    for path in ("suppliers", "customers", "delivery_addresses"):
        record = post(path, bodies[path]).json()["data"]["id"]
        body = {"data": {"type": path, "attributes": {"name": "Ten"}}}
        answer = client.patch(f"/api/{path}/{record}", json=body)
        assert answer.json()["data"]["attributes"] == bodies[path] | {"name": "Ten"}


def test_a_later_sandbox_knows_what_was_cancelled(tmp_path: Any) -> None:
    """What is deleted is no more there after a restart, and its id is not given again."""
    journal = tmp_path / "journal"
    attributes = {"reference": "A", "account_id": 101}
    with Sandbox(journal=journal) as first:
        tenant = first._world.tenants["sandbox"]
        record = tenant.add(first.records("accounts")[0].resource.__class__("goods_outs"), attributes, [{}])
        tenant.delete(record)
    with Sandbox(journal=journal) as later:
        assert later.records("goods_outs") == []
        again = later._world.tenants["sandbox"].add(record.resource, attributes, [{}])
        assert again.id == record.id + 1
        assert again.lines[0].id == record.lines[0].id + 1


_JSON = {"Content-Type": "application/json"}
