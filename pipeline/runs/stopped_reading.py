"""A run that was asked to stop while it read its files: nothing was sent, and its results say so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import Stopped
from pipeline.results.atomic_write import in_haste
from pipeline.results.row_accounts import RowAccounts
from pipeline.results.summary import SUMMARY
from pipeline.runs.closing import NOT_READ, Finished, ResultsFolder, Watch, finish
from pipeline.runs.context import RunContext
from pipeline.runs.reading import ReadFile
from pipeline.transform import ungrouped

# Seconds after the stop until which a file that is being read may still come to its end, the next one is begun, and
# results are written: all of it is to be over after five.
READING, NEXT_FILE, _WRITING = 2.0, 0.8, 3.9


async def has_begun(folder: Path, context: RunContext) -> bool:
    """Whether a run has results of an earlier attempt, or has sent anything: then these stand."""
    run, tenant = folder.name, context.clarus.tenant
    if (folder / SUMMARY).exists():
        return True
    return bool(await context.ledger.in_doubt(tenant, run) or await context.ledger.made(tenant, run))


def leave_pending(
    target: ResultsFolder, paths: Sequence[Path], read: Sequence[ReadFile], context: RunContext, watch: Watch
) -> Finished:
    """Write results in which every row is pending; files that were not read in time are named in the summary.

    Args:
        target: the folder of the run.
        paths: the files of the run.
        read: those of them that were read before it stopped, wholly.
        context: of the run.
        watch: its times.
    """
    stopping = context.stopping
    assert isinstance(stopping.reason, Stopped), "nothing else breaks off the reading"
    by_path = {file.path: file for file in read}
    files = [by_path.get(path, ReadFile(path, trouble=NOT_READ)) for path in paths]
    accounts = [RowAccounts(ungrouped(table), target.path.name, {}, ()) for file in files for table in file.tables]
    for each in accounts:
        each.leave_unread()
    with in_haste():
        return finish(target, files, accounts, stopping.reason, watch, lambda: stopping.working_until(_WRITING))
