"""What a call holds while it works: the outbox of this machine, or its tenant on all machines."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import Settings
from pipeline.errors import PipelineError, Stopped, Unfinished, UsageError
from pipeline.ledger import Ledger
from pipeline.progress import Progress
from pipeline.runs import ledger_file
from pipeline.runs.lock import holding
from pipeline.runs.outbox import LEDGER, MOVED, run_folders
from pipeline.stopping import Stopping, fencing
from pipeline.values.outcomes import Status

if TYPE_CHECKING:
    from pipeline.ledger.lease import Lease

_LOOK_SECONDS = 0.25
# A server that does not answer is waited for no longer than this once the run was told to stop.
_LAST_COMMIT_SECONDS = 3.0
_EXTRA = "the ledger is in PostgreSQL, and its driver is not installed: pip install 'clarus-batch[cluster]'"


@dataclass(slots=True)
class Hold:
    """An outbox, and where the ledger of its tenant is: in a file there, or in PostgreSQL.

    Without a lease, a shared ledger can only be read.
    """

    outbox: Path
    address: str = ""  # of the shared ledger
    tenant: str = ""
    lease: Lease | None = None
    exit_code: int | None = field(default=None)

    def ends_with(self, exit_code: int) -> int:
        """Note the exit code of what was done; returns it."""
        self.exit_code = exit_code
        return exit_code

    def open_ledger(self, thoroughly: bool = True) -> Ledger:
        """Open the ledger, to write what this call does, while the outbox or the tenant is held.

        Raises:
            UsageError: there are runs that it does not know, or it is not there.
            LedgerUnusable: it cannot be opened.
        """
        if not self.address:
            return ledger_file.open_ledger(self.outbox, thoroughly)
        return self._shared(self.lease)

    def open_history(self) -> Ledger:
        """Open the ledger to write into its history, whoever holds the outbox or the tenant.

        Raises:
            UsageError, LedgerUnusable: as in `open_ledger`.
        """
        if not self.address:
            return ledger_file.open_ledger(self.outbox, thoroughly=False)
        return Ledger.shared(self.address, self.tenant, fenced=False)

    def read_ledger(self, thoroughly: bool = True) -> Ledger:
        """Open the ledger without ever writing to it; `thoroughly` makes sure that all of a file is whole.

        Raises:
            UsageError, LedgerUnusable: as in `open_ledger`.
        """
        return self._shared(None) if self.address else ledger_file.read_ledger(self.outbox, thoroughly)

    def watched(self, progress: Progress) -> Progress:
        """The same progress, told to all machines as well."""
        return _Told(progress, self.lease) if self.lease is not None else progress

    @asynccontextmanager
    async def keeping(self, ledger: Ledger, stopping: Stopping) -> AsyncIterator[None]:
        """Stop the run as soon as the tenant may no longer be ours."""
        if self.lease is None:
            yield
            return
        watch = asyncio.get_running_loop().create_task(_watch(self.lease, ledger, stopping))
        try:
            yield
        finally:
            watch.cancel()

    def _shared(self, lease: Lease | None) -> Ledger:
        if (self.outbox / LEDGER).exists() and not (self.outbox / MOVED).exists():
            raise UsageError(
                f"{self.outbox / LEDGER} knows what was sent, and the ledger in PostgreSQL does not: bring it along"
                f" with clarus-batch cluster init --import {self.outbox / LEDGER}"
            )
        ledger = Ledger.shared(self.address, self.tenant, lease, machine_of(self.outbox))
        names = [folder.name for folder in run_folders(self.outbox)]
        if names and (unknown := ledger.unknown_runs(names)):
            ledger.drop()
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            raise UsageError(
                f"the ledger {ledger.name} does not know run {unknown[0]}{more} of {self.outbox}: set ledger_file to"
                " the ledger of that run, restore it, or make one from the results files (clarus-batch rebuild) and"
                " bring it along (clarus-batch cluster init --import)"
            )
        return ledger


def machine_of(outbox: Path) -> str:
    """Where runs are: an outbox of this machine."""
    return f"{socket.gethostname()}:{outbox.resolve()}"


def not_held(settings: Settings, tenant: str) -> Hold:
    """What is needed to read the ledger only.

    Raises:
        UsageError: the driver of PostgreSQL is not installed.
    """
    if settings.cluster.address:
        require_driver()
    return Hold(settings.outbox, settings.cluster.address, tenant)


@dataclass(frozen=True, slots=True)
class Aside:
    """What is done beside runs, once at a time: it keeps no run out, and posts nothing."""

    name: str
    lock: str  # the file that is locked


@contextmanager
def holding_tenant(
    settings: Settings,
    tenant: str,
    stopping: Stopping,
    say: Callable[[str], None] = lambda words: None,
    aside: Aside | None = None,
) -> Iterator[Hold]:
    """Hold the outbox, or, where the ledger is in PostgreSQL, the tenant.

    Raises:
        OutboxBusy: another run holds it.
        UsageError, LedgerUnusable: it cannot be held.
    """
    if not settings.cluster.address:
        with holding(settings.outbox, *((aside.lock, aside.name) if aside else ())):
            yield Hold(settings.outbox)
        return
    require_driver()
    from pipeline.ledger.lease import Lease, Terms

    own = settings.clarus
    terms = Terms(settings.cluster.lease_seconds, 0.0 if aside else own.timeout_seconds + own.read_settle_seconds)
    lease = Lease.take(settings.cluster.address, f"{tenant} ({aside.name})" if aside else tenant, terms)
    hold = Hold(settings.outbox, settings.cluster.address, tenant, lease)
    exit_code: int | None = None
    try:
        with fencing(lease):
            _wait_for_the_last_holder(lease, stopping, say)
            yield hold
        exit_code = 0 if hold.exit_code is None else hold.exit_code
    except PipelineError as error:
        # Of what was under way when it broke off, nobody knows: whoever comes next waits for it.
        exit_code = None if isinstance(error, Unfinished) else error.exit_code
        raise
    finally:
        lease.release(exit_code)


def _wait_for_the_last_holder(lease: Lease, stopping: Stopping, say: Callable[[str], None]) -> None:
    """Wait until nothing that an interrupted run has sent can be under way any more."""
    if lease.wait <= 0:
        return
    say(f"the last run of this tenant, by {lease.before}, broke off: waiting {lease.wait:.0f} s for what it sent last")
    until = time.monotonic() + lease.wait
    while (seconds := until - time.monotonic()) > 0:
        if isinstance(stopping.reason, Stopped):
            stopping.check()
        time.sleep(min(seconds, _LOOK_SECONDS))


async def _watch(lease: Lease, ledger: Ledger, stopping: Stopping) -> None:
    while lease.left > 0:
        if stopping.reason is not None and time.monotonic() - ledger.waits_since > _LAST_COMMIT_SECONDS:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    else:
        stopping.stop(lease.lose("it could not be renewed in time"))
    ledger.interrupt()


def require_driver() -> None:
    """Make sure that PostgreSQL can be talked to.

    Raises:
        UsageError: its driver is not installed.
    """
    try:
        import psycopg  # noqa: F401  # an extra
    except ImportError as error:
        raise UsageError(_EXTRA) from error


class _Told:
    """Tells the lease, which tells the ledger, how far a run is."""

    def __init__(self, progress: Progress, lease: Lease) -> None:
        self._progress, self._standing = progress, lease.standing

    def say(self, message: str) -> None:
        """Pass it on."""
        self._progress.say(message)

    def begin(self, what: str, total: int) -> None:
        """Note what is taken up."""
        self._standing.stage, self._standing.done, self._standing.total = what, 0, total
        self._progress.begin(what, total)

    def ended(self, status: Status) -> None:
        """Count one."""
        self._standing.done += 1
        self._progress.ended(status)
