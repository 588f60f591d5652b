"""Whatever breaks while orders are changed: no line twice, and in the end Clarus has what the file says."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.sandbox import Fault, What

FIRST = {"product": "P-1", "quantity": 3, "priority": 5}
SECOND = {"product": "P-2", "quantity": 2}
NOW = (
    {**FIRST, "quantity": 4, "priority": 6},
    {"product": "DEMO-002", "quantity": 9},
    {"product": "P-1", "quantity": 1},
)
HELD = [("P-1", 4), ("DEMO-002", 9), ("P-1", 1)]
LOST = [What.CUT_AFTER, What.CUT_BEFORE, What.LOST_5XX, What.HALF_ANSWER, What.STATUS, What.LATE_5XX]


@pytest.mark.slow(keep_each=2)
@pytest.mark.parametrize("what", LOST)
@pytest.mark.parametrize("times", [1, 2])
def test_a_change_whose_answer_is_lost(clerk: Any, what: What, times: int) -> None:
    """Lines that were added are looked up; what is not there is sent again, and only then."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders", top="remove_missing_lines = true")
    clerk.operator.clarus.faults.add(Fault(what=what, method="PATCH", times=times, status=503, seconds=0.3))

    clerk.run("orders", *NOW)

    assert clerk.statuses() == ["updated"] * 3
    assert [line[1:] for line in clerk.lines()] == HELD
    assert [row["clarus_line_id"] for row in clerk.results()] == [str(line) for line, _, _ in clerk.lines()]
    assert clerk.record().attributes["priority"] == 6
    before = clerk.writes()
    clerk.run("orders", *NOW)
    assert clerk.writes() == before


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE])
def test_a_change_that_a_run_left_in_doubt(clerk: Any, what: What) -> None:
    """The next run looks before it sends anything."""
    clerk.run("orders", FIRST, SECOND)
    short = "reconcile_attempts = 1\n"
    clerk.allow("orders", top="remove_missing_lines = true", sections=short)
    clerk.operator.clarus.faults.add(Fault(what=what, method="PATCH"))
    called = clerk.run("orders", *NOW, exit_code=1)
    assert clerk.statuses() == ["unknown"] * 3, called.output

    clerk.allow("orders", top="remove_missing_lines = true")
    assert clerk.operator.call("run").exit_code == 0

    assert [line[1:] for line in clerk.lines()] == HELD


def test_a_change_that_was_late_is_not_overtaken(clerk: Any) -> None:
    """Another change of the same order waits until the one before can arrive no more."""
    clerk.run("orders", FIRST, SECOND)
    clerk.allow("orders", sections="reconcile_attempts = 1\n")
    late = Fault(what=What.LATE_5XX, method="PATCH", status=504, seconds=0.4)
    clerk.operator.clarus.faults.add(late)
    clerk.run("orders", {**FIRST, "priority": 6}, SECOND, exit_code=1)

    clerk.run("orders", {**FIRST, "priority": 7}, SECOND)

    assert clerk.record().attributes["priority"] == 7


def test_an_order_whose_answer_was_lost_is_changed_when_it_is_found(clerk: Any) -> None:
    """Sent with other content by a run that had no answer: found, and changed to what the file says now."""
    clerk.allow("orders", sections="reconcile_attempts = 1\n")
    clerk.operator.clarus.faults.add(
        Fault(what=What.CUT_AFTER, method="POST", path="/api/goods_outs"),
    )
    clerk.operator.clarus.conditions.read_lag_seconds = 60
    first = {**FIRST, "product": "DEMO-002"}  # which was there before, and is listed
    clerk.operator.drop("orders.csv", clerk.file("orders", first))
    clerk.operator.call("run")
    assert clerk.statuses() == ["unknown"]
    clerk.operator.clarus.conditions.read_lag_seconds = 0

    clerk.run("orders", {**first, "priority": 9}, {**SECOND, "quantity": 8})

    assert clerk.record().attributes["priority"] == 9
    assert [line[1:] for line in clerk.lines()] == [("DEMO-002", 3), ("P-2", 8)]


def test_a_change_waits_for_an_order_that_is_not_listed_yet(clerk: Any) -> None:
    """Two files of one run: the second changes what the first has made just now."""
    clerk.allow("orders")
    clerk.operator.clarus.conditions.read_lag_seconds = 0.3
    first = {**FIRST, "product": "DEMO-002"}  # which was there before, and is listed
    clerk.operator.drop("a.csv", clerk.file("orders", first))
    clerk.operator.drop("b.csv", clerk.file("orders", {**first, "priority": 8}))

    called = clerk.operator.call("run")

    assert called.exit_code == 0, called.output
    assert clerk.operator.statuses("b.results.csv") == ["updated"]
    assert clerk.record().attributes["priority"] == 8
