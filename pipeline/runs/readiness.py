"""Whether a run could begin now: each thing that it needs, looked at by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic

from pipeline.clarus.access import Access
from pipeline.clarus.client import Clarus
from pipeline.config import Settings
from pipeline.errors import CredentialsRefused, OutboxBusy, PipelineError, Unfinished, UsageError
from pipeline.runs.hold import require_driver
from pipeline.runs.lock import holding
from pipeline.runs.outbox import make_folders, owners_alone
from pipeline.stopping import Stopping

_PATIENCE = 10.0  # seconds; a run has more
_CLOCKS_APART = 60.0  # seconds from which on it is worth a word
_LITTLE_SPACE = 500_000_000  # bytes
_QUERY = "query($first: Int) { accounts { all(first: $first) { edges { node { id } } } } }"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    words: str
    exit_code: int = 0  # 0: it is well

    @property
    def is_well(self) -> bool:
        """Whether it is no reason for a run to fail."""
        return self.exit_code == 0


async def clarus_checks(access: Access, stopping: Stopping) -> list[Check]:
    """Ask Clarus for a token and for one record: credentials, tenant and clock."""
    patient = replace(access, give_up=min(access.give_up, _PATIENCE))
    async with Clarus(patient, stopping) as clarus:
        began = monotonic()
        try:
            await clarus.query(_QUERY, {"first": 1})
        except CredentialsRefused as error:
            return [Check("credentials", str(error), error.exit_code), clock(clarus.said_date)]
        except Unfinished as error:
            return [Check("tenant", str(error), error.exit_code), clock(clarus.said_date)]
        seconds = monotonic() - began
        who = f"client {access.credentials.client_id}" if access.credentials.client_id else "the access token"
        return [
            Check("credentials", f"Clarus accepts {who}"),
            Check("tenant", f"{access.subdomain} answers at {access.base_url} in {seconds:.1f} s"),
            clock(clarus.said_date),
        ]


def clock(said: str) -> Check:
    """Compare the clock of this machine with the moment that an answer says, as its header Date has it."""
    try:
        apart = (datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds()
    except (TypeError, ValueError):
        return Check("clock", "not compared: no answer of Clarus says what time it is")
    if abs(apart) < _CLOCKS_APART:
        return Check("clock", "agrees with that of Clarus")
    side = "ahead of" if apart > 0 else "behind"
    return Check("clock", f"warning: {abs(apart):,.0f} s {side} that of Clarus: set this machine's clock")


def local_checks(settings: Settings) -> Iterator[Check]:
    """Look at the folders and the lock."""
    folders = dict.fromkeys((settings.inbox, settings.outbox))
    yield _disk([*folders])
    if not settings.outbox.is_dir():
        yield Check("lock", "not tried: there is no outbox", Unfinished.exit_code)
        return
    if settings.cluster.address:
        yield _shared_ledger(settings.cluster.address)
        return
    try:
        with owners_alone(), holding(settings.outbox):
            yield Check("lock", "free")
    except OutboxBusy as error:
        yield Check("lock", f"{error}: a run is under way")
    except UsageError as error:
        yield Check("lock", str(error), error.exit_code)
    except OSError as error:
        yield Check("lock", f"{error.filename}: {error.strerror}", Unfinished.exit_code)


def _shared_ledger(address: str) -> Check:
    try:
        require_driver()
        from pipeline.ledger.server import check_server, connect, name_of

        with closing(connect(address)) as connection:
            check_server(connection, name_of(address))
        return Check("ledger", f"{name_of(address)} answers")
    except PipelineError as error:
        return Check("ledger", str(error), error.exit_code)


def _disk(folders: list[Path]) -> Check:
    for folder in folders:
        try:
            make_folders(folder)
            with owners_alone():
                trial = folder / f".ping-{os.getpid()}.tmp"
                trial.write_bytes(b"clarus-batch\n")
                trial.unlink()
        except OSError as error:
            return Check("disk", f"{folder} cannot be written to: {error.strerror}", Unfinished.exit_code)
        except PipelineError as error:
            return Check("disk", str(error), Unfinished.exit_code)
    free = min(shutil.disk_usage(folder).free for folder in folders)
    warning = "warning: only " if free < _LITTLE_SPACE else ""
    return Check("disk", f"{' and '.join(map(str, folders))} can be written to, {warning}{free / 1e9:,.1f} GB free")
