"""One tenant, several machines: killed or frozen at any moment, nothing is sent twice, lost or overwritten.

Two machines are played by two processes on one shared folder. After a freeze the results are compared with the ledger
row by row: a run that has lost its tenant must write nothing any more. `CLARUS_BATCH_FREEZES` sets how many freezes at
random moments are tried.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline.sandbox import Fault, What

FREEZES = int(os.environ.get("CLARUS_BATCH_FREEZES", "12"))
DOCUMENTS = {"products": 3, "receipts": 4, "orders": 20}

Start = Callable[..., Any]


def rows_of(site: Any, sql: str) -> list[tuple[Any, ...]]:
    """What the shared ledger says."""
    with psycopg.connect(site.ledger) as connection:
        return connection.execute(sql).fetchall()


def check_the_story(site: Any, statuses: frozenset[str] = frozenset(("created",))) -> None:
    """Results, ledger and Clarus agree, and nobody owes anything."""
    site.check_all_done(**DOCUMENTS)
    entries = rows_of(site, "SELECT record, reference, state, clarus_id FROM documents")
    written = {(record, reference): made for record, reference, _, made in entries if record in DOCUMENTS}
    there = {(file, reference): own[0].id for file in DOCUMENTS for reference, own in site.records(file).items()}
    assert written == there
    assert {state for _, _, state, _ in entries} == {"created"}
    assert rows_of(site, "SELECT run FROM runs WHERE owed <> 0 OR unfinished <> 0") == []
    headings = {"products": "Code", "receipts": "receipt_reference", "orders": "order_reference"}
    for file in DOCUMENTS:
        assert set(site.statuses(file)) <= statuses, site.statuses(file)
        for row in site.rows(file):
            assert row["clarus_id"] == str(written[file, row[headings[file]]]), row
    assert not list(site.inbox.iterdir())
    hidden = [path for path in site.outbox.rglob(".*") if path.name not in (".places.json", ".history.jsonl")]
    assert hidden == [], "no half written file is left"


def files_of(site: Any) -> dict[Path, bytes]:
    """All files of all runs."""
    return {path: path.read_bytes() for path in site.outbox.glob("*/*") if path.is_file()}


def finish(site: Any) -> None:
    """Run until the lease of whoever died has run out, and everything is done."""
    until = time.monotonic() + 30
    while (exit_code := site.call("run")) == 4:
        assert "is being served by" in site.said
        assert time.monotonic() < until
        time.sleep(0.2)
    assert exit_code == 0, site.said


def lease_is_taken(site: Any) -> bool:
    return rows_of(site, "SELECT 1 FROM leases WHERE NOT released") != []


def run_is_written_down(site: Any) -> bool:
    return rows_of(site, "SELECT 1 FROM runs") != []


def in_run_folder(pattern: str) -> Callable[[Any], bool]:
    return lambda site: any(site.outbox.glob(f"*/{pattern}"))


def sent(count: int) -> Callable[[Any], bool]:
    return lambda site: len(site.records("orders")) >= count


MOMENTS: dict[str, Callable[[Any], bool]] = {
    "the tenant is held": lease_is_taken,
    "the run folder is there": lambda site: any(site.outbox.glob("*/")),
    "the run is written down": run_is_written_down,
    "the first file has come in": in_run_folder("orders.csv"),
    "the first order is sent": sent(1),
    "half of the orders are sent": sent(10),
    "all orders are sent": sent(20),
    "results are being written": in_run_folder(".*.results.csv.*.tmp"),
    "the first results are written": in_run_folder("*.results.csv"),
    "the last results are written": in_run_folder("receipts.results.csv"),
    "the summary is written": in_run_folder("summary.json"),
}


@pytest.mark.slow(keep_each=6)
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_taken_over(shared: Any, start: Start, moment: str) -> None:
    """SIGKILL; another machine takes the tenant when the lease has run out, and goes on."""
    shared.drop(**DOCUMENTS)
    shared.sandbox.conditions.latency_seconds = 0.02

    child = start("run")
    child.until(lambda: MOMENTS[moment](shared))
    child.kill()

    finish(shared)
    check_the_story(shared)


@pytest.mark.slow(keep_each=6)
@pytest.mark.parametrize("moment", MOMENTS)
def test_frozen_overtaken_and_woken(shared: Any, start: Start, moment: str) -> None:
    """SIGSTOP, another machine takes over and ends, SIGCONT: the sleeper sends and writes nothing any more."""
    shared.drop(**DOCUMENTS)
    shared.sandbox.conditions.latency_seconds = 0.02
    child = start("run")
    child.until(lambda: MOMENTS[moment](shared))
    child.send(signal.SIGSTOP)

    finish(shared)
    before = files_of(shared)
    posts = shared.sandbox.requests.counts.copy()
    child.send(signal.SIGCONT)
    exit_code = child.wait()

    assert shared.sandbox.requests.counts == posts
    assert files_of(shared) == before
    check_the_story(shared)
    assert exit_code in (0, 3), child.said  # 0: it had ended before it was frozen
    assert "Traceback" not in child.said
    if exit_code == 3:
        assert "lease of tenant" in child.said or "ledger" in child.said, child.said


@pytest.mark.slow(keep_each=100)
@pytest.mark.parametrize("seed", range(FREEZES))
def test_frozen_at_random_moments_and_woken_while_the_other_works(shared: Any, start: Start, seed: int) -> None:
    """Woken in the middle of the other's run."""
    chance = random.Random(seed)
    shared.configure(concurrency=chance.choice([1, 4, 16]))
    shared.sandbox.conditions.latency_seconds = chance.choice([0.01, 0.05])
    shared.sandbox.faults.add(Fault(what=What.LOST_5XX, probability=0.05, times=None, seed=seed))
    shared.drop(**DOCUMENTS)
    first = start("run")
    time.sleep(chance.uniform(0.05, 1.5))
    first.send(signal.SIGSTOP)

    time.sleep(2.2)
    second = start("run")
    time.sleep(chance.uniform(0.05, 2.0))
    first.send(signal.SIGCONT)
    codes = {first.wait(), second.wait()}
    shared.check_nothing_twice()
    shared.sandbox.faults.replace()
    finish(shared)

    assert codes <= {0, 3, 4}
    check_the_story(shared, frozenset(("created", "exists")))


def test_a_tenant_is_served_once_at_a_time(shared: Any, start: Start) -> None:
    """Exit code 4 names who serves it, and since when; nothing is moved or sent."""
    shared.sandbox.conditions.latency_seconds = 0.3
    shared.drop(**DOCUMENTS)
    child = start("run")
    child.until(lambda: lease_is_taken(shared))

    exit_code = shared.call("run")
    said = shared.said
    shared.sandbox.conditions.latency_seconds = 0.0
    ended = child.wait()

    assert exit_code == 4
    assert f":{child.pid} since 20" in said
    assert ended == 0, child.said
    check_the_story(shared)


def test_the_database_is_stopped_at_once_in_mid_run(site: Any, start: Start) -> None:
    """As by a power cut: no further order leaves, exit code 3 in one sentence; the next run goes on from the ledger."""
    support = pytest.importorskip("postgres")
    if support.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with support.Server() as server:
        site.ledger, site.cluster = server.database(), {"lease_seconds": 2}
        site.configure()
        assert site.call("cluster") == 0, site.said
        site.sandbox.conditions.latency_seconds = 0.05
        site.drop(**DOCUMENTS)
        child = start("run")
        child.until(lambda: sent(5)(site))

        server.stop("immediate")
        exit_code = child.wait()
        left = len(site.records("orders"))
        away = site.call("run")
        server.start()
        finish(site)

        assert (exit_code, away) == (3, 3)
        assert "Traceback" not in child.said
        assert left <= 20
        check_the_story(site)
