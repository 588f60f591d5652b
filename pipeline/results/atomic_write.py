"""Files that are either whole or as they were before."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from pipeline.stopping import check_files, file_epoch

log = logging.getLogger(__name__)

_LONGEST_NAME = 255  # bytes
_PATIENCE_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Clock:
    """What time is measured and spent with."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


_CLOCK = Clock()
_second_names: ContextVar[dict[str, str] | None] = ContextVar("second_names", default=None)
_flushes: ContextVar[bool] = ContextVar("flushes", default=True)


@contextmanager
def noting_second_names() -> Iterator[dict[str, str]]:
    """Give a dictionary which, for files written inside, learns the name that each has in place of its own."""
    names: dict[str, str] = {}
    token = _second_names.set(names)
    try:
        yield names
    finally:
        _second_names.reset(token)


@contextmanager
def in_haste() -> Iterator[None]:
    """Write files inside without waiting for the disk: for those that tell nothing which a power cut must not cost."""
    token = _flushes.set(False)
    try:
        yield
    finally:
        _flushes.reset(token)


@contextmanager
def replacing(target: Path, clock: Clock = _CLOCK) -> Iterator[Path]:
    """Give a temporary path beside the target, which takes the target's place when the block ends well.

    Its name is one that extraction leaves alone: hidden, and ending in `.tmp`. On Windows, a target that Excel has open
    cannot be replaced: after 2 s the file gets a second name beside it, which is logged and noted.
    """
    temporary = target.with_name(temporary_name(target.name, "tmp"))
    try:
        yield temporary
        if _flushes.get():
            _flush_to_disk(temporary)
        remove_of_earlier_epochs(target, "tmp")
        _put_in_place(temporary, target, clock)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_name(name: str, suffix: str) -> str:
    """Name a file while it is being written; always the same, so that what a crash leaves behind is replaced.

    Where a tenant is served from several machines, the epoch stands in the name: two that believe to hold the tenant
    never write into one file.
    """
    epoch = file_epoch()
    ending = suffix if epoch is None else f"{epoch}.{suffix}"
    temporary = f".{name}.{ending}"
    if len(os.fsencode(temporary)) <= _LONGEST_NAME:
        return temporary
    return f".{sha256(os.fsencode(name)).hexdigest()}.{ending}"


def remove_of_earlier_epochs(target: Path, suffix: str) -> None:
    """Remove what a run that lost the tenant has left of the same file."""
    own = file_epoch()
    if own is None:
        return
    name = temporary_name(target.name, suffix).removesuffix(f".{own}.{suffix}")
    for path in target.parent.iterdir():
        epoch = path.name.removeprefix(f"{name}.").removesuffix(f".{suffix}")
        if path.name == f"{name}.{epoch}.{suffix}" and epoch.isdecimal() and int(epoch) < own:
            path.unlink(missing_ok=True)


def _put_in_place(temporary: Path, target: Path, clock: Clock) -> None:
    until = clock.now() + _PATIENCE_SECONDS
    while True:
        check_files()
        try:
            temporary.replace(target)
        except PermissionError:
            if not target.exists():
                raise  # nobody has it open: the folder does not allow it
            if clock.now() < until:
                clock.sleep(_LOOK_EVERY_SECONDS)
                continue
            second = _second_name(target)
            temporary.rename(second)
            log.warning("%s is open in another program: the new one is %s", target.name, second.name)
            if (noted := _second_names.get()) is not None:
                noted[target.name] = second.name
        return


def _second_name(target: Path) -> Path:
    names = (target.with_name(f"{target.stem}-{number}{target.suffix}") for number in count(2))
    return next(path for path in names if not path.exists())


def _flush_to_disk(path: Path) -> None:
    # Else a power cut may leave the new name on an empty file.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
