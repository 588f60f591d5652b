"""`ping` says whether a run could begin, thing by thing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from pipeline.runs.lock import holding
from pipeline.runs.readiness import clock


def checks(operator: Any) -> tuple[int, dict[str, tuple[bool, str]]]:
    called = operator.call("ping", "--json")
    told = json.loads(called.stdout)
    assert told["exit_code"] == called.exit_code
    return called.exit_code, {each["check"]: (each["ok"], each["message"]) for each in told["checks"]}


def test_all_is_well(operator: Any) -> None:
    """Each thing in its line, and no record is made."""
    code, found = checks(operator)

    assert code == 0
    assert list(found) == ["configuration", "credentials", "tenant", "clock", "disk", "lock"]
    assert all(ok for ok, _ in found.values())
    assert "agrees" in found["clock"][1]
    assert operator.posts() == 0


def test_missing_credentials_are_2_and_the_rest_is_still_looked_at(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody corrects one thing only to hear of the next."""
    monkeypatch.delenv("CLARUS_CLIENT_SECRET")

    code, found = checks(operator)

    assert code == 2
    assert (found["credentials"][0], found["disk"][0], found["lock"][0]) == (False, True, True)


def test_refused_credentials_are_3(operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what Clarus says of them, and never the secret."""
    monkeypatch.setenv("CLARUS_CLIENT_SECRET", "not-the-secret")

    code, found = checks(operator)

    assert (code, found["credentials"][0]) == (3, False)
    assert "not-the-secret" not in str(found)


def test_clarus_out_of_reach_is_3(operator: Any) -> None:
    """Within the patience of a ping, not that of a run."""
    operator.clarus.stop()

    code, found = checks(operator)

    assert (code, found["tenant"][0]) == (3, False)


def test_a_wrong_configuration_is_2(operator: Any) -> None:
    """The key is named."""
    (operator.folder / "clarus.toml").write_text("no_such_key = 1", encoding="utf-8")

    code, found = checks(operator)

    assert code == 2
    assert "no_such_key" in found["configuration"][1]


def test_a_run_under_way_is_no_fault(operator: Any) -> None:
    """The line says that the outbox is held."""
    operator.outbox.mkdir()
    with holding(operator.outbox):
        code, found = checks(operator)

    assert code == 0
    assert "another run holds" in found["lock"][1]


def test_an_outbox_that_cannot_be_written_to_is_3(operator: Any) -> None:
    """A file where the folder should be."""
    operator.outbox.write_text("in the way", encoding="utf-8")

    code, found = checks(operator)

    assert (code, found["disk"][0]) == (3, False)


def test_clocks_that_disagree_are_told_with_the_difference() -> None:
    """Which clock is ahead, and by how much; it stops no run."""
    said = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)

    check = clock(said)

    assert check.is_well
    assert "ahead of that of Clarus" in check.words
    assert clock("nonsense").is_well
