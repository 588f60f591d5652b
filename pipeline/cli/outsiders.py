"""Those who hear of a call without watching it: a log, figures, mail, a webhook and pings, as configured."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.log_file import logging_to_file
from pipeline.cli.screen import TOLD, warn
from pipeline.config import Settings
from pipeline.config.secret_files import open_secret_files
from pipeline.errors import Stopped
from pipeline.runs.call_summary import CallSummary
from pipeline.runs.current_run import working_on
from pipeline.runs.hold import Hold
from pipeline.stopping import Stopping

if TYPE_CHECKING:
    from pipeline.notify import Notifier

_SECONDS_WHEN_STOPPED = 2.0  # for telling others: whoever asked us to stop does not wait long


@dataclass(slots=True)
class Outsiders:
    """Hear that a call begins, how it ended, and what the screen said of that."""

    settings: Settings
    place: Hold
    stopping: Stopping
    is_rehearsal: bool  # then nobody hears of it but who watches, and the log
    _ended: tuple[CallSummary, str] | None = None
    _notifier: Notifier | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def begin(self, command: str) -> None:
        """The configuration is read: whoever it names is told that a call begins."""
        self._open.enter_context(logging_to_file(self.settings))
        # When the screen has been told, and whatever way the call ends.
        click.get_current_context().call_on_close(self._close)
        TOLD.info("%s begins, with the outbox %s", command, self.settings.outbox.absolute())
        for sentence in open_secret_files(self.settings):
            warn(f"warning: {sentence}")
        if not self.is_rehearsal and not self.settings.notify.is_empty:
            from pipeline.notify import Notifier

            self._notifier = Notifier(self.settings.notify, self.settings.clarus.ca_file, os.environ)
            self._notifier.begin()

    def end(self, summary: CallSummary, text: str, fault: BaseException | None = None) -> None:
        """Log how it ended, and keep it for those who are told after the screen."""
        self._ended = summary, text
        _log_end(summary, fault)

    def _close(self) -> None:
        with self._open, suppress(KeyboardInterrupt):  # all is done: a stop changes nothing any more
            if self._ended and not self.is_rehearsal:
                summary, text = self._ended
                _write_metrics(self.settings.metrics.textfile, self.place, summary)
                if self._notifier:
                    _notify(self._notifier, summary, text, self.stopping)


def _log_end(summary: CallSummary, fault: BaseException | None) -> None:
    for run in summary.runs:
        with working_on(run["run"]):
            for file in run["files"]:
                counts = ", ".join(f"{rows} {status}" for status, rows in file.get("statuses", {}).items())
                TOLD.info("%s: %s", file["file"], counts or "could not be read")
    for sentence in summary.unsettled:
        TOLD.warning("%s", sentence)
    if summary.message:
        TOLD.error("%s", summary.message, exc_info=fault)
    level = logging.WARNING if summary.exit_code else logging.INFO
    TOLD.log(level, "%s ended with exit code %s after %s s", summary.command, summary.exit_code, summary.seconds)


def _write_metrics(textfile: Path | None, place: Hold, summary: CallSummary) -> None:
    if textfile is None:
        return
    from pipeline.notify import write_metrics
    from pipeline.runs.owed_rows import owed_rows

    try:
        write_metrics(textfile, summary, asyncio.run(owed_rows(place)))
    except OSError as error:
        warn(f"warning: the metrics {textfile} cannot be written: {error.strerror or error}")


def _notify(notifier: Notifier, summary: CallSummary, text: str, stopping: Stopping) -> None:
    stopped = {"seconds": _SECONDS_WHEN_STOPPED} if isinstance(stopping.reason, Stopped) else {}
    for trouble in notifier.end(summary, text, **stopped):
        warn(f"warning: {trouble}")
