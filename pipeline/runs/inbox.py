"""Which files are taken, and when: only whole ones, and never a part of one."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.results.atomic_write import temporary_name

# Other programs write these while a file is on its way.
_UNFINISHED = (".tmp", ".part", ".filepart")

LONGEST_NAME = 247  # bytes: file systems take 255, and `orders.results.csv` is longer than `orders.csv`


def waiting_files(inbox: Path, suffixes: Sequence[str], folders: Sequence[str] = ()) -> tuple[list[Path], list[Path]]:
    """Return the files of the inbox that we read, by name, and those that stay because of their type.

    `folders` are the patterns of sub-folders that are looked into as well; all others are left alone.
    """
    places = [inbox, *sorted({place for pattern in folders for place in inbox.glob(pattern) if place.is_dir()})]
    files = [path for place in places for path in sorted(place.iterdir()) if path.is_file() and _is_ours(path)]
    ours = [path for path in files if path.suffix.lower() in suffixes]
    return ours, [path for path in files if path not in ours]


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
) -> list[Path]:
    """Wait until each file has been unchanged for so many seconds; files that vanish meanwhile are left out."""
    seen: dict[Path, tuple[tuple[int, int], float]] = {}  # size and time of change, and since when we see them so
    while True:
        youngest = 0.0  # seconds that still have to pass
        for path in files:
            try:
                stat = path.stat()
            except FileNotFoundError:
                seen.pop(path, None)
                continue
            signature, moment = (stat.st_size, stat.st_mtime_ns), now()
            if path not in seen:
                # A file that lay here before may be taken at once; one that claims to be of the future is watched.
                seen[path] = (signature, min(stat.st_mtime, moment))
            elif seen[path][0] != signature:
                seen[path] = (signature, moment)
            youngest = max(youngest, seen[path][1] + seconds - moment)
        if youngest <= 0:
            return [path for path in files if path in seen]
        sleep(min(youngest, max(seconds, 0.05)))


def move(source: Path, target: Path) -> None:
    """Move a file so that the target is never seen half written; of a link, what it points at is taken."""
    if source.is_symlink():
        copy(source, target)
        source.unlink()
        return
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
    shutil.copy2(source, part)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(target)


def _is_ours(path: Path) -> bool:
    name = path.name
    return not name.startswith((".", "~$")) and not name.lower().endswith(_UNFINISHED)
