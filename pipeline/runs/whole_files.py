"""Whether a file is whole: nobody writes to it, and it stays what it was when it was taken."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self


def signature(path: Path) -> tuple[int, ...]:
    """What changes when somebody writes to a file: its identity, its size and its time of change.

    Raises:
        FileNotFoundError: it is gone.
    """
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def is_being_written(path: Path) -> bool:
    """Whether another program has a file open for writing, as far as the system can tell.

    Linux refuses a read lease then. Where leases are not to be had, this is False; on Windows such a file cannot be
    moved anyway.
    """
    if sys.platform != "linux":
        return False
    try:
        import fcntl
        import signal

        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (ImportError, OSError):
        return False
    try:
        # Who opens it for writing in this moment sends a signal: one that is ignored, instead of SIGIO, which ends us.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


@dataclass(frozen=True, slots=True)
class Taken:
    """Files as they were when they were taken."""

    signatures: dict[Path, tuple[int, ...]]

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Self:
        """Look at files before they are read."""
        return cls({path: signature(path) for path in paths if path.exists()})

    def changed(self) -> list[str]:
        """The names of those that are no longer what they were, or are being written to."""
        return [path.name for path, before in self.signatures.items() if path.exists() and _is_another(path, before)]


def _is_another(path: Path, before: tuple[int, ...]) -> bool:
    return signature(path) != before or is_being_written(path)
