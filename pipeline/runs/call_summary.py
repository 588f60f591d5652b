"""What is known of one call of `run` or `retry` at its end: one value for the history and for whoever is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SCHEMA = 1  # of this summary as JSON
_SETTLED = ("created", "updated", "exists", "noted", "ready")  # that ask nobody for anything, as in values.outcomes
_MEANINGS = {
    0: "Clarus holds what the files say",
    1: "some rows need someone, or a file could not be read",
    2: "wrong usage or configuration",
    3: "could not finish; the next run goes on from there",
    4: "another run holds the outbox",
}
_OWED = ("pending", "unknown")  # the statuses that go on by themselves, as in values.outcomes.OWED


@dataclass(frozen=True, slots=True)
class CallSummary:
    """A call, from its beginning to its exit code.

    `runs` has the summary of each run that the call finished or took up again, as its summary.json has it.
    """

    command: str  # "run", "run --dry-run", "retry"
    began: datetime
    ended: datetime
    exit_code: int
    message: str = ""  # why it was refused or could not finish; "" where its runs tell
    runs: tuple[Mapping[str, Any], ...] = ()
    unsettled: tuple[str, ...] = ()  # what could not be gone on with, in sentences
    left_in_inbox: bool = False  # a file that should have been read had to stay there
    earlier_rows: int = 0  # rows of runs before these that still need someone
    outbox: str = ""
    profile: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return round((self.ended - self.began).total_seconds(), 3)

    @property
    def rows(self) -> int:
        """The rows of all its runs."""
        return sum(run["rows"] for run in self.runs)

    @property
    def statuses(self) -> dict[str, int]:
        """How many rows ended in each status; those in which none did are left out."""
        counts = Counter[str]()
        for run in self.runs:
            counts.update({str(status): rows for status, rows in run["statuses"].items() if rows})
        return dict(counts)

    @property
    def owed_rows(self) -> int:
        """The rows that go on by themselves with the next run."""
        return sum(self.statuses.get(status, 0) for status in _OWED)

    @property
    def requests(self) -> int:
        """How many requests left for Clarus."""
        return sum(run.get("requests", 0) for run in self.runs)

    @property
    def files(self) -> tuple[str, ...]:
        """The files of all its runs, by their names there."""
        return tuple(dict.fromkeys(file["file"] for run in self.runs for file in run["files"]))

    @property
    def sentence(self) -> str:
        """How it ended, in one line."""
        waiting = sum(rows for status, rows in self.statuses.items() if status not in _SETTLED)
        if self.exit_code == 1 and waiting:
            return f"{waiting:,} {'row needs' if waiting == 1 else 'rows need'} someone"
        return self.message.partition("\n")[0] or _MEANINGS.get(self.exit_code, f"ended with {self.exit_code}")

    @property
    def facts(self) -> dict[str, Any]:
        """What the history keeps of it: figures and names, and no cell of any file."""
        return {
            "message": self.message,
            "runs": [run["run"] for run in self.runs],
            "files": list(self.files),
            "rows": self.rows,
            "statuses": self.statuses,
            "requests": self.requests,
            "unsettled": len(self.unsettled),
            "left_in_inbox": self.left_in_inbox,
            "earlier_rows": self.earlier_rows,
            "profile": self.profile,
        }

    @property
    def as_json(self) -> dict[str, Any]:
        """All of it, for other programs."""
        return {
            "schema": SCHEMA,
            "text": f"clarus-batch {self.command}{f' ({self.profile})' if self.profile else ''}: {self.sentence}",
            "command": self.command,
            "began": self.began.isoformat(timespec="seconds"),
            "ended": self.ended.isoformat(timespec="seconds"),
            "seconds": self.seconds,
            "exit_code": self.exit_code,
            "message": self.message,
            "profile": self.profile,
            "run": self.runs[-1]["run"] if self.runs else None,
            "rows": self.rows,
            "statuses": self.statuses,
            "owed_rows": self.owed_rows,
            "requests": self.requests,
            "unsettled": list(self.unsettled),
            "left_in_inbox": self.left_in_inbox,
            "earlier_rows": self.earlier_rows,
            "runs": [dict(run) for run in self.runs],
        }
