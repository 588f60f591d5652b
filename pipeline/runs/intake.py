"""Files on their way into the folder of their run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import LedgerUnusable
from pipeline.ledger import RunFile
from pipeline.results import RESERVED_NAMES, SUMMARY
from pipeline.runs.context import RunContext
from pipeline.runs.inbox import copy, move
from pipeline.runs.outbox import free_name


async def take_in(files: Sequence[Path], keep: bool, folder: Path, context: RunContext) -> list[str]:
    """Bring files into the folder of their run and return the names that they have there; `keep` copies them."""
    taken: list[RunFile] = []
    for file in files:
        name = free_name(file.name, [*(other.name for other in taken), *RESERVED_NAMES])
        taken.append(RunFile(name, file, keep))
    try:
        # Before the first file moves: whatever happens from now on, the next run looks into this folder.
        await context.ledger.begin_run(folder.name, context.clarus.tenant, taken)
    except LedgerUnusable:
        folder.rmdir()
        raise
    return await bring_in(folder, context)


async def bring_in(folder: Path, context: RunContext) -> list[str]:
    """Return the names of a run's files in its folder, after those that it died too early to take have come in.

    A run without any is over.
    """
    names = []
    for file in await context.ledger.files_of(folder.name) if folder.is_dir() else ():
        target = folder / file.name
        try:
            if not target.exists() and not (folder / SUMMARY).exists():
                (copy if file.copied else move)(file.source, target)
        except FileNotFoundError:
            context.progress.say(f"{file.source} is gone: somebody else has taken it")
        if target.exists():
            names.append(file.name)
    if not names:
        if not folder.is_dir():
            context.progress.say(f"the folder of run {folder.name} is gone: what it had not sent is not tried again")
        elif not any(folder.iterdir()):
            folder.rmdir()
        await context.ledger.end_run(folder.name, owed=False, unfinished=False)
    return names
