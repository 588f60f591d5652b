"""Which files are taken, and when: only whole ones, and never a part of one."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from pipeline.results.atomic_write import remove_of_earlier_epochs, temporary_name
from pipeline.runs.whole_files import is_being_written, signature
from pipeline.stopping import check_files

# Other programs write these while a file is on its way.
_UNFINISHED = (".tmp", ".part", ".filepart")
_OF_DESKTOPS = ("Thumbs.db", "desktop.ini")  # what Windows leaves in the folders that somebody has looked at
_LONGEST_OPEN = 60.0  # seconds that a file may be open for writing without a change, before it is left behind

LONGEST_NAME = 247  # bytes: file systems take 255, and `orders.results.csv` is longer than `orders.csv`


def waiting_files(
    inbox: Path, suffixes: Sequence[str], folders: Sequence[str] = (), ignored: Sequence[str] = ()
) -> tuple[list[Path], dict[Path, str]]:
    """Return the files of the inbox that we read, by name, and why others have to stay.

    Args:
        inbox: where files are dropped.
        suffixes: of the types that we read.
        folders: the patterns of sub-folders that are looked into as well; all others are left alone.
        ignored: the patterns of names that are left in peace.
    """
    places = [inbox, *sorted({place for pattern in folders for place in inbox.glob(pattern) if place.is_dir()})]
    found = [path for place in places for path in sorted(place.iterdir()) if is_ours(path.name, ignored)]
    troubles = {path: trouble for path in found if (trouble := _trouble(path, inbox, suffixes))}
    return [path for path in found if path.is_file() and path not in troubles], troubles


def _trouble(path: Path, inbox: Path, suffixes: Sequence[str]) -> str:
    """Why something in the inbox has to stay; "" for a file that we read, and for a folder."""
    if path.is_symlink():
        if not path.exists():
            return "it is a link that leads nowhere"
        if not path.resolve().is_relative_to(inbox.resolve()):
            return "it is a link that leads out of the inbox"
    is_read = path.name.lower().endswith(tuple(suffixes))
    if path.is_dir():
        return "it is a folder" if is_read else ""
    if not path.is_file():
        return "it is no file, but a pipe or a device"
    return "" if is_read else f"only {', '.join(suffixes)} are read (ignore_files leaves others in peace)"


def name_trouble(name: str) -> str:
    """Return why nothing can be done with a file of this name, or ""."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "its name is not Unicode text: rename it"
    if size > LONGEST_NAME:
        return f"its name has {size} bytes, and there is room for {LONGEST_NAME}: give it a shorter one"
    return ""


def wait_until_whole(
    files: Sequence[Path],
    seconds: float,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[list[Path], list[Path]]:
    """Wait until each file has been unchanged for so many seconds, and nobody has it open for writing.

    Returns:
        The files that are whole, and those that somebody keeps open without writing to them. Files that vanish
        meanwhile are in neither.
    """
    seen: dict[Path, tuple[tuple[int, ...], float]] = {}  # what we see of it, and since when
    while True:
        youngest, opened = 0.0, list[Path]()  # seconds that still have to pass
        for path in files:
            try:
                there, changed_at = signature(path), path.stat().st_mtime
            except FileNotFoundError:
                seen.pop(path, None)
                continue
            moment = now()
            if path not in seen:
                # A file that lay here before may be taken at once; one that claims to be of the future is watched.
                seen[path] = (there, min(changed_at, moment))
            elif seen[path][0] != there:
                seen[path] = (there, moment)
            left = seen[path][1] + seconds - moment
            if left <= 0 and is_being_written(path):
                opened.append(path)
                left = seen[path][1] + max(seconds, _LONGEST_OPEN) - moment
            youngest = max(youngest, min(left, 1.0) if path in opened else left)
        if youngest <= 0:
            return [path for path in files if path in seen and path not in opened], opened
        sleep(min(youngest, max(seconds, 0.05)))


def move(source: Path, target: Path) -> None:
    """Move a file so that the target is never seen half written; of a link, what it points at is taken."""
    if source.is_symlink():
        copy(source, target)
        source.unlink()
        return
    check_files()
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy(source, target)  # the outbox lies on another disk
        source.unlink()


def copy(source: Path, target: Path) -> None:
    """Copy a file so that the target is never seen half written."""
    part = target.with_name(temporary_name(target.name, "part"))
    remove_of_earlier_epochs(target, "part")
    copied = None
    while copied != (there := signature(source)):  # until nobody has changed it meanwhile
        shutil.copy2(source, part)
        copied = there
    with part.open("rb") as written:
        os.fsync(written.fileno())
    check_files()
    part.replace(target)


def is_ours(name: str, ignored: Iterable[str]) -> bool:
    """Whether a file of this name is to be taken, or named where it cannot be: no hidden or unfinished one."""
    if name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED):
        return False
    return not any(fnmatch(name.lower(), pattern.lower()) for pattern in (*_OF_DESKTOPS, *ignored))
