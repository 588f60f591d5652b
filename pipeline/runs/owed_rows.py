"""How many rows go on by themselves with the next run."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.results.summary import SUMMARY
from pipeline.runs.hold import Hold
from pipeline.values.outcomes import OWED


async def owed_rows(place: Hold) -> int | None:
    """Count them by the summaries of the runs that the ledger knows as unfinished; None where it cannot be read.

    A run that died before it had a summary counts as one row: how many it has, only its files know.
    """
    outbox = place.outbox
    if not outbox.is_dir():
        return 0
    try:
        ledger = place.read_ledger(thoroughly=False)
    except PipelineError:
        return None
    try:
        runs = await ledger.unsettled_runs()
    finally:
        await ledger.close()
    return sum(_owed(outbox / run) for run, _ in runs)


def _owed(folder: Path) -> int:
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        return max(1, sum(int(rows) for status, rows in summary["statuses"].items() if status in OWED))
    except (OSError, ValueError, KeyError):
        return 1
