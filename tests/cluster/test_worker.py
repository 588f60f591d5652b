"""Workers serve every tenant that has something to do, whatever dies on the way."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from pipeline.ledger.lease import Lease, Terms
from pipeline.sandbox import Fault, What


def test_a_worker_serves_every_tenant_and_stops_when_asked(fleet: Any) -> None:
    """Each by the ordinary command; SIGTERM ends it with exit code 0."""
    for tenant in fleet.clarus:
        fleet.drop(tenant, 5)

    worker = fleet.start_worker()
    fleet.until(lambda: fleet.is_done(alpha=5, beta=5, gamma=5))
    standing = fleet.call("status", "--json")
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(20) == 0, fleet.said()
    fleet.check_once()
    told = json.loads(standing.stdout)
    assert [each["profile"] for each in told["tenants"]] == ["alpha", "beta", "gamma"]
    assert len(told["workers"]) == 1


def test_a_stop_lets_runs_end_softly_and_another_worker_goes_on(fleet: Any) -> None:
    """The first SIGTERM: results are written, the tenant is given back, nothing is in doubt."""
    fleet.clarus["alpha"].conditions.latency_seconds = 0.1
    fleet.drop("alpha", 60)
    first = fleet.start_worker()
    fleet.until(lambda: len(fleet.references("alpha")) > 3)

    first.send_signal(signal.SIGTERM)
    ended = first.wait(20)
    released = fleet.rows("SELECT released FROM leases WHERE tenant LIKE 'sandbox@%'")
    fleet.clarus["alpha"].conditions.latency_seconds = 0.0
    fleet.start_worker()
    fleet.until(lambda: fleet.is_done(alpha=60))

    assert ended == 0
    assert released == [(True,)]
    fleet.check_once()


def test_a_second_stop_ends_at_once(fleet: Any) -> None:
    """Runs are killed; whoever comes next goes on from the ledger."""
    fleet.configure("lease_seconds = 2\nlook_every_seconds = 1\n", timeout=30)
    faults = fleet.clarus["alpha"].faults
    faults.add(Fault(what=What.HANG_BEFORE, path="/api/goods_outs", times=None))  # a run waits 3 s for answers
    fleet.drop("alpha", 5)
    worker = fleet.start_worker()
    fleet.until(lambda: faults.struck()[0][1])

    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 3
    assert time.monotonic() - began < 2.5
    assert "Traceback" not in fleet.said()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_two_workers_that_are_killed_again_and_again(fleet: Any, seed: int) -> None:
    """Every reference once, every run ended, every results file as the ledger has it."""
    chance = random.Random(seed)
    count = int(os.environ.get("CLARUS_BATCH_WORKER_KILLS", "2"))
    for tenant, sandbox in fleet.clarus.items():
        sandbox.conditions.latency_seconds = 0.15
        fleet.drop(tenant, 40)
    workers = [fleet.start_worker(), fleet.start_worker()]
    fleet.until(lambda: fleet.references("alpha"))

    for _ in range(count):
        time.sleep(chance.uniform(0.5, 2.0))
        victim = chance.choice(workers)
        victim.kill()
        victim.wait()
        workers[workers.index(victim)] = fleet.start_worker()
        fleet.check_once()
    # Only the jobs of the dead are late: their workers count as dead after 30 s without a heartbeat.
    fleet.until(lambda: fleet.is_done(alpha=40, beta=40, gamma=40), 120)

    fleet.check_once()


def test_serving_a_tenant_twice_at_once_does_no_harm(fleet: Any) -> None:
    """Trap 4, a worker that only seemed dead: one run is let in, the other ends with 4."""
    for tenant in fleet.clarus:
        fleet.clarus[tenant].conditions.latency_seconds = 0.05
        fleet.drop(tenant, 20)
    words = [sys.executable, "-m", "pipeline", "run", "-q", "--config", str(fleet.config), "--profile"]

    runs = [
        subprocess.Popen([*words, tenant], env=fleet.environment, cwd=fleet.folder, stderr=subprocess.DEVNULL)
        for tenant in fleet.clarus
        for _ in range(2)
    ]
    codes = [run.wait(60) for run in runs]

    assert set(codes) <= {0, 4}
    assert codes.count(0) >= 3
    fleet.check_once()
    assert all(len(fleet.references(tenant)) == 20 for tenant in fleet.clarus)


def test_enqueue_names_what_it_has_looked_at(fleet: Any) -> None:
    """Without names: those that have something to do. A profile that is not there is exit code 2."""
    fleet.drop("beta", 1)

    found = fleet.call("enqueue")
    named = fleet.call("enqueue", "alpha", "--json")
    unknown = fleet.call("enqueue", "delta")

    assert found.output == "enqueued: beta\n"
    assert json.loads(named.stdout) == {"exit_code": 0, "enqueued": ["alpha"]}
    assert unknown.exit_code == 2
    assert "no profile 'delta'; its profiles are alpha, beta, gamma" in unknown.output


def test_status_names_who_serves_a_tenant_and_what_is_owed(fleet: Any) -> None:
    """Exit code 1 where a tenant needs someone; holder, since when, waiting files."""
    fleet.drop("beta", 1)
    lease = Lease.take(
        fleet.ledger, f"sandbox@{fleet.clarus['beta'].url.rpartition('/')[2].partition(':')[0]}", Terms(30, 0)
    )

    told = json.loads(fleet.call("status", "--json").stdout)
    lease.release(3)
    after = fleet.call("status")

    beta = next(each for each in told["tenants"] if each["profile"] == "beta")
    assert beta["waiting_files"] == 1
    assert str(os.getpid()) in beta["holder"]
    assert beta["since"]
    assert after.exit_code == 1
    assert "beta: last run ended with 3" in after.output
