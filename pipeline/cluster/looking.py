"""Which tenants have something to do: files that wait, drops, or runs that are owed."""

from __future__ import annotations

import logging

from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.extract import READ
from pipeline.extract.sources import folders_named
from pipeline.ledger import Ledger
from pipeline.ledger.statements import runs
from pipeline.runs.access import access_of
from pipeline.runs.inbox import waiting_files

log = logging.getLogger(__name__)


async def has_work(settings: Settings) -> bool:
    """Whether a tenant has to be served. What stands in the way of looking is left to the run, which says it."""
    if settings.drop.url:
        return True  # only the run can tell what lies there
    try:
        return bool(count_waiting(settings)) or await _is_owed_here(settings)
    except (PipelineError, OSError) as error:
        log.warning("%s", error)
        return False


def count_waiting(settings: Settings) -> int:
    """How many files wait in the inbox."""
    if not settings.inbox.is_dir():
        return 0
    files, _ = waiting_files(settings.inbox, READ, folders_named(settings.sources), settings.ignore_files)
    return len(files)


async def _is_owed_here(settings: Settings) -> bool:
    """Whether a run is owed whose files this machine has."""
    ledger = Ledger.shared(settings.cluster.address, access_of(settings).tenant)
    try:
        owed = await ledger.ask(lambda database: runs(database, "owed"))
    finally:
        await ledger.close()
    return any((settings.outbox / run).is_dir() for run, _ in owed)
