"""What a person sees while a run goes on, on standard error: a moving display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from pipeline.progress import Progress
from pipeline.values.outcomes import Status

_EVERY = 10.0  # seconds between plain lines about the same record type
_READING = "reading"


class Lines:
    """Plain lines, of what takes long: a log that is read the next morning needs no others."""

    def __init__(self, quiet: bool, now: Callable[[], float] = time.monotonic) -> None:
        self._quiet, self._now = quiet, now
        self._what, self._total = "", 0
        self._counts: Counter[Status] = Counter()
        self._began = self._said_at = now()
        self._has_said = False

    def say(self, message: str) -> None:
        """Write a line."""
        if not self._quiet:
            click.echo(message, err=True)

    def begin(self, what: str, total: int) -> None:
        """Tell how the last went, if it took long, and begin the next."""
        self.end()
        self._what, self._total, self._counts = what, total, Counter()
        self._began = self._said_at = self._now()
        self._has_said = False

    def ended(self, status: Status) -> None:
        """Count one, and now and then tell how far it is."""
        self._counts[status] += 1
        if self._now() - self._said_at > _EVERY:
            self._said_at, self._has_said = self._now(), True
            self._tell()

    def end(self) -> None:
        """Tell how the last went, if it took long."""
        if self._has_said:
            self._tell()
        self._what, self._has_said = "", False

    def _tell(self) -> None:
        done, pace = self._counts.total(), self._counts.total() / (self._now() - self._began)
        left = f", about {_duration((self._total - done) / pace)} left" if done < self._total else ""
        counts = _in_words(self._what, self._counts)
        self.say(f"{self._what}: {done:,} of {self._total:,}, {pace:,.0f}/s{left}{counts}")


class Bars:
    """A moving display on the terminal, gone when the results are told."""

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
            transient=True,
        )
        self._counts: Counter[Status] = Counter()
        self._what, self._began = "", time.monotonic()
        self._bar.start()

    def say(self, message: str) -> None:
        """Write a line above the display."""
        self._console.print(message, markup=False, highlight=False)  # brackets in a customer's text are no markup

    def begin(self, what: str, total: int) -> None:
        """Add a bar."""
        self._what, self._counts, self._began = what, Counter(), time.monotonic()
        self._task = self._bar.add_task(what, total=total, rate="", counts="")

    def ended(self, status: Status) -> None:
        """Move the bar."""
        self._counts[status] += 1
        seconds = time.monotonic() - self._began
        rate = f"{self._counts.total() / seconds:,.0f}/s" if seconds > 1 else ""
        self._bar.update(self._task, advance=1, rate=rate, counts=_in_words(self._what, self._counts))

    def end(self) -> None:
        """Take the display away."""
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
    for library in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # the client tells why it tries again
    shown = Bars() if sys.stderr.isatty() and not quiet and not verbose else Lines(quiet)
    try:
        yield shown
    finally:
        shown.end()


def _in_words(what: str, counts: Counter[Status]) -> str:
    """The counts, where they say more than how many."""
    if what == _READING or not counts:
        return ""
    return f" ({', '.join(f'{counts[status]:,} {status}' for status in Status if counts[status])})"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
