"""What is written on the screen: never a failure of the run, and nothing in it that moves a cursor."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
import textwrap
from contextlib import suppress
from typing import TextIO

import click

# What the screen has shown already, and a log file has not.
TOLD = logging.getLogger("clarus-batch")
TOLD.addHandler(logging.NullHandler())  # else logging would show its warnings once more, where there is no log

# Line feeds, escape sequences, and marks that turn the direction of what follows: in names of files, and in cells.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STYLED = re.compile(r"\x1b\[[0-9;]*m")


def harmless(text: str) -> str:
    """Show characters that a terminal obeys, and bytes that are no text, as what they are: `\\x1b`, `\\n`."""
    return _HARMFUL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def prepare() -> None:
    """Make sure that a character which the terminal lacks is replaced, and ends no run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def has_colours() -> bool | None:
    """False where the person or the terminal wants none; None: where a terminal shows them."""
    return False if os.environ.get("NO_COLOR") or is_dumb() else None


def is_dumb() -> bool:
    """Whether the terminal understands no escape sequences."""
    return os.environ.get("TERM") == "dumb"


def tell(text: str, err: bool = False) -> None:
    """Write lines; on a terminal, long ones are broken between words.

    Where nobody can read them (a closed pipe, a full disk), they are lost; the run and its exit code are not.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is None:
        return
    try:
        if stream.isatty():
            text = wrapped(text, _width(stream))
        click.echo(text, file=stream)
    except (OSError, ValueError):
        _silence(stream)


def warn(text: str) -> None:
    """Write a line about something that a person should look at, whatever is in it; it is logged as well."""
    shown = harmless(text)
    tell(shown, err=True)
    TOLD.warning("%s", shown)


def wrapped(text: str, width: int) -> str:
    """Break lines between words; a word that is longer than a line, as a path may be, stays whole."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    if len(_STYLED.sub("", line)) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
        expand_tabs=False,
        replace_whitespace=False,
    )


def _width(stream: TextIO) -> int:
    with suppress(OSError):
        if columns := os.get_terminal_size(stream.fileno()).columns:
            return columns
    return 80


def _silence(stream: TextIO) -> None:
    """Let what is still in the buffer go nowhere, or Python complains at the end, and changes the exit code."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
