"""The lock of an outbox, which keeps a second run out."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutboxBusy, UsageError
from pipeline.runs.mounts import network_file_system
from pipeline.runs.outbox import MOVED

with warnings.catch_warnings():
    # Said at the import, of a Python without locks of its own.
    warnings.filterwarnings("ignore", "only soft file lock is available")
    import filelock

# Its holder stands in a file beside it, `.lock.pid`: on Windows, nobody else can read a file that is locked.
_LOCK = ".lock"


@contextmanager
def holding(outbox: Path, lock: str = _LOCK, who: str = "run") -> Iterator[None]:
    """Hold the outbox; the lock ends with this process, however it ends.

    Another `lock` keeps out only those who take the same one; `who` they are is for the message.

    Raises:
        OutboxBusy: another run holds it.
        UsageError: it lies where a lock keeps nobody out.
    """
    if kind := network_file_system(outbox):
        raise UsageError(
            f"the outbox {outbox} is on a network file system ({kind}), where neither its lock nor its ledger is safe: "
            "set outbox to a folder on a disk of this machine, or keep the ledger in PostgreSQL ([cluster] ledger_file)"
        )
    if (outbox / MOVED).exists():
        raise UsageError(
            f"the ledger of {outbox} was brought into PostgreSQL ({MOVED} says when): set ledger_file under [cluster],"
            " or CLARUS_LEDGER, to its address"
        )
    with ExitStack() as held:
        try:
            free = _lock(outbox / lock, held)
        except OSError as error:
            raise UsageError(
                f"the file system of the outbox {outbox} cannot lock files ({error.strerror or error}), so a second "
                "run could not be kept out: set outbox to a folder on a disk of this machine"
            ) from error
        if not free:
            holder = _holder(outbox / f"{lock}.pid")
            raise OutboxBusy(f"another {who} holds {outbox}{f' (process {holder})' if holder else ''}")
        (outbox / f"{lock}.pid").write_text(f"{os.getpid()}\n", encoding="ascii")
        yield


def _lock(path: Path, held: ExitStack) -> bool:
    """Lock a file until `held` is closed; False where another process has it."""
    if sys.platform != "win32" and not filelock.has_fcntl:  # a Unix whose Python was built without locks
        soft = filelock.SoftFileLock(path.with_name(f"{path.name}.soft"), timeout=0)
        try:
            held.enter_context(soft)
        except filelock.Timeout:
            return False
        return True
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    held.callback(os.close, descriptor)
    return filelock.lock_descriptor(descriptor, blocking=False)


def _holder(file: Path) -> str:
    with suppress(OSError):
        return file.read_text(encoding="ascii", errors="replace").strip()
    return ""
