"""Ctrl-C, SIGTERM and SIGHUP: the run ends quickly, writes its results, and the next one goes on from there."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.sandbox import Fault, What
from tests.promises.reliability.conftest import ORDERS
from tests.support.stopwatch import Stopwatch

SECONDS = 8.0  # in which a run must have ended; three of them are for requests under way

Start = Callable[..., Any]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]

WAITS: dict[str, dict[str, Any]] = {
    "a token": {"what": What.HANG_BEFORE, "path": "/oauth/token"},
    "a lookup": {"what": What.HANG_BEFORE, "path": "/graphql", "times": None},
    "a hold": {"what": What.STATUS, "status": 429, "retry_after": 60, "path": "/api/goods_outs"},
    "the next attempt of a lookup": {"what": What.STATUS, "status": 503, "path": "/graphql", "times": None},
    "the next attempt to get a token": {"what": What.STATUS, "status": 503, "path": "/oauth/token", "times": None},
}


def stopped(child: Any, number: signal.Signals) -> int:
    """Send a signal and return the exit code, which must come in time."""
    watch = Stopwatch()
    child.send(number)
    exit_code = child.wait()
    assert watch.seconds < SECONDS
    assert "Traceback" not in child.said
    assert f"stopped by {number.name}" in child.said, child.said
    return int(exit_code)


@pytest.mark.slow(keep_each=2)
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("wait", WAITS)
def test_stopped_while_waiting_nothing_is_in_doubt(site: Any, start: Start, wait: str, number: signal.Signals) -> None:
    """What surely was not sent is pending; it goes on in the next run."""
    site.configure(timeout_seconds=30, retry_wait_seconds=20, concurrency=1, retry_after_cap_seconds=100)
    site.drop(orders=3)
    site.sandbox.faults.add(Fault(**WAITS[wait]))
    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])
    time.sleep(0.05)

    exit_code = stopped(child, number)
    statuses = site.statuses("orders")
    site.sandbox.faults.replace()
    site.configure(retry_wait_seconds=0.05)
    finished = site.call("run")

    assert exit_code == 3
    assert statuses == {"pending": 6}
    assert finished == 0
    site.check_all_done(orders=3)


@pytest.mark.slow(keep_each=4)
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("what", [What.HANG_BEFORE, What.HANG_AFTER])
def test_stopped_while_an_answer_is_outstanding(site: Any, start: Start, what: What, number: signal.Signals) -> None:
    """That one document is unknown, those behind it are pending; then all are there once."""
    site.configure(timeout_seconds=6, concurrency=1)
    site.drop(orders=3)
    site.sandbox.faults.add(Fault(what=what, path="/api/goods_outs", skip=1))
    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])

    exit_code = stopped(child, number)
    statuses = site.statuses("orders")
    finished = site.call("retry")

    assert exit_code == 3
    assert statuses == {"created": 2, "unknown": 2, "pending": 2}
    assert finished == 0
    site.check_all_done(orders=3)


def test_a_request_under_way_is_still_answered(site: Any, start: Start) -> None:
    """An answer that comes within moments is taken down."""
    site.configure(timeout_seconds=6, concurrency=1)
    site.drop(orders=2)
    site.sandbox.faults.add(Fault(what=What.LATENCY, seconds=1.0, path="/api/goods_outs"))
    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])

    exit_code = stopped(child, signal.SIGINT)

    assert exit_code == 3
    assert site.statuses("orders") == {"created": 2, "pending": 2}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_stopped_while_it_reads_every_row_is_pending(site: Any, start: Start, number: signal.Signals) -> None:
    """Nothing was sent, and the results say so; the next run does all of it."""
    site.inbox.mkdir()
    lines = (f"O-{line // 750},ACME,2026-06-10,DEMO-002,{line % 9 + 1},unit\n" for line in range(15_000))
    (site.inbox / "orders.csv").write_text(ORDERS + "".join(lines))
    child = start("run")
    child.until(lambda: list(site.outbox.glob("2*/orders.csv")))

    exit_code = stopped(child, number)
    statuses = site.statuses("orders")
    [summary] = [json.loads((run / "summary.json").read_text()) for run in site.runs()]
    finished = site.call("run")

    assert exit_code == 3
    assert statuses == {"pending": 15_000}
    assert (summary["exit_code"], summary["rows"], summary["requests"]) == (3, 15_000, 0)
    assert finished == 0, site.said
    assert len(site.records("orders")) == 20
    assert site.statuses("orders") == {"created": 15_000}


def test_files_that_were_not_read_before_the_stop_are_named_and_read_by_the_next_run(site: Any, start: Start) -> None:
    """The stop is heard between two files."""
    site.inbox.mkdir()
    for number in range(400):
        row = f"O-{number},ACME,2026-06-10,DEMO-002,1,unit\n"
        (site.inbox / f"orders-{number:03}.csv").write_text(ORDERS + row)
    child = start("run")
    child.until(lambda: len(list(site.outbox.glob("2*/*.csv"))) == 400)

    exit_code = stopped(child, signal.SIGTERM)
    [summary] = [json.loads((run / "summary.json").read_text()) for run in site.runs()]
    unread = [file for file in summary["files"] if "not read before the run stopped" in file.get("error", "")]
    finished = site.call("run")

    assert exit_code == 3
    assert summary["statuses"]["pending"] + len(unread) == 400
    assert finished == 0, site.said
    site.check_nothing_twice()
    assert len(site.records("orders")) == 400


def test_stopped_while_a_fresh_file_is_watched(site: Any, start: Start) -> None:
    """Before anything was taken: the files stay where they are."""
    site.drop(orders=1)
    config = site.folder / "clarus.toml"
    config.write_text(config.read_text().replace("settle_seconds = 0", "settle_seconds = 0.5", 1))
    growing = site.inbox / "orders.csv"

    def grow() -> bool:
        with growing.open("a") as file:
            file.write(" ")
        return (site.outbox / ".lock").exists()

    child = start("run")
    child.until(grow)
    exit_code = stopped(child, signal.SIGTERM)

    assert exit_code == 3
    assert growing.exists()
    assert site.runs() == []


def test_stopped_twice_it_ends_at_once(site: Any, start: Start) -> None:
    """Without results; the next run finishes it."""
    site.configure(timeout_seconds=30)
    site.drop(orders=3)
    site.sandbox.faults.add(Fault(what=What.HANG_AFTER, path="/api/goods_outs"))
    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])

    child.send(signal.SIGINT)
    time.sleep(0.3)
    watch = Stopwatch()
    child.send(signal.SIGINT)
    exit_code = child.wait()
    took = watch.seconds
    finished = site.call("run")

    assert exit_code == 3
    assert took < 2.0
    assert "Traceback" not in child.said
    assert finished == 0
    site.check_all_done(orders=3)


def test_stopped_while_owed_runs_are_taken_up_new_files_stay_in_the_inbox(site: Any, start: Start) -> None:
    """What was not begun is left as it is, for the next run."""
    site.configure(timeout_seconds=6, concurrency=1)
    site.drop(orders=2)
    site.sandbox.conditions.outage = True
    site.configure(give_up_seconds=0.2)
    site.call("run")
    site.sandbox.conditions.outage = False
    site.drop(orders=2, first=3)
    site.sandbox.faults.add(Fault(what=What.HANG_BEFORE, path="/api/goods_outs"))
    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])

    exit_code = stopped(child, signal.SIGINT)

    assert exit_code == 3
    assert len(site.runs()) == 1
    assert [path.name for path in site.inbox.iterdir()] == ["orders.csv"]
    assert site.call("run") == 0
    site.check_all_done(orders=4)


def test_a_second_run_leaves_at_once(site: Any, start: Start) -> None:
    """Exit 4, and neither disturbs the other."""
    site.configure(timeout_seconds=30)
    site.drop(orders=2)
    site.sandbox.faults.add(Fault(what=What.HANG_BEFORE, path="/graphql"))
    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])

    watch = Stopwatch()
    second, said = site.call("run"), site.said
    retry = site.call("retry")
    took = watch.seconds
    child.kill()
    third = site.call("run")

    assert (second, retry) == (4, 4)
    assert str(child.pid) in said
    assert took < 2.0
    assert third == 0
    site.check_all_done(orders=2)


@pytest.mark.slow(keep_each=12)
@pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0, 4.0])
def test_stopped_at_any_moment_of_a_large_run_it_ends_within_five_seconds(
    site: Any, start: Start, moment: float
) -> None:
    """While it takes files, reads, checks, sends or writes; the next run does the rest, and nothing twice."""
    site.drop(products=2000, orders=4000)
    child = start("run")
    child.until(lambda: (site.outbox / "ledger.sqlite3").exists())
    time.sleep(moment)

    watch = Stopwatch()
    child.send(signal.SIGHUP)
    exit_code = child.wait()
    seconds = watch.seconds
    finished = site.call("run")

    assert "Traceback" not in child.said
    assert exit_code in (0, 3), child.said
    assert seconds < 5
    assert finished == 0, site.said
    site.check_all_done(products=2000, orders=4000)
