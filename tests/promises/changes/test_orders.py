"""Orders that Clarus has already are changed where that is allowed: what differs is sent, once, and nothing else."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

FIRST = {"product": "P-1", "quantity": 3, "priority": 5, "postcode": "SE1 0AA"}
SECOND = {"product": "P-2", "quantity": 2}


def payload(clerk: Any) -> dict[str, Any]:
    """The only request of a rehearsal."""
    [line] = (clerk.operator.runs()[-1] / "payloads.jsonl").read_text().splitlines()
    return dict(json.loads(line))


def test_what_differs_is_sent_and_nothing_else(clerk: Any) -> None:
    """The changed quantity of one line, and what the API wants of every change."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")
    (first, _, _), (second, _, _) = clerk.lines()

    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, words=("--dry-run",))
    sent = payload(clerk)
    clerk.run("orders", FIRST, {**SECOND, "quantity": 7})

    assert (sent["method"], sent["path"]) == ("PATCH", "/goods_outs/6000001")
    attributes = sent["body"]["data"]["attributes"]
    assert attributes.pop("lines_changes") == [{"type": "UPDATE", "id": second, "attributes": {"order_quantity": 7}}]
    assert attributes.keys() == {"goods_out_type", "account_id", "reference", "expected_date_of_dispatch"}
    assert "relationships" not in sent["body"]["data"]
    assert clerk.statuses() == ["updated", "updated"]
    assert clerk.lines() == [(first, "P-1", 3), (second, "P-2", 7)]
    assert [row["clarus_line_id"] for row in clerk.results()] == [str(first), str(second)]


def test_the_same_file_again_sends_nothing(clerk: Any) -> None:
    """Neither the file, nor its results that are dropped in again."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")
    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, {"product": "P-1", "quantity": 1})
    results = (clerk.operator.runs()[-1] / "orders.results.csv").read_text(encoding="utf-8-sig")
    before, lines = clerk.writes(), clerk.lines()

    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, {"product": "P-1", "quantity": 1})
    assert clerk.statuses() == ["exists"] * 3
    assert [row["clarus_line_id"] for row in clerk.results()] == [str(line) for line, _, _ in lines]
    clerk.operator.drop("orders.csv", results)
    assert clerk.operator.call("run").exit_code == 0

    assert clerk.writes() == before
    assert clerk.lines() == lines


def test_lines_are_added_and_the_missing_ones_stay(clerk: Any) -> None:
    """Unless the configuration says that missing lines are removed; a warning tells of them."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")

    called = clerk.run("orders", FIRST, {"product": "DEMO-002", "quantity": 1})

    assert "1 line of order D-1 in Clarus is not in this file, and stays: product P-2" in called.output
    assert [line[1:] for line in clerk.lines()] == [("P-1", 3), ("P-2", 2), ("DEMO-002", 1)]
    before = clerk.writes()
    clerk.run("orders", FIRST, {"product": "DEMO-002", "quantity": 1})
    assert clerk.writes() == before
    assert clerk.statuses() == ["exists", "exists"]


def test_missing_lines_are_removed_where_that_is_said(clerk: Any) -> None:
    """With remove_missing_lines, the order has the lines of the file then."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders", top="remove_missing_lines = true")

    clerk.run("orders", FIRST)

    assert [line[1:] for line in clerk.lines()] == [("P-1", 3)]
    assert clerk.statuses() == ["updated"]
    assert any("a line is removed (product P-2)" in issue for issue in clerk.issues())


def test_blank_cells_never_erase(clerk: Any) -> None:
    """A file that says less changes nothing."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")
    before = clerk.writes()

    clerk.run("orders", {**FIRST, "priority": "", "postcode": ""}, SECOND)

    assert clerk.statuses() == ["exists", "exists"]
    assert clerk.writes() == before


def test_old_and_new_are_told(clerk: Any) -> None:
    """By the rehearsal on the screen, and in issues.csv; the results of a changed row say nothing is wrong."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")
    changed = ({**FIRST, "priority": 9, "postcode": "SE1 0AB"}, {**SECOND, "quantity": 7})

    called = clerk.run("orders", *changed, words=("--dry-run",))
    assert "orders.csv row 2, priority: 5 → 9" in called.output
    assert "orders.csv row 2, postcode: SE1 0AA → SE1 0AB" in called.output
    assert "orders.csv row 3, quantity: 2 → 7" in called.output
    assert clerk.statuses() == ["ready", "ready"]

    called = clerk.run("orders", *changed)
    assert "→" not in called.output
    assert {"2 priority: 5 → 9", "2 postcode: SE1 0AA → SE1 0AB", "3 quantity: 2 → 7"} <= set(clerk.issues())
    assert [row["clarus_error"] for row in clerk.results()] == ["", ""]
    assert clerk.record().attributes["priority"] == 9
    assert clerk.record().address["postcode"] == "SE1 0AB"


@pytest.mark.parametrize(("status", "words"), [("PICK", "is being picked"), ("COMPLETED", "has been dispatched")])
def test_what_the_warehouse_has_begun_with_is_not_changed(clerk: Any, status: str, words: str) -> None:
    """The status is asked first; nothing is sent, and the row says why."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")
    clerk.operator.clarus.move(clerk.record(), status)
    before = clerk.writes()

    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, exit_code=1)

    assert clerk.statuses() == ["invalid", "invalid"]
    assert f"D-1 {words}" in clerk.error()
    assert clerk.results()[0]["clarus_id"] == "6000001"
    assert clerk.writes() == before


def test_lines_are_known_by_their_own_number(clerk: Any) -> None:
    """Wherever they stand, and whatever product they have now."""
    clerk.run("orders", {**FIRST, "number": "10"}, {**SECOND, "number": "20"})
    clerk.allow("orders")
    (ten, _, _), (twenty, _, _) = clerk.lines()

    clerk.run(
        "orders",
        {**SECOND, "number": "20", "quantity": 8, "priority": 5, "postcode": "SE1 0AA"},
        {"number": "10", "product": "P-2", "quantity": 3},
    )

    assert clerk.lines() == [(ten, "P-2", 3), (twenty, "P-2", 8)]
    assert [row["clarus_line_id"] for row in clerk.results()] == [str(twenty), str(ten)]


def test_a_number_of_two_lines_is_ambiguous(clerk: Any) -> None:
    """Nothing is guessed: both rows say so."""
    clerk.run("orders", {**FIRST, "number": "10"}, {**SECOND, "number": "20"})
    clerk.allow("orders")
    before = clerk.writes()

    clerk.run("orders", {**FIRST, "number": "10"}, {**SECOND, "number": "10", "quantity": 9}, exit_code=1)

    assert clerk.statuses() == ["invalid", "invalid"]
    assert "10 is the number of row 3 too" in clerk.error()
    assert clerk.writes() == before


def test_a_number_of_two_lines_in_clarus_is_ambiguous(clerk: Any) -> None:
    """Which of them is meant cannot be known."""
    clerk.run("orders", {**FIRST, "number": "10"}, {**SECOND, "number": "10"})
    clerk.allow("orders")

    clerk.run("orders", {**FIRST, "number": "10", "quantity": 4}, exit_code=1)

    assert "10 is the number of several lines in Clarus" in clerk.error()


def test_equal_products_are_known_by_their_occurrence(clerk: Any) -> None:
    """The first stays the first, the second the second."""
    clerk.run("orders", FIRST, {"product": "P-1", "quantity": 2})
    clerk.allow("orders")
    first, second = (line for line, _, _ in clerk.lines())

    clerk.run("orders", {**FIRST, "quantity": 2}, {"product": "P-1", "quantity": 5})

    assert clerk.lines() == [(first, "P-1", 2), (second, "P-1", 5)]


def test_a_row_may_allow_it_and_forbid_it(clerk: Any) -> None:
    """allow_update wins over the configuration for its document."""
    clerk.run("orders", FIRST, {"ref": "D-2", **SECOND})

    clerk.run(
        "orders", {**FIRST, "priority": 6, "update": "true"}, {"ref": "D-2", **SECOND, "quantity": 9}, exit_code=1
    )
    assert clerk.statuses() == ["updated", "differs"]

    clerk.allow("orders")
    clerk.run(
        "orders", {**FIRST, "priority": 7, "update": "false"}, {"ref": "D-2", **SECOND, "quantity": 9}, exit_code=1
    )
    assert clerk.statuses() == ["differs", "updated"]


def test_an_order_that_must_not_exist_is_invalid(clerk: Any) -> None:
    """With "error", where it has other content."""
    clerk.run("orders", FIRST)
    clerk.operator.configure(sections='[existing]\norders = "error"\n')

    clerk.run("orders", {**FIRST, "priority": 6}, exit_code=1)

    assert clerk.statuses() == ["invalid"]
    assert "order D-1 is already in Clarus" in clerk.error()


def test_an_order_that_only_clarus_knows_is_changed_too(clerk: Any) -> None:
    """Its lines are those that Clarus lists, by product and occurrence; afterwards the ledger knows it."""
    clerk.run("orders", FIRST, SECOND)
    lines = clerk.lines()
    shutil.rmtree(clerk.operator.outbox)
    clerk.allow("orders")

    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, {"product": "DEMO-002", "quantity": 1})

    assert clerk.statuses() == ["updated"] * 3
    assert [line[1:] for line in clerk.lines()] == [("P-1", 3), ("P-2", 7), ("DEMO-002", 1)]
    assert [line[0] for line in clerk.lines()][:2] == [line[0] for line in lines]
    before = clerk.writes()
    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, {"product": "DEMO-002", "quantity": 1})
    assert clerk.writes() == before


def test_a_change_needs_no_kept_input(clerk: Any) -> None:
    """Where the folder of the run is gone, old values cannot be told; what is sent is right all the same."""
    clerk.run("orders", FIRST, SECOND)
    shutil.rmtree(clerk.operator.runs()[-1])
    clerk.allow("orders")

    clerk.run("orders", FIRST, {**SECOND, "quantity": 7}, {"product": "P-1", "quantity": 1})

    assert [line[1:] for line in clerk.lines()] == [("P-1", 3), ("P-2", 7), ("P-1", 1)]
    assert "3 quantity: changed to 7" in clerk.issues()


def test_a_refused_change_leaves_everything_as_it_was(clerk: Any) -> None:
    """The row is rejected; the corrected file changes it, and the old one is left alone."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders")
    clerk.operator.clarus.remove(
        next(r for r in clerk.operator.clarus.records("accounts") if r.attributes["code"] == "ACME")
    )

    clerk.run("orders", {**FIRST, "priority": 9}, SECOND, exit_code=1)

    assert clerk.statuses() in (["rejected"] * 2, ["invalid"] * 2)
    assert clerk.record().attributes["priority"] == 5


def test_defaults_never_overwrite(clerk: Any) -> None:
    """A default of the configuration that is new since then is not sent for what is there."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders", sections='[defaults.orders]\nnotes = "handle with care"\nquantity_dimension = "unit"\n')
    before = clerk.writes()

    clerk.run("orders", FIRST, SECOND)

    assert clerk.writes() == before
    assert clerk.statuses() == ["exists", "exists"]
