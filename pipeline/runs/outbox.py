"""The outbox: one folder a run, and the ledger; what lies there is its owner's alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import UsageError

LEDGER = "ledger.sqlite3"
MOVED = "ledger.moved"  # beside a ledger that was brought into a shared one: it is closed for good
PAYLOADS = "payloads.jsonl"  # what a rehearsal would send; its folder holds no run

# By Windows; the names also with a suffix behind them.
_REFUSED_CHARACTERS = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_REFUSED_NAMES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE | re.ASCII)

_RUN = re.compile(r"\d{8}-\d{6}-\d{3}", re.ASCII)


@contextmanager
def owners_alone() -> Iterator[None]:
    """Make what is written inside the owner's alone, whatever the umask: folders 0700, files 0600."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_folders(*folders: Path) -> None:
    """Make the folders that are missing.

    Raises:
        UsageError: one cannot be made.
    """
    for folder in folders:
        try:
            with owners_alone():
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"the folder {folder} cannot be made: {error.strerror}") from error


def new_run_folder(outbox: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Path:
    """Make the folder of a new run; the names sort by time."""
    while True:
        folder = outbox / now().strftime("%Y%m%d-%H%M%S-%f")[:-3]
        try:
            folder.mkdir()
        except FileExistsError:
            continue  # another millisecond
        return folder


def begun_at(run: str) -> datetime:
    """When a run began, as the name of its folder says."""
    return datetime.strptime(f"{run}000", "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)


def is_run(name: str) -> bool:
    """Whether this is what folders of runs are called."""
    return _RUN.fullmatch(name) is not None


def run_folders(outbox: Path) -> list[Path]:
    """The folders of runs that hold anything, rehearsals left out; oldest first."""
    if not outbox.is_dir():
        return []
    folders = sorted(path for path in outbox.iterdir() if _RUN.fullmatch(path.name) and path.is_dir())
    return [path for path in folders if any(path.iterdir()) and not (path / PAYLOADS).exists()]


def usable_name(name: str) -> str:
    """Return a file name that every system takes, for a file that was named on another one."""
    name = _REFUSED_CHARACTERS.sub("_", name).rstrip(". ")
    return f"_{name}" if _REFUSED_NAMES.match(name) else name


def free_name(name: str, taken: set[str]) -> str:
    """Return a file name that is not among those taken: the same, or with a number before its suffix.

    `taken` are names without case, since Orders.csv and orders.csv are one file on Windows and macOS; the new one is
    added.
    """
    path, number, free = Path(name), 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{path.stem}-{number}{path.suffix}"
    taken.add(free.casefold())
    return free
