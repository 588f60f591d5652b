"""Webhooks and pings: what they hear, and that no trouble with them is the run's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hooks import Hooks

from pipeline.runs.lock import holding

ROOT = Path(__file__).parents[2]
GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
BAD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\nA2,,GB,N1 1AA\n"


def configure(operator: Any, hooks: Hooks, more: str = "", webhook: bool = True, ping: bool = True) -> None:
    """Name both in files that are the operator's alone."""
    lines = ["[notify]"]
    for name, is_wanted in (("webhook", webhook), ("ping", ping)):
        if is_wanted:
            file = operator.folder / f"{name}.url"
            file.write_text(f"{hooks.url}/t0psecret/{name}\n")
            file.chmod(0o600)
            lines.append(f'{name}_url_file = "{file.name}"')
    operator.configure(sections="\n".join([*lines, more, ""]))


def test_a_webhook_hears_the_summary(operator: Any) -> None:
    """As JSON: exit code, rows, statuses, and the summaries of the runs as they stand in their folders."""
    with Hooks() as hooks:
        configure(operator, hooks, ping=False)
        operator.drop("customers.csv", BAD)
        called = operator.call("run")

    [heard] = hooks.heard
    told = json.loads(heard.body)
    assert (called.exit_code, called.stderr) == (1, "")
    assert (heard.method, heard.path, heard.content_type) == (
        "POST",
        "/t0psecret/webhook",
        "application/json; charset=utf-8",
    )
    assert (told["exit_code"], told["rows"], told["statuses"]) == (1, 2, {"created": 1, "invalid": 1})
    assert told["runs"] == [operator.summary()]
    assert told["text"] == "clarus-batch run: 1 row needs someone"


def test_a_ping_says_that_it_begins_and_how_it_ended(operator: Any) -> None:
    """Each time: `/start`, then the address itself, or `/fail`."""
    with Hooks() as hooks:
        configure(operator, hooks, webhook=False)
        operator.call("run")
        operator.drop("customers.csv", BAD)
        operator.call("run")

    ping = "GET /t0psecret/ping"
    assert hooks.requests == [f"{ping}/start", ping, f"{ping}/start", f"{ping}/fail"]


@pytest.mark.parametrize(
    ("variable", "value", "exit_code"),
    [("CLARUS_CLIENT_ID", "", 2), ("CLARUS_BASE_URL", "http://127.0.0.1:9", 3)],
)
def test_a_call_that_ends_early_is_told_too(
    operator: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, exit_code: int
) -> None:
    """Whatever the exit code, once the configuration could be read."""
    monkeypatch.setenv(variable, value)
    with Hooks() as hooks:
        configure(operator, hooks)
        operator.drop("customers.csv", GOOD)
        called = operator.call("run")

    told = [json.loads(heard.body) for heard in hooks.heard if heard.method == "POST"]
    assert called.exit_code == exit_code, called.output
    assert [each["exit_code"] for each in told] == [exit_code]
    assert "GET /t0psecret/ping/fail" in hooks.requests


def test_a_crowded_call_is_told_too(operator: Any) -> None:
    """Exit code 4: another run holds the outbox."""
    operator.outbox.mkdir()
    with Hooks() as hooks, holding(operator.outbox):
        configure(operator, hooks, ping=False)
        called = operator.call("run")

    [heard] = hooks.heard
    told = json.loads(heard.body)
    assert called.exit_code == told["exit_code"] == 4
    assert "another run holds" in told["message"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_refusal_is_a_warning_without_the_address(operator: Any, status: int) -> None:
    """Nobody is led elsewhere, and the exit code is the run's own."""
    with Hooks(status) as hooks:
        configure(operator, hooks, 'on = "always"')
        operator.drop("customers.csv", GOOD)
        called = operator.call("run")

    assert called.exit_code == 0
    assert sorted(called.stderr.splitlines()) == [
        f"warning: the ping was refused: the answer was {status}",
        f"warning: the webhook was refused: the answer was {status}",
    ]
    assert not any("elsewhere" in request for request in hooks.requests)


def test_those_who_hang_are_not_waited_for(operator: Any) -> None:
    """Ten seconds for all of them together."""
    with Hooks(hangs=True) as hooks:
        configure(operator, hooks, 'on = "always"')
        began = time.monotonic()
        called = operator.call("run")
        took = time.monotonic() - began

    assert called.exit_code == 0
    assert "the webhook was not answered in time" in called.stderr
    assert "the ping was not answered in time" in called.stderr
    assert took < 15


@pytest.mark.parametrize("text", ["", "ftp://x.example/y", "https://", "no address\nat all", None])
def test_a_file_without_an_address_is_a_warning(operator: Any, text: str | None) -> None:
    """It names the key and the file, never what is in it."""
    file = operator.folder / "hook.url"
    if text is not None:
        file.write_text(text)
        file.chmod(0o600)
    operator.configure(sections='[notify]\non = "always"\nwebhook_url_file = "hook.url"\n')

    called = operator.call("run")

    assert called.exit_code == 0
    assert "warning: the webhook was not sent: webhook_url_file" in called.stderr
    assert "x.example" not in called.stderr


def test_a_secret_that_others_may_read_is_a_warning(operator: Any) -> None:
    """Of every file that the configuration names; one that is the owner's alone is none."""
    with Hooks() as hooks:
        configure(operator, hooks)
        (operator.folder / "ping.url").chmod(0o644)
        called = operator.call("run")

    assert called.exit_code == 0
    assert "notify.ping_url_file" in called.stderr
    assert "can be read by others: chmod 600" in called.stderr
    assert "webhook" not in called.stderr


def test_a_run_that_is_stopped_tells_and_ends_soon(operator: Any) -> None:
    """Also where nobody answers."""
    with Hooks(hangs=True) as hooks:
        configure(operator, hooks)
        operator.clarus.conditions.latency_seconds = 30
        operator.drop("customers.csv", GOOD)
        running = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "run"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        until = time.monotonic() + 30
        while not operator.runs() and time.monotonic() < until:
            time.sleep(0.05)
        running.terminate()
        stopped_at = time.monotonic()
        running.communicate(timeout=30)
        took = time.monotonic() - stopped_at

    assert running.returncode == 3
    assert took < 10  # 5 for the run itself, and 2 for telling
    assert any(request.startswith("POST") for request in hooks.requests)
