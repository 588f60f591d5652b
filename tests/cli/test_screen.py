"""What the screen says: results on standard output, everything else on standard error, and never a traceback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]

ORDERS = "order_reference,account_code,expected_date_of_dispatch,priority,product_code,quantity"
GOOD = "A1,ACME,2026-06-10,5,DEMO-002,1"
BAD = "A2,ACME,2026-06-10,2000,DEMO-002,1\nA2,,,,DEMO-002,2"
WRONG = "A2,ACME,2026-06-10,2000,DEMO-002,1,\nA2,,,,DEMO-002,2,"


@pytest.fixture
def orders(tmp_path: Path) -> Callable[..., Path]:
    """Writes orders.csv of these lines."""

    def write(*lines: str, heading: str = ORDERS) -> Path:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join((heading, *lines, "")), encoding="utf-8")
        return path

    return write


def test_errors_name_file_row_and_column(called: Command, orders: Callable[..., Path]) -> None:
    """The one wrong row is told; the other row of its order, which waits for it, is only counted."""
    orders(GOOD, BAD)

    result = called("run", "--sandbox", "orders.csv")

    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "orders.csv  orders  3 rows  1 created, 2 invalid",
        "",
        "Errors",
        "  orders.csv row 3, priority: 2000 is not between 1 and 99 (a Clarus limit)",
    ]
    assert lines[-2].startswith("Results: outbox/")
    assert lines[-1] == "Correct and drop in again: orders.failed.xlsx"


def test_what_goes_on_unasked_is_not_for_correcting(called: Command, orders: Callable[..., Path]) -> None:
    """Rows that the run did not reach wait for the next one; nobody is told to correct what is right."""
    path = orders(GOOD)
    config = path.with_name("clarus.toml")
    # A port on which nobody listens.
    config.write_text(
        '[clarus]\nbase_url = "http://127.0.0.1:9"\nsubdomain = "x"\nclient_id = "x"\nclient_secret_file = "secret"\n'
        "give_up_seconds = 0.2\nretry_wait_seconds = 0.1\n"
    )
    path.with_name("secret").write_text("x")

    result = called("run", "orders.csv")

    assert result.returncode == 3
    assert "Could not finish: " in result.stdout
    assert "Unfinished: 1 row, for the next run or retry" in result.stdout
    assert "Correct" not in result.stdout


def test_check_lists_every_row_when_asked(called: Command, orders: Callable[..., Path]) -> None:
    """One cause in twelve orders is one line; with -v each row that somebody has to correct has its own."""
    orders(*(WRONG.replace("A2", f"B{number}") for number in range(12)))

    short, long = called("check", "orders.csv"), called("check", "-v", "orders.csv")

    assert " rows 2, 4, 6, 8, 10 and 7 more, priority: " in short.stdout
    told = [line for line in long.stdout.splitlines() if "priority: 2000" in line]
    assert [line.split(",")[0].split()[-1] for line in told] == [str(row) for row in range(2, 25, 2)]


def test_columns_that_are_not_sent_are_one_line(called: Command, orders: Callable[..., Path]) -> None:
    """A wide export does not bury its errors; with -v every column is told."""
    odd = [f"house column {letter}" for letter in "abcdef"]
    orders(f"{GOOD},1,1,1,1,1,1", heading=",".join((ORDERS, *odd)))

    short, long = called("check", "orders.csv"), called("check", "-v", "orders.csv")

    [line] = [line for line in short.stdout.splitlines() if "house" in line]
    assert "6 columns (house column a, house column b, house column c and 3 more): not sent" in line
    assert sum("house" in line for line in long.stdout.splitlines()) == 6


def test_check_tells_errors_before_warnings(called: Command, orders: Callable[..., Path]) -> None:
    """With the counts before them; nothing is written."""
    path = orders(f"{GOOD},x", WRONG, heading=f"{ORDERS},house column")

    result = called("check", "orders.csv")

    assert (result.returncode, result.stderr) == (1, "")
    told = [line for line in result.stdout.splitlines() if line]
    assert told[0] == "orders.csv  orders  3 rows  2 orders, 1 error"
    assert [told.index(title) for title in ("Errors", "Warnings")] == [1, 3]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("words", [["run", "--sandbox"], ["check"], ["run", "--sandbox", "-q"]], ids=" ".join)
def test_json_is_one_object_and_nothing_else(words: list[str], called: Command, orders: Callable[..., Path]) -> None:
    """Programs read standard output whole."""
    orders(GOOD, BAD)

    result = called(*words, "--json", "orders.csv")

    assert json.loads(result.stdout)["exit_code"] == result.returncode == 1


def test_quiet_is_silent_when_all_went_well(called: Command, orders: Callable[..., Path]) -> None:
    """A cron job that mails what is printed mails nothing."""
    orders(GOOD)

    result = called("run", "--sandbox", "-q", "orders.csv")

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_quiet_tells_errors(called: Command, orders: Callable[..., Path]) -> None:
    """And where the results are, but no ordinary warnings and no counts."""
    orders(f"{GOOD},x", WRONG, heading=f"{ORDERS},account_product_code")

    result = called("run", "--sandbox", "-q", "orders.csv")

    assert result.stdout.startswith("Errors\n  orders.csv row 3, priority")
    assert "account_product_code" not in result.stdout


def test_quiet_tells_what_is_not_sent_because_nobody_knows_it(called: Command, orders: Callable[..., Path]) -> None:
    """Once per file, also where all went well: a column that was meant to be sent would be lost every night."""
    orders(f"{GOOD},x,y", f"{GOOD.replace('A1', 'A2')},x,y", heading=f"{ORDERS},house column,our mark")

    result = called("run", "--sandbox", "-q", "orders.csv")

    assert result.returncode == 0
    assert result.stdout.startswith(
        "Warnings\n  orders.csv, 2 columns (house column, our mark): not sent: no such column"
    )
    assert result.stdout.count("house column") == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run"], 2, "Clarus cannot be reached yet. Missing"),
        (["run", "nowhere.csv"], 2, "there is no file nowhere.csv"),
        (["run", "--sandbox", "notes.pdf"], 2, "only .csv"),
        (["run", "--config", "nowhere.toml"], 2, "nowhere.toml cannot be read"),
        (["run", "--sandbox", "--concurrency", "0"], 2, "--concurrency"),
        (["retry", "--sandbox", "yesterday"], 2, "there is no run yesterday"),
        (["fields", "ordres"], 2, "did you mean orders?"),
        (["template", "orders", "-o", "orders.doc"], 2, "a template is a .csv or an .xlsx file"),
        (["sandbox", "--journal", "."], 2, "the journal . cannot be read"),
        (["sandbox", "--host", "203.0.113.1"], 2, "listens on loopback only, not on 203.0.113.1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence(words: list[str], code: int, said: str, called: Command, tmp_path: Path) -> None:
    """On standard error, with the exit code of its kind."""
    (tmp_path / "notes.pdf").write_text("")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "orders.csv").write_text(f"{ORDERS}\n{GOOD}\n")

    result = called(*words)

    assert (result.returncode, result.stdout) == (code, "")
    assert said in result.stderr
    assert result.stderr.startswith("clarus-batch: ")
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_read_is_named_once(called: Command, tmp_path: Path) -> None:
    """The others go on."""
    (tmp_path / "broken.csv").write_text("no,heading\nthat,we know\n")
    (tmp_path / "orders.csv").write_text(f"{ORDERS}\n{GOOD}\n")

    result = called("run", "--sandbox", "broken.csv", "orders.csv")

    assert result.returncode == 1
    assert "orders.csv  orders  1 row  1 created" in result.stdout
    assert "  broken.csv: no heading of a known record type" in result.stdout
