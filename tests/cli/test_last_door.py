"""What nobody has foreseen still ends as a sentence and an exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from click.testing import CliRunner

from pipeline.cli.command import Command
from pipeline.results.write import write_results
from pipeline.runs import closing as finish


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("x"), "This is a fault of clarus-batch, not of your files"),
        (OSError(28, "No space left on device", "outbox/run"), "outbox/run: No space left on device"),
        (KeyboardInterrupt(), "stopped"),
    ],
)
@pytest.mark.parametrize("verbose", [0, 2])
def test_no_traceback_that_nobody_asked_for(error: BaseException, said: str, verbose: int) -> None:
    """Exit code 3: the run could not finish. With -v -v the traceback of a fault is there."""

    @click.command(cls=Command)
    @click.option("-v", "--verbose", count=True)
    def failing(verbose: int) -> None:
        raise error

    result = CliRunner().invoke(failing, ["-v"] * verbose)

    assert result.exit_code == 3
    assert said in result.stderr
    assert ("Traceback" in result.stderr) == (verbose == 2 and isinstance(error, Exception))


def test_one_file_whose_results_cannot_be_written_costs_the_others_nothing(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends with 3, the other files have their results, and the next run writes what is missing."""
    operator.drop("a.csv", "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n")
    operator.drop("b.csv", "code,name,country,postcode\nB1,Bob,GB,N1 1AB\n")

    def failing(source: Path, *rest: Any) -> list[Path]:
        if source.name == "a.csv":
            raise OSError(28, "No space left on device", str(source))
        return write_results(source, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(finish, "write_results", failing)
        stopped = operator.call("run")
    [folder] = operator.runs()
    written = {path.name for path in folder.glob("*.results.csv")}
    ended = operator.call("run")

    assert (stopped.exit_code, ended.exit_code) == (3, 0), ended.output
    assert "No space left on device" in stopped.stderr
    assert written == {"b.results.csv"}
    assert operator.statuses("a.results.csv") == operator.statuses("b.results.csv") == ["created"]
    assert operator.posts() == 2


def test_programs_hear_of_a_mistake_too(operator: Any) -> None:
    """With --json there is an object on standard output whatever happens."""
    result = operator.call("run", "--json", "nowhere.csv")

    assert json.loads(result.stdout) == {"exit_code": 2, "error": "there is no file nowhere.csv"}


@pytest.mark.parametrize("words", [["run"], ["retry"]])
def test_nothing_to_do_needs_no_credentials(operator: Any, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """Exit 0, also beside a ledger that knows finished runs."""
    operator.drop("a.csv", "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n")
    assert operator.call("run").exit_code == 0
    monkeypatch.delenv("CLARUS_CLIENT_SECRET")

    assert operator.call(*words).exit_code == 0


def test_a_link_in_the_inbox_brings_what_it_points_at(operator: Any) -> None:
    """As long as that lies in the inbox too."""
    (operator.inbox / "waiting").mkdir()
    (operator.inbox / "waiting" / "there.csv").write_text("code,name,country,postcode\nA1,Ann,GB,N1 1AA\n")
    (operator.inbox / "here.csv").symlink_to("waiting/there.csv")

    result = operator.call("run")

    assert result.exit_code == 0, result.output
    assert operator.statuses("here.results.csv") == ["created"]
    assert [path.name for path in operator.inbox.iterdir()] == ["waiting"]
    assert (operator.inbox / "waiting" / "there.csv").exists()


def test_a_run_may_be_named_by_its_folder(operator: Any) -> None:
    """As the shell completes it."""
    operator.drop("a.csv", "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n")
    operator.call("run")

    assert operator.call("retry", f"outbox/{operator.runs()[-1].name}/").exit_code == 0


def test_a_workbook_that_nobody_understands_still_brings_its_rows_back(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its look, but with status, ids and errors: the records are in Clarus by then."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["customer_code", "customer_name", "own"], ["A1", "Ann", "=x"], ["A2", None, 7], ["A3", "Cat", None]):
        sheet.append(row)
    workbook.save(operator.inbox / "a.xlsx")

    def failing(*_: Any) -> None:
        raise ValueError("substring not found")

    monkeypatch.setattr("pipeline.results.workbook.write_workbook", failing)
    result = operator.call("run")

    [folder] = operator.runs()
    results, failed = (
        openpyxl.load_workbook(folder / f"a.{kind}.xlsx").worksheets[-1] for kind in ("results", "failed")
    )
    assert result.exit_code == 1, result.output
    statuses = [row[3].value for row in results.rows]
    assert statuses == ["clarus_status", "created", "invalid", "created"]
    assert [row[0].value for row in failed.rows] == ["customer_code", "A2"]
    assert results["C3"].value == 7
