"""Each call of `run` and `retry` is recorded, however it ends: also where there is nothing to do, or it is refused.

A rehearsal alone is not: it touches nothing, the ledger least of all.
"""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.failures import failure_of
from pipeline.cli.holding import history_place
from pipeline.cli.options import telling_of
from pipeline.cli.outsiders import Outsiders
from pipeline.config import DEFAULT_FILE, Settings
from pipeline.errors import OutboxBusy, PipelineError, UsageError
from pipeline.ledger.calls import CallLine
from pipeline.ledger.open_rows import counts
from pipeline.runs.call_summary import CallSummary
from pipeline.runs.history import put_down
from pipeline.runs.hold import Hold
from pipeline.runs.overview import write_index
from pipeline.stopping import Stopping

if TYPE_CHECKING:
    from pipeline.runs.unsettled import BatchReport


@dataclass(slots=True)
class Recording:
    """A call that is under way."""

    command: str
    options: Mapping[str, Any]
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    settings: Settings | None = None  # None: the configuration has not been read, or cannot be
    outsiders: Outsiders | None = None

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing is sent, and so nothing happens that a history could tell."""
        return self.command.endswith("--dry-run")

    def tell_outsiders(self, settings: Settings, stopping: Stopping) -> None:
        """The configuration is read: whoever it names hears that the call begins, and later how it ended."""
        self.outsiders = Outsiders(settings, history_place(settings, self.options), stopping, self.is_rehearsal)
        self.outsiders.begin(self.command)

    def begin(self, settings: Settings) -> None:
        """The configuration is read and the outbox is there: from now on even a call that is killed leaves a line."""
        self.settings = settings
        if not self.is_rehearsal:
            put_down(self._place(), self._line())

    def end(self, report: BatchReport) -> int:
        """Tell how the call went, and record it; return its exit code."""
        from pipeline.cli.report import tell_runs, text_of_runs

        runs = {run.folder.name for run in report.finished}
        if not self.is_rehearsal:
            report = replace(report, earlier_rows=self._earlier_rows(runs))
        exit_code = tell_runs(report, telling_of(self.options))
        self._record(
            CallSummary(
                command=self.command,
                began=self.began,
                ended=datetime.now(UTC),
                exit_code=exit_code,
                message="; ".join(dict.fromkeys(str(run.stopped) for run in report.finished if run.stopped)),
                runs=tuple(run.summary for run in report.finished),
                unsettled=tuple(report.unsettled),
                left_in_inbox=bool(report.left_behind or report.held),
                earlier_rows=report.earlier_rows,
                profile=self.options.get("profile") or "",
            ),
            text_of_runs(report),
        )
        return exit_code

    def fail(self, error: BaseException) -> None:
        """Record a call that an exception ends."""
        failure = failure_of(error)
        self._record(
            CallSummary(
                command=self.command,
                began=self.began,
                ended=datetime.now(UTC),
                exit_code=failure.exit_code,
                message=failure.all_words,
                profile=self.options.get("profile") or "",
            ),
            failure.all_words,
            failure.fault,
        )

    def _record(self, summary: CallSummary, text: str, fault: BaseException | None = None) -> None:
        if not self.is_rehearsal:
            line = replace(self._line(), ended=summary.ended, exit_code=summary.exit_code, facts=summary.facts)
            put_down(self._place(), line)
            if self.settings is not None and summary.exit_code not in (UsageError.exit_code, OutboxBusy.exit_code):
                asyncio.run(write_index(self._place()))
        if self.outsiders:  # last, since they may keep us waiting
            self.outsiders.end(summary, text, fault)

    def _place(self) -> Hold:
        """Where the history is: in the outbox, as far as it is known, or in the ledger of the tenant."""
        return history_place(self.settings, self.options) if self.settings else Hold(_likely_outbox(self.options))

    def _line(self) -> CallLine:
        began = self.began.isoformat(timespec="microseconds")
        return CallLine(f"{began} {os.getpid()}", self.command, self.began)

    def _earlier_rows(self, runs: set[str]) -> int:
        """How many rows of other runs need someone: an end that is well forgets none of them."""

        async def ask(place: Hold) -> dict[str, int]:
            ledger = place.read_ledger(thoroughly=False)
            try:
                return await ledger.ask(counts)
            finally:
                await ledger.close()

        try:
            found = asyncio.run(ask(self._place())) if self.settings else {}
        except PipelineError:
            return 0  # what is wrong with the ledger, the run itself has told
        return sum(rows for run, rows in found.items() if run not in runs)


@contextmanager
def recording(command: str, options: Mapping[str, Any]) -> Iterator[Recording]:
    """Record a call; its exceptions go on to whoever tells them."""
    call = Recording(command, options)
    try:
        yield call
    except (Exception, KeyboardInterrupt) as error:
        call.fail(error)
        raise


def _likely_outbox(options: Mapping[str, Any]) -> Path:
    """Where the outbox would be, of a call that was refused before its configuration was accepted."""
    if options.get("outbox"):
        return Path(options["outbox"])
    file = options.get("config") or DEFAULT_FILE
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        of_profile = told.get("profiles", {}).get(options.get("profile"), {})
        return Path(file.parent / str(of_profile.get("outbox") or told.get("outbox") or "outbox"))
    except (OSError, ValueError, AttributeError):
        return Path(file).parent / "outbox"
