"""Help that reads well, and is there at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from pipeline.cli import main

COMMANDS = list(main.commands)
# What a command works with; `--help` has no need of it.
HEAVY = ("pandas", "pandera", "numpy", "pyarrow", "httpx", "pydantic", "openpyxl", "graphql", "rich", "uvicorn")


def options() -> Iterator[tuple[str, click.Option]]:
    for name, command in main.commands.items():
        yield from ((name, param) for param in command.params if isinstance(param, click.Option))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    """The first line is a sentence, whole in the list of commands as well."""
    listed = CliRunner().invoke(main, ["--help"], terminal_width=100).output
    shown = CliRunner().invoke(main, [command, "--help"]).output

    first = main.commands[command].get_short_help_str(limit=200)

    assert first.rstrip(".") in " ".join(listed.split())
    assert shown.startswith(f"Usage: main {command}")


@pytest.mark.parametrize(("command", "option"), list(options()), ids=lambda value: getattr(value, "name", value))
def test_every_option_says_what_it_does(command: str, option: click.Option) -> None:
    """A sentence with a full stop."""
    assert option.help, f"{command} {option.opts[0]} says nothing"
    assert option.help[0].isupper()
    assert option.help.endswith(".")


def test_the_exit_codes_are_in_the_help() -> None:
    """Whoever writes the cron line finds them there."""
    shown = " ".join(CliRunner().invoke(main, ["--help"]).output.split())

    assert all(f"{code} " in shown for code in range(5))


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]], ids=" ".join)
def test_help_is_there_at_once(words: list[str]) -> None:
    """Nothing heavy is imported for it: a second of waiting would be pandas alone."""
    code = (
        "import sys\n"
        "from pipeline.cli import main\n"
        f"sys.argv = ['clarus-batch', *{words!r}]\n"
        "try: main()\n"
        f"except SystemExit: print('LOADED', *sorted(set(sys.modules) & {set(HEAVY)!r}))\n"
    )

    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout

    assert output.rstrip().endswith("LOADED")


def test_a_wrong_word_is_a_usage_error() -> None:
    """Exit code 2, as for every mistake in the call."""
    result = CliRunner().invoke(main, ["rnu"])

    assert result.exit_code == 2
    assert "No such command 'rnu'" in result.output
