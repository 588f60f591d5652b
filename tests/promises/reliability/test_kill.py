"""The process is killed at every named point and at random moments, and run again until it is done.

Then the results, the ledger and Clarus tell the same story: nothing twice, nothing lost. `CLARUS_BATCH_KILLS` sets how
many kills at random moments are tried.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.clarus.access import Access
from pipeline.clarus.tokens import Credentials
from pipeline.ledger import Ledger, RunFile
from pipeline.sandbox import Fault, What

KILLS = int(os.environ.get("CLARUS_BATCH_KILLS", "60"))
DOCUMENTS = {"products": 3, "receipts": 4, "orders": 20}
SECONDS = 0.9  # about as long as such a run takes

Start = Callable[..., Any]


def check_the_story(site: Any) -> None:
    """Results, ledger and Clarus agree, and nobody owes anything."""
    site.check_all_done(**DOCUMENTS)
    for file in DOCUMENTS:
        assert set(site.statuses(file)) == {"created"}, site.statuses(file)
    assert site.statuses("products") == {"created": 3}
    assert site.statuses("receipts") == {"created": 8}
    assert site.statuses("orders") == {"created": 40}
    assert not list(site.inbox.iterdir())
    with closing(sqlite3.connect(site.outbox / "ledger.sqlite3")) as ledger:
        entries = ledger.execute("SELECT record, reference, state, clarus_id FROM documents").fetchall()
        owed = ledger.execute("SELECT run FROM runs WHERE owed OR unfinished").fetchall()
    assert owed == []
    written = {(file, reference): made for file, reference, state, made in entries if file in DOCUMENTS}
    there = {(file, reference): own[0].id for file in DOCUMENTS for reference, own in site.records(file).items()}
    assert written == there
    for resource in ("account_products", "product_storage_units"):
        there_too = {record.id for record in site.sandbox.records(resource) if record.made_at}
        assert {made for record, _, _, made in entries if record == resource} == there_too
    assert {state for _, _, state, _ in entries} == {"created"}
    hidden = [path for path in site.outbox.rglob(".*") if path.name not in (".lock", ".lock.pid")]
    assert hidden == [], "no half written file is left"


def finish(site: Any) -> None:
    exit_code = site.call("run")
    assert exit_code == 0, site.said
    check_the_story(site)


REQUESTS: dict[str, dict[str, Any]] = {
    "token": {"path": "/oauth/token"},
    "first lookup": {"path": "/graphql"},
    "third lookup": {"path": "/graphql", "skip": 2},
    "fifth lookup": {"path": "/graphql", "skip": 4},
    "first product": {"path": "/api/products"},
    "last product": {"path": "/api/products", "skip": 2},
    "account of a product": {"path": "/api/products/", "skip": 1},
    "storage unit": {"path": "/api/product_storage_units", "skip": 1},
    "first receipt": {"path": "/api/goods_in_receipts"},
    "last receipt": {"path": "/api/goods_in_receipts", "skip": 3},
    "first order": {"path": "/api/goods_outs"},
    "later order": {"path": "/api/goods_outs", "skip": 9},
    "last order": {"path": "/api/goods_outs", "skip": 19},
}


@pytest.mark.slow(keep_each=5)
@pytest.mark.parametrize("what", [What.HANG_BEFORE, What.HANG_AFTER])
@pytest.mark.parametrize("request_", REQUESTS)
def test_killed_while_a_request_is_under_way(site: Any, start: Start, request_: str, what: What) -> None:
    """Before Clarus has acted on it, and after."""
    site.configure(timeout_seconds=2)
    site.drop(**DOCUMENTS)
    site.sandbox.faults.add(Fault(what=what, **REQUESTS[request_]))

    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1])
    child.kill()

    finish(site)


def test_killed_while_a_lost_answer_settles(site: Any, start: Start) -> None:
    """Sent, the answer lost, and not looked for yet."""
    site.configure(read_settle_seconds=1.0)
    site.sandbox.conditions.read_lag_seconds = 0.9
    site.drop(**DOCUMENTS)
    site.sandbox.faults.add(Fault(what=What.CUT_AFTER, path="/api/goods_outs", times=None))

    child = start("run")
    child.until(lambda: site.sandbox.faults.struck()[0][1] >= 4)
    child.kill()

    site.sandbox.faults.replace()
    finish(site)


def in_run_folder(pattern: str) -> Callable[[Any], bool]:
    return lambda site: any(site.outbox.glob(f"*/{pattern}"))


def begun(site: Any) -> bool:
    """Whether a run has been written down, and its files not moved yet (or just now)."""
    path = site.outbox / "ledger.sqlite3"
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
            return bool(ledger.execute("SELECT 1 FROM runs").fetchall())
    except sqlite3.OperationalError:
        return False


MOMENTS: dict[str, Callable[[Any], bool]] = {
    "the lock is held": lambda site: (site.outbox / ".lock").exists(),
    "the ledger is being made": lambda site: (site.outbox / "ledger.sqlite3").exists(),
    "the run folder is there": lambda site: any(site.outbox.glob("*/")),
    "the run is written down": begun,
    "the first file has come in": in_run_folder("orders.csv"),
    "the last file has come in": in_run_folder("receipts.csv"),
    "results are being written": in_run_folder(".orders.results.csv.tmp"),
    "the first results are written": in_run_folder("*.results.csv"),
    "the last results are written": in_run_folder("receipts.results.csv"),
    "issues are being written": in_run_folder("*issues.csv*"),
    "the summary is being written": in_run_folder(".summary.json.tmp"),
    "the summary is written": in_run_folder("summary.json"),
}


@pytest.mark.slow(keep_each=4)
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_as_soon_as(site: Any, start: Start, moment: str) -> None:
    """At every step of a run that leaves a trace on the disk."""
    site.drop(**DOCUMENTS)

    child = start("run")
    child.until(lambda: MOMENTS[moment](site))
    child.kill()

    finish(site)


@pytest.mark.slow(keep_each=3)
@pytest.mark.parametrize(
    "moment", ["results are being written", "the first results are written", "the summary is written"]
)
def test_killed_again_while_results_are_rewritten(site: Any, start: Start, moment: str) -> None:
    """A run that is taken up again may die as well."""
    site.drop(**DOCUMENTS)
    site.sandbox.faults.add(Fault(what=What.HANG_AFTER, path="/api/goods_outs", skip=5))
    first = start("run")
    first.until(lambda: site.sandbox.faults.struck()[0][1])
    first.kill()

    for _ in range(3):
        again = start("run")
        again.until(lambda: MOMENTS[moment](site))
        again.kill()

    finish(site)


@pytest.mark.slow(keep_each=5)
@pytest.mark.parametrize("seed", range(KILLS // 4))
def test_killed_at_random_moments(site: Any, start: Start, seed: int) -> None:
    """Four times in a row, in bad weather, then to the end."""
    chance = random.Random(seed)
    site.sandbox.conditions.latency_seconds = chance.choice([0.0, 0.005, 0.02])
    site.sandbox.conditions.read_lag_seconds = chance.choice([0.0, 0.1])
    site.drop(**DOCUMENTS)
    for number, what in enumerate((What.CUT_AFTER, What.CUT_BEFORE, What.LOST_5XX, What.EXPIRE_TOKENS)):
        site.sandbox.faults.add(Fault(what=what, probability=0.04, times=None, seed=seed * 10 + number))

    for _ in range(4):
        child = start("run")
        time.sleep(chance.uniform(0, SECONDS))
        child.kill()
        site.check_nothing_twice()

    site.sandbox.faults.replace()
    finish(site)


def test_killed_while_named_files_are_copied(site: Any, start: Start, tmp_path: Path) -> None:
    """The next run copies the rest, whether they are named again or not."""
    site.drop(**DOCUMENTS)
    site.inbox.rename(tmp_path / "elsewhere")
    named = [str(path) for path in sorted((tmp_path / "elsewhere").iterdir())]

    child = start("run", *named)
    child.until(lambda: in_run_folder("orders.csv")(site))
    child.kill()
    first = site.call("run")
    done = {file: site.statuses(file) for file in DOCUMENTS}
    again = site.call("run", *named)

    assert (first, again) == (0, 0), site.said
    assert done == {"products": {"created": 3}, "receipts": {"created": 8}, "orders": {"created": 40}}
    site.check_all_done(**DOCUMENTS)


@pytest.mark.parametrize("came_in", [[], ["orders.csv"], ["orders.csv", "products.csv"]])
def test_killed_while_files_are_moved(site: Any, came_in: list[str]) -> None:
    """Orders that came in without their products wait for them: the next run brings in the rest first."""
    site.drop(**DOCUMENTS)
    run = site.outbox / "20260610-200000-000"
    run.mkdir(parents=True)
    asyncio.run(_begin(site, run.name))
    for name in came_in:
        (site.inbox / name).rename(run / name)

    finish(site)

    assert site.runs() == [run]


async def _begin(site: Any, run: str) -> None:
    """Write a run down as one does that dies right afterwards."""
    ledger = Ledger.open(site.outbox / "ledger.sqlite3")
    tenant = Access(site.sandbox.url, "sandbox", Credentials()).tenant
    await ledger.begin_run(run, tenant, [RunFile(path.name, path, False) for path in sorted(site.inbox.iterdir())])
    await ledger.close()
