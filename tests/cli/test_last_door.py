"""What nobody has foreseen still ends as a sentence and an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from pipeline import finish
from pipeline.cli import _Command
from pipeline.results import write_results


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

    @click.command(cls=_Command)
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
    operator.drop("a.csv", "code,name,address_1,postcode\nA1,Ann,1 Road,N1 1AA\n")
    operator.drop("b.csv", "code,name,address_1,postcode\nB1,Bob,2 Road,N1 1AB\n")

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
