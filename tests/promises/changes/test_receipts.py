"""Receipts are changed like orders; Clarus does not list their lines, so that only answers name them."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

FIRST = {"product": "P-1", "quantity": 30, "notes": "by lorry"}
SECOND = {"product": "P-2", "quantity": 20}


def test_lines_are_changed_added_and_removed(clerk: Any) -> None:
    """By the ids that the answer to the receipt named; again, nothing is sent."""
    clerk.run("receipts", FIRST, SECOND)
    clerk.allow("receipts", top="remove_missing_lines = true")
    (first, _, _), _ = clerk.lines("receipts")
    now = ({**FIRST, "quantity": 31, "notes": "by ship"}, {"product": "DEMO-002", "quantity": 1})

    clerk.run("receipts", *now)

    assert clerk.statuses("receipts") == ["updated", "updated"]
    (changed, *what), (added, *other) = clerk.lines("receipts")
    assert (changed, what, other) == (first, ["P-1", 31], ["DEMO-002", 1])
    assert [row["clarus_line_id"] for row in clerk.results("receipts")] == [str(first), str(added)]
    assert clerk.record("receipts").attributes["notes"] == "by ship"
    before = clerk.writes()
    clerk.run("receipts", *now)
    assert clerk.writes() == before
    assert clerk.statuses("receipts") == ["exists", "exists"]


@pytest.mark.parametrize("status", ["receiving", "RCV", "completed"])
def test_what_is_being_received_is_not_changed(clerk: Any, status: str) -> None:
    """Whatever way its status is written."""
    clerk.run("receipts", FIRST, SECOND)
    clerk.allow("receipts")
    clerk.operator.clarus.move(clerk.record("receipts"), status)

    clerk.run("receipts", {**FIRST, "quantity": 31}, SECOND, exit_code=1)

    assert clerk.statuses("receipts") == ["invalid"] * 2
    assert "receipt D-1 " in clerk.error("receipts")
    assert "received" in clerk.error("receipts")


def test_lines_that_nobody_knows_are_not_changed(clerk: Any) -> None:
    """A receipt that was not sent from here: its lines are in no list."""
    clerk.run("receipts", FIRST, SECOND)
    shutil.rmtree(clerk.operator.outbox)
    clerk.allow("receipts")
    before = clerk.writes()

    clerk.run("receipts", {**FIRST, "quantity": 31}, SECOND, exit_code=1)

    assert "the lines of receipt D-1 in Clarus are not known" in clerk.error("receipts")
    assert clerk.writes() == before


def test_a_changed_line_without_an_answer_is_sent_again(clerk: Any) -> None:
    """It does no harm twice."""
    clerk.run("receipts", FIRST, SECOND)
    clerk.allow("receipts")
    clerk.operator.clarus.faults.add(Fault(what=What.CUT_AFTER, method="PATCH"))

    clerk.run("receipts", {**FIRST, "quantity": 31}, SECOND)

    assert [line[1:] for line in clerk.lines("receipts")] == [("P-1", 31), ("P-2", 20)]
    assert clerk.statuses("receipts") == ["updated"] * 2


def test_a_removed_line_without_an_answer_is_found_gone(clerk: Any) -> None:
    """Its removal is refused the second time, for it is gone: the change is done."""
    clerk.run("receipts", FIRST, SECOND)
    clerk.allow("receipts", top="remove_missing_lines = true")
    clerk.operator.clarus.faults.add(Fault(what=What.CUT_AFTER, method="PATCH"))

    clerk.run("receipts", {**FIRST, "quantity": 31})

    assert clerk.statuses("receipts") == ["updated"]
    assert [line[1:] for line in clerk.lines("receipts")] == [("P-1", 31)]


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE])
def test_an_added_line_without_an_answer_is_never_added_twice(clerk: Any, what: What) -> None:
    """It stays unknown, until somebody who has looked says that it may be sent again."""
    clerk.run("receipts", FIRST)
    clerk.allow("receipts")
    clerk.operator.clarus.faults.add(Fault(what=what, method="PATCH"))

    clerk.run("receipts", FIRST, SECOND, exit_code=1)
    assert clerk.statuses("receipts") == ["unknown", "unknown"]
    assert "Clarus does not list lines of such records" in clerk.error("receipts")
    assert clerk.operator.call("run").exit_code == 1
    there = 1 + (what is What.CUT_AFTER)
    assert len(clerk.lines("receipts")) == there

    if what is What.CUT_BEFORE:
        assert clerk.operator.call("retry", "--send-unknown").exit_code == 0
        assert [line[1:] for line in clerk.lines("receipts")] == [("P-1", 30), ("P-2", 20)]
        before = clerk.writes()
        clerk.run("receipts", FIRST, SECOND)
        assert clerk.writes() == before
