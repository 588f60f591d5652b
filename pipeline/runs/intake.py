"""Files on their way into the folder of their run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from pipeline.errors import LeaseLost, LedgerUnusable, Stopped
from pipeline.ledger import RunFile
from pipeline.results.names import RESERVED_NAMES
from pipeline.results.summary import SUMMARY
from pipeline.runs.context import RunContext
from pipeline.runs.inbox import copy, move
from pipeline.runs.outbox import free_name
from pipeline.runs.places import remember_places
from pipeline.runs.unpacking import unpacked


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """The names of a run's files: those to read in its folder, and those that are gone."""

    names: Sequence[str]
    missing: Sequence[str] = ()
    held: Sequence[str] = ()  # where those lie that another program does not let go


async def take_in(files: Sequence[Path], keep: bool, folder: Path, context: RunContext) -> BroughtIn:
    """Bring files into the folder of their run; `keep` copies them."""
    names = set(RESERVED_NAMES)
    taken = [RunFile(free_name(_name_of(file, context.settings.inbox), names), file, keep) for file in files]
    try:
        # Before the first file moves: whatever happens from now on, the next run looks into this folder.
        await context.ledger.begin_run(folder.name, context.clarus.tenant, taken)
    except (LedgerUnusable, LeaseLost):
        folder.rmdir()
        raise
    return await bring_in(folder, context)


async def bring_in(folder: Path, context: RunContext) -> BroughtIn:
    """Find a run's files in its folder, after those that it died too early to take have come in.

    A run that never got any of its files is over.
    """
    files = await context.ledger.files_of(folder.name)
    if not folder.is_dir():
        return BroughtIn((), [file.name for file in files])
    names, missing, never, held = [], [], [], dict[str, str]()
    had_begun = (folder / SUMMARY).exists() or bool(await context.ledger.in_doubt(context.clarus.tenant, folder.name))
    places: dict[str, PurePath] = {}
    for file in files:
        if isinstance(context.stopping.reason, Stopped):
            context.stopping.check()  # the next run brings in the others
        target = folder / file.name
        try:
            if not target.exists() and not (folder / SUMMARY).exists():
                (copy if file.copied else move)(file.source, target)
        except FileNotFoundError:
            if not had_begun:
                context.progress.say(f"{file.source} is gone: somebody else has taken it")
                never.append(file.name)
        except PermissionError:  # Windows, as long as another program has the file open
            held[file.name] = str(file.source)
        if target.exists():
            names.append(file.name)
            places[file.name] = _place(file.source, context.settings.inbox)
        elif file.name not in never and file.name not in held:
            missing.append(file.name)
    paths = unpacked(folder, [folder / name for name in names])
    if context.settings.sources and names:
        places |= {path.name: places[of.name].with_name(path.name) for path, of in paths.items() if path != of}
        remember_places(folder, places)
    if not names and not missing:
        if not any(folder.iterdir()):
            folder.rmdir()
        await context.ledger.end_run(folder.name, owed=False, unfinished=False)
    return BroughtIn([path.name for path in paths], missing, [*held.values()])


def _place(file: Path, inbox: Path) -> PurePath:
    """Where a file was dropped, relative to the inbox; a file named on the command line where it lies."""
    return file.relative_to(inbox) if file.is_relative_to(inbox) else file


def _name_of(file: Path, inbox: Path) -> str:
    """The name in the folder of the run: that of a sub-folder of the inbox stands before the file's own."""
    return "-".join(_place(file, inbox).parts) if file.is_relative_to(inbox) else file.name
