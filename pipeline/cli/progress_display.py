"""What a person sees while a run goes on, on standard error: a moving display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.cli.screen import TOLD, harmless, is_dumb, tell, wrapped
from pipeline.progress import Progress
from pipeline.values.outcomes import Status

_EVERY = 10.0  # seconds between plain lines about the same record type
_WIDE = 110  # columns; on fewer, words would be cut to make room for the bar
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
        TOLD.info("%s", harmless(message))
        if not self._quiet:
            tell(harmless(message), err=True)

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
        columns = [TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn()]
        if self._console.width >= _WIDE:
            columns[1:1] = [BarColumn()]
            columns += [TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[counts]}")]
        self._bar = Bar(
            *columns,
            console=self._console,
            transient=True,
        )
        self._counts: Counter[Status] = Counter()
        self._what, self._began = "", time.monotonic()
        self._bar.start()

    def say(self, message: str) -> None:
        """Write a line above the display."""
        TOLD.info("%s", harmless(message))
        # Brackets in a customer's text are no markup.
        self._console.print(
            wrapped(harmless(message), self._console.width), markup=False, highlight=False, soft_wrap=True
        )

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
    root, level = logging.getLogger(), (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    before, handler = root.level, _LogLines(level)
    handler.setFormatter(_OneLine("%(asctime)s %(message)s"))
    handler.addFilter(lambda record: record.name != TOLD.name)
    root.addHandler(handler)
    root.setLevel(min(level, before))
    keep_libraries_quiet()
    is_moving = sys.stderr is not None and sys.stderr.isatty() and not (quiet or verbose or is_dumb())
    shown = Bars() if is_moving else Lines(quiet)
    try:
        yield shown
    finally:
        shown.end()
        root.removeHandler(handler)
        root.setLevel(before)


def keep_libraries_quiet() -> None:
    """Let the libraries that carry what travels log only trouble: it holds customers' addresses."""
    for library in ("httpx", "httpcore", "asyncio", "asyncssh", "boto3", "botocore", "s3transfer", "urllib3"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # the client tells why it tries again


class _LogLines(logging.Handler):
    """Log lines on the screen."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, and a traceback below it."""
        tell(self.format(record), err=True)


class _OneLine(logging.Formatter):
    """A message is one line, whatever names of files or values are in it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging gives it
        """Format the message without the traceback."""
        return harmless(super().formatMessage(record))


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
