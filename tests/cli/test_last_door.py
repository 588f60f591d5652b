"""What nobody has foreseen still ends as a sentence and an exit code."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from pipeline.cli import _Command


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
