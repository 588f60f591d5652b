"""Figures for Prometheus, whatever becomes of a run."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
BAD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\nA2,,GB,N1 1AA\n"
SECTION = '[metrics]\ntextfile = "collected/clarus.prom"\n'
_P = "clarus_batch_"


def read(operator: Any) -> dict[str, float]:
    """The samples of the file; every line of it is one, or a comment."""
    text = (operator.folder / "collected" / "clarus.prom").read_text(encoding="utf-8")
    samples = {}
    for line in text.splitlines():
        if not line.startswith(("# HELP ", "# TYPE ")):
            found = re.fullmatch(r'(clarus_batch_[a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) ([0-9.e+]+)', line)
            assert found, line
            samples[found[1]] = float(found[2])
    return samples


def configure(operator: Any, section: str = SECTION) -> None:
    (operator.folder / "collected").mkdir(exist_ok=True)
    operator.configure(sections=section)


def test_the_figures_are_those_of_the_last_call(operator: Any) -> None:
    """Rows by status, times, exit code, requests; readable for their collector, whatever the umask."""
    configure(operator)
    operator.drop("customers.csv", BAD)
    before = os.umask(0o077)
    try:
        operator.call("run")
    finally:
        os.umask(before)

    samples = read(operator)
    [path] = (operator.folder / "collected").iterdir()
    assert {name.partition("{")[0].removeprefix(_P) for name in samples} == {
        "rows",
        "last_run_timestamp_seconds",
        "last_success_timestamp_seconds",
        "exit_code",
        "owed_rows",
        "seconds",
        "requests_total",
    }
    assert samples[f'{_P}rows{{status="created"}}'] == samples[f'{_P}rows{{status="invalid"}}'] == 1
    assert samples[f'{_P}rows{{status="pending"}}'] == 0
    assert (samples[f"{_P}exit_code"], samples[f"{_P}owed_rows"]) == (1, 0)
    assert samples[f"{_P}last_success_timestamp_seconds"] == 0
    assert abs(samples[f"{_P}last_run_timestamp_seconds"] - path.stat().st_mtime) < 5
    assert samples[f"{_P}requests_total"] == operator.summary()["requests"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_last_success_survives_runs_that_fail(operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is owed is counted until it is done."""
    configure(operator)
    operator.drop("customers.csv", GOOD)
    assert operator.call("run").exit_code == 0
    good = read(operator)
    monkeypatch.setenv("CLARUS_BASE_URL", "http://127.0.0.1:9")
    operator.drop("customers.csv", GOOD.replace("A1", "A3"))
    assert operator.call("run").exit_code == 3

    failed = read(operator)
    assert good[f"{_P}last_success_timestamp_seconds"] == good[f"{_P}last_run_timestamp_seconds"]
    assert failed[f"{_P}last_success_timestamp_seconds"] == good[f"{_P}last_success_timestamp_seconds"]
    assert failed[f"{_P}last_run_timestamp_seconds"] > good[f"{_P}last_run_timestamp_seconds"]
    assert (failed[f"{_P}exit_code"], failed[f"{_P}owed_rows"]) == (3, 1)
    assert failed[f"{_P}requests_total"] >= good[f"{_P}requests_total"]


def test_a_call_that_is_refused_is_counted_too(operator: Any) -> None:
    """Exit code 2, once the configuration could be read."""
    configure(operator)

    assert operator.call("run", "nowhere.csv").exit_code == 2

    assert read(operator)[f"{_P}exit_code"] == 2


def test_each_profile_has_its_label(operator: Any) -> None:
    """The collector refuses all files where two of them have the same figure."""
    configure(operator, f'[profiles.acme]\nunsent_columns = "ignore"\n{SECTION}')

    operator.call("run", "--profile", "acme")

    assert read(operator)[f'{_P}exit_code{{profile="acme"}}'] == 0
    assert f'{_P}rows{{profile="acme",status="created"}}' in read(operator)


def test_a_file_that_cannot_be_written_is_a_warning(operator: Any) -> None:
    """The exit code is the run's own; what lies there stays, if it is no file of ours."""
    (operator.folder / "collected").mkdir()
    (operator.folder / "collected" / "clarus.prom").mkdir()
    operator.configure(sections=SECTION)

    called = operator.call("run")

    assert called.exit_code == 0
    assert "warning: the metrics" in called.stderr
    assert Path("collected/clarus.prom").is_dir()
