"""Every bad file has one right outcome, which lies beside it in `<name>.expected.json`.

`pytest tests/corpus --rewrite-expected` writes what comes out now; read the difference before it is committed.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.corpus.workbooks import WORKBOOKS

HERE = Path(__file__).parent
STATUS_COLUMNS = ["clarus_status", "clarus_id", "clarus_line_id", "clarus_error"]
TEXTS = sorted(path.name for path in (HERE / "text").iterdir() if path.suffix in (".csv", ".txt", ".tsv"))
EVERYTHING = [*TEXTS, *WORKBOOKS]

Outcome = dict[str, Any]


@pytest.fixture
def sample(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of the corpus in an empty folder, with the configuration that belongs to it."""
    name: str = request.param
    monkeypatch.chdir(tmp_path)
    stored = beside(name, ".toml")
    if stored.exists():
        shutil.copy(stored, "clarus.toml")
    if name in WORKBOOKS:
        WORKBOOKS[name](tmp_path / name)
    else:
        shutil.copy(HERE / "text" / name, name)
    return Path(name)


@pytest.mark.parametrize("sample", EVERYTHING, indirect=True)
def test_each_file_has_its_one_outcome(sample: Path, request: pytest.FixtureRequest) -> None:
    """Problems with row, column, value and hint, the status of each row, and the exit codes are as expected."""
    expected = beside(sample.name, ".expected.json")

    outcome = outcome_of(sample)

    if request.config.getoption("rewrite_expected"):
        expected.write_text(as_text(outcome), encoding="utf-8")
    assert as_text(outcome) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", EVERYTHING, indirect=True)
def test_rows_in_are_rows_out(sample: Path) -> None:
    """The results have the input's rows and columns, to the letter; statuses add up; blank rows have none."""
    before = grids(sample)
    summary = run(sample)

    after = grids(next(iter(Path("outbox").glob(f"*/*.results{sample.suffix}")), None))

    told = {file["sheet"]: file for file in summary["files"] if "rows" in file}
    assert set(told) <= set(after)
    assert bool(after) == bool(told)
    for sheet, rows in after.items():
        heading, statuses = statuses_of(rows)
        if sheet in told:
            assert count(statuses.values()) == told[sheet]["statuses"]
            assert sum(told[sheet]["statuses"].values()) == told[sheet]["rows"]
            assert all(any(filled(rows[row], heading)) for row in statuses)
        assert without_statuses(rows) == without_statuses(before[sheet])
    assert sum(file["rows"] for file in told.values()) == summary["rows"] == sum(summary["statuses"].values())


def test_nothing_is_expected_of_files_that_are_gone() -> None:
    """Each expectation, and each configuration, belongs to a file."""
    stems = {Path(name).stem for name in EVERYTHING}

    stored = {path.name.partition(".")[0] for path in [*HERE.glob("*/*.json"), *HERE.glob("*/*.toml")]}

    assert stored == stems | stored
    assert stored <= stems


def beside(name: str, suffix: str) -> Path:
    """What lies beside a file of the corpus."""
    folder = "workbooks" if name in WORKBOOKS else "text"
    return HERE / folder / f"{Path(name).stem}{suffix}"


def outcome_of(file: Path) -> Outcome:
    """What `check` and a run against the sandbox make of a file."""
    checked = call("check", "--json", str(file))
    summary = run(file)
    folder = Path("outbox", summary["run"])
    with (folder / "issues.csv").open(encoding="utf-8-sig", newline="") as issues:
        problems = [{key: value for key, value in line.items() if key != "file" and value} for line in csv.DictReader(issues)]
    return {
        "exit_codes": {"check": checked["exit_code"], "run": summary["exit_code"]},
        "statuses": {
            file["sheet"] or file["file"]: file["statuses"] if "rows" in file else file["error"]
            for file in summary["files"]
        },
        "problems": problems,
        "causes": [cause_in_words(cause) for cause in summary["causes"]],
    }


def cause_in_words(cause):
    return cause["message"] + str(cause["rows"]) + str(cause["examples"])
