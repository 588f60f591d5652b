"""What a person sees of a run: a moving display on a terminal, plain lines elsewhere, results on standard output."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipeline.outcomes import Status
from pipeline.progress import Progress

_EVERY = 10.0  # seconds between plain lines about the same record type


class Lines:
    """Plain lines on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._what, self._total = "", 0
        self._counts: Counter[Status] = Counter()
        self._said_at = time.monotonic()

    def say(self, message: str) -> None:
        """Write a line."""
        if not self._quiet:
            click.echo(message, err=True)

    def begin(self, what: str, total: int) -> None:
        """Tell how the last went, and begin the next."""
        self.end()
        self._what, self._total, self._counts = what, total, Counter()
        self._said_at = time.monotonic()

    def ended(self, status: Status) -> None:
        """Count one, and now and then tell how far it is."""
        self._counts[status] += 1
        if time.monotonic() - self._said_at > _EVERY:
            self._said_at = time.monotonic()
            self.say(f"{self._what}: {self._counts.total()} of {self._total} ({_words(self._counts)})")

    def end(self) -> None:
        """Tell how the last went."""
        if self._what and self._what != "reading" and self._total:
            self.say(f"{self._what}: {_words(self._counts) or 'none went on'}")
        self._what = ""


class Bars:
    """A moving display on the terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._console = Console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=self._console,
        )
        self._counts: Counter[Status] = Counter()
        self._began = time.monotonic()
        self._bar.start()

    def say(self, message: str) -> None:
        """Write a line above the display."""
        self._console.print(message, markup=False, highlight=False)  # brackets in a customer's text are no markup

    def begin(self, what: str, total: int) -> None:
        """Add a bar."""
        self._counts, self._began = Counter(), time.monotonic()
        self._task = self._bar.add_task(what, total=total, rate="", counts="")

    def ended(self, status: Status) -> None:
        """Move the bar."""
        self._counts[status] += 1
        seconds = time.monotonic() - self._began
        rate = f"{self._counts.total() / seconds:,.0f}/s" if seconds > 1 else ""
        counts = "" if status is Status.READY else _words(self._counts)
        self._bar.update(self._task, advance=1, rate=rate, counts=counts)

    def end(self) -> None:
        """Leave the display as it is."""
        self._bar.stop()


@contextmanager
def watching(quiet: bool, verbose: int) -> Iterator[Progress]:
    """Show a run as it goes on."""
    logging.basicConfig(
        stream=sys.stderr,
        level=(logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)],
        format="%(asctime)s %(message)s",
    )
    # What travels holds customers' addresses: the libraries that carry it must not log it.
    for library in ("httpx", "httpcore", "asyncio", "stamina"):
        logging.getLogger(library).setLevel(logging.WARNING)
    shown = Bars() if sys.stderr.isatty() and not quiet else Lines(quiet)
    try:
        yield shown
    finally:
        shown.end()


def _words(counts: Counter[Status]) -> str:
    return ", ".join(f"{counts[status]:,} {status}" for status in Status if counts[status])
