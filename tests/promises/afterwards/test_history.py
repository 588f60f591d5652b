"""Every call of run and retry leaves a line, however it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pipeline.runs.lock import holding
from pipeline.runs.outbox import LEDGER

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"
GOOD = HEADING + "0001,ACME,2026-06-10,Jo,DEMO-002,1\n"
ROOT = Path(__file__).parents[3]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def calls(operator: Any, *words: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(operator.call("history", "--json", *words).stdout)["calls"]
    return told


def test_every_end_leaves_a_line(operator: Any) -> None:
    """Well, idle, refused for its configuration, crowded out, out of reach: the latest stands first."""
    operator.drop("o.csv", GOOD)
    operator.call("run")
    operator.call("run")
    operator.call("run", "no-such-file.csv")
    with holding(operator.outbox):
        operator.call("retry")
    operator.drop("p.csv", GOOD.replace("0001", "0002"))
    operator.clarus.stop()
    operator.call("run")

    found = calls(operator)

    assert [call["exit_code"] for call in found] == [3, 4, 2, 0, 0]
    assert [call["command"] for call in found] == ["run", "retry", "run", "run", "run"]
    first = found[-1]
    assert (first["files"], first["rows"], first["statuses"]) == (["o.csv"], 1, {"created": 1})
    assert "another run holds" in found[1]["message"]
    assert "no-such-file.csv" in found[2]["message"]
    assert found[0]["statuses"] == {"pending": 1}


def test_a_configuration_that_cannot_be_read_leaves_one_too(operator: Any) -> None:
    """In the outbox that it names, as far as it can be read at all."""
    operator.drop("o.csv", GOOD)
    operator.call("run")
    good = (operator.folder / "clarus.toml").read_text(encoding="utf-8")
    (operator.folder / "clarus.toml").write_text(f"no_such_key = 1\n{good}", encoding="utf-8")
    assert operator.call("run").exit_code == 2
    (operator.folder / "clarus.toml").write_text("not toml at all", encoding="utf-8")
    assert operator.call("run").exit_code == 2
    (operator.folder / "clarus.toml").write_text(good, encoding="utf-8")

    found = calls(operator)

    assert [call["exit_code"] for call in found] == [2, 2, 0]
    assert "no_such_key" in found[1]["message"]


def test_a_lost_ledger_is_not_made_anew_by_the_history(operator: Any) -> None:
    """The call is refused, its line waits beside the ledger, and `rebuild` keeps both."""
    operator.drop("o.csv", GOOD)
    operator.call("run")
    (operator.outbox / LEDGER).rename(operator.folder / "lost")
    for kind in ("-wal", "-shm"):
        (operator.outbox / f"{LEDGER}{kind}").unlink(missing_ok=True)

    assert operator.call("run").exit_code == 2
    assert not (operator.outbox / LEDGER).exists()
    operator.call("rebuild")

    assert [call["exit_code"] for call in calls(operator)] == [2]


def test_a_ledger_that_is_rebuilt_keeps_the_history(operator: Any) -> None:
    """As long as the old one can be read."""
    operator.drop("o.csv", GOOD)
    operator.call("run")
    assert operator.call("rebuild").exit_code == 0

    assert [call["exit_code"] for call in calls(operator)] == [0]


def test_one_run_tells_its_causes(operator: Any) -> None:
    """With the calls that worked on it."""
    operator.drop("o.csv", GOOD + "0002,ACME,2026-06-10,Jo,DEMO-002,ten\n")
    operator.call("run")
    operator.call("run")
    run = operator.runs()[-1].name

    told = operator.call("history", run).stdout

    assert "o.csv: 1 created, 1 invalid" in told
    assert "ten is not a number" in told
    assert len(calls(operator, run)) == 1
    assert operator.call("history", "20200101-000000-000").exit_code == 2


def test_a_call_that_is_killed_has_a_line_without_an_end(operator: Any) -> None:
    """It was begun before anything else."""
    operator.drop("o.csv", GOOD)
    operator.clarus.conditions.latency_seconds = 30.0
    with subprocess.Popen([sys.executable, "-m", "pipeline", "run", "-q"], env=environment()) as process:
        until = time.monotonic() + 30
        while not list(operator.outbox.glob("2*")) and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()

    [call] = calls(operator)

    assert (call["command"], call["exit_code"], call["ended"]) == ("run", None, None)
