"""A column operation with the word cancel cancels an order by Clarus's own request, once."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

ROW = {"product": "P-1", "quantity": 3}
SECOND = {"product": "P-2", "quantity": 2}
CANCEL = {**ROW, "operation": "cancel"}


def orders(clerk: Any) -> list[str]:
    """The statuses of the orders that Clarus has."""
    return [record.status for record in clerk.operator.clarus.records("goods_outs")]


@pytest.mark.parametrize(("status", "left"), [("PENDING", []), ("DRAFT", []), ("ALLOCATED", ["CANCELLED"])])
def test_an_order_is_cancelled_once(clerk: Any, status: str, left: list[str]) -> None:
    """Its rows are updated, with its id; again, they exist and nothing is sent."""
    clerk.run("orders", ROW, SECOND)
    clerk.operator.clarus.move(clerk.record(), status)

    clerk.run("orders", CANCEL, SECOND)
    assert clerk.statuses() == ["updated", "updated"]
    assert {row["clarus_id"] for row in clerk.results()} == {"6000001"}
    assert orders(clerk) == left

    before = clerk.writes()
    clerk.run("orders", CANCEL, SECOND)
    assert clerk.statuses() == ["exists", "exists"]
    assert {row["clarus_id"] for row in clerk.results()} == {"6000001"}
    assert clerk.writes() == before


def test_a_dispatched_order_is_not_cancelled(clerk: Any) -> None:
    """The row says why; nothing is sent."""
    clerk.run("orders", ROW)
    clerk.operator.clarus.move(clerk.record(), "COMPLETED")
    before = clerk.writes()

    clerk.run("orders", CANCEL, exit_code=1)

    assert clerk.statuses() == ["invalid"]
    assert "D-1 has been dispatched" in clerk.error()
    assert clerk.writes() == before


def test_what_is_not_there_cannot_be_cancelled(clerk: Any) -> None:
    """Nor is it made."""
    clerk.run("orders", CANCEL, exit_code=1)

    assert clerk.statuses() == ["invalid"]
    assert "there is nothing to cancel" in clerk.error()
    assert orders(clerk) == []


def test_an_order_that_only_clarus_knows_is_cancelled_too(clerk: Any) -> None:
    """By its reference."""
    clerk.run("orders", ROW)
    shutil.rmtree(clerk.operator.outbox)

    clerk.run("orders", CANCEL)

    assert clerk.statuses() == ["updated"]
    assert orders(clerk) == []


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.LOST_5XX, What.HALF_ANSWER])
def test_a_cancellation_without_an_answer(clerk: Any, what: What) -> None:
    """Clarus is asked how the order stands before anything is sent again."""
    clerk.run("orders", ROW)
    clerk.operator.clarus.faults.add(Fault(what=what, method="POST", path="/api/goods_outs/"))

    clerk.run("orders", CANCEL)

    assert clerk.statuses() == ["updated"]
    assert orders(clerk) == []


def test_a_cancelled_order_is_not_made_anew(clerk: Any) -> None:
    """The file that made it says that it is gone; forget lets it be sent again."""
    clerk.run("orders", ROW)
    clerk.run("orders", CANCEL)

    clerk.run("orders", ROW, exit_code=1)
    assert clerk.statuses() == ["gone"]
    assert "it was cancelled" in clerk.error()

    assert clerk.operator.call("forget", "orders", "D-1").exit_code == 0
    clerk.run("orders", ROW)
    assert clerk.statuses() == ["created"]


def test_a_rehearsal_shows_the_request(clerk: Any) -> None:
    """And sends nothing."""
    clerk.run("orders", ROW)
    before = clerk.writes()

    clerk.run("orders", CANCEL, words=("--dry-run",))

    payloads = (clerk.operator.runs()[-1] / "payloads.jsonl").read_text()
    assert '"method":"POST","path":"/goods_outs/6000001/cancel","body":null' in payloads
    assert clerk.statuses() == ["ready"]
    assert clerk.writes() == before
