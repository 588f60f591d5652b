"""The demo: the first thing that anybody sees of the program."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl

Command = Callable[..., subprocess.CompletedProcess[str]]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def newest_run(outbox: Path) -> Path:
    return max(path for path in outbox.iterdir() if path.is_dir())


def test_the_samples_show_what_can_happen_to_a_row(called: Command, tmp_path: Path) -> None:
    """Rows that get their ids, one that was there before, wrong ones, and an order that waits for its product."""
    result = called("demo")

    assert (result.returncode, result.stderr) == (1, "")
    run = newest_run(tmp_path / "clarus-demo" / "outbox")
    orders = {row["order_reference"]: row for row in rows_of(run / "orders.results.csv") if row["account_code"]}
    assert orders["SO-1001"]["clarus_status"] == "created"
    assert orders["SO-1001"]["clarus_id"].isdigit()
    assert orders["SO-1002"]["clarus_error"].startswith("priority: 2000 is not between 1 and 99")
    assert orders["SO-2002"]["clarus_status"] == "blocked"
    assert "products.csv row 9" in orders["SO-2002"]["clarus_error"]
    products = Counter(row["clarus_status"] for row in rows_of(run / "products.results.csv"))
    assert products == {"created": 7, "exists": 1, "invalid": 1}


def test_the_demo_can_be_run_again(called: Command, tmp_path: Path) -> None:
    """It says so, and posts nothing twice."""
    called("demo")

    result = called("demo")

    assert result.returncode == 1
    assert "The demo has run here before" in result.stdout
    statuses = json.loads((newest_run(tmp_path / "clarus-demo" / "outbox") / "summary.json").read_text())["statuses"]
    assert statuses["created"] == 0
    assert statuses["exists"] > 10


def test_what_it_says_to_try_next_works(called: Command, tmp_path: Path) -> None:
    """Corrected cells of the failed file, dropped in again, are all that is sent."""
    result = called("demo")
    copy, run = (line.split() for line in result.stdout.splitlines()[-2:])
    failed = tmp_path / copy[1]
    assert copy[0] == "cp"

    book = openpyxl.load_workbook(failed)
    for cell in (cell for row in book["orders"].iter_rows() for cell in row):
        cell.value = {"2000": "20", "UK": "GB"}.get(cell.value, cell.value)
    book.save(tmp_path / copy[2] / failed.name)
    again = called(*run[run.index("run") :])

    assert again.returncode == 1
    results = openpyxl.load_workbook(
        newest_run(tmp_path / "clarus-demo" / "outbox") / "orders.failed.results.xlsx", read_only=True
    )
    heading, *rows = results["orders"].values
    created = {row[0] for row in rows if row[heading.index("clarus_status")] == "created"}
    assert created == {"SO-1002", "SO-1004"}


def test_a_folder_of_somebody_else_is_left_alone(called: Command, tmp_path: Path) -> None:
    """Files that wait in a real inbox are not for the sandbox."""
    inbox = tmp_path / "warehouse" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "orders.csv").write_text("order_reference\nA1\n")

    result = called("demo", "--dir", "warehouse")

    assert result.returncode == 2
    assert "name another folder with --dir" in result.stderr
    assert [path.name for path in inbox.iterdir()] == ["orders.csv"]
