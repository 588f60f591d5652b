"""What one call of the command does: what is owed from earlier runs first, then the files that are there now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clarus.client import Access, Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.inbox import copy, move
from pipeline.ledger import Ledger
from pipeline.line import Stopping
from pipeline.outbox import LEDGER, free_name, new_run_folder
from pipeline.outcomes import Status
from pipeline.progress import Progress
from pipeline.results import RESERVED_NAMES
from pipeline.run import OWED, RETRIED, Finished, run_folder


@dataclass(frozen=True, slots=True)
class Job:
    """Runs folders of the outbox, which the caller holds."""

    settings: Settings
    access: Access
    progress: Progress
    stopping: Stopping

    async def run(self, files: Sequence[Path], keep: bool) -> list[Finished]:
        """Finish what is owed, then run these files; `keep` copies them into the run folder instead of moving them."""
        async with self._open() as (clarus, ledger):
            finished = [await self._take_up(run, clarus, ledger, OWED) for run in await ledger.owed_runs(clarus.tenant)]
            if files:
                folder = new_run_folder(self.settings.outbox)
                names: dict[str, Path] = {}
                for file in files:
                    names[free_name(file.name, [*names, *RESERVED_NAMES])] = file
                await ledger.begin_run(folder.name, clarus.tenant, list(names))
                for name, file in names.items():
                    (copy if keep else move)(file, folder / name)
                finished.append(await self._run(folder, list(names), clarus, ledger, OWED))
            return finished

    async def retry(self, run: str | None, send_unknown: bool) -> list[Finished]:
        """Try again what one run, or every run, left unfinished.

        Raises:
            UsageError: there is no such run.
        """
        async with self._open() as (clarus, ledger):
            if run is not None and not await ledger.knows_run(run, clarus.tenant):
                raise UsageError(f"there is no run {run} in {self.settings.outbox}")
            runs = [run] if run is not None else await ledger.unfinished_runs(clarus.tenant)
            return [await self._take_up(each, clarus, ledger, RETRIED, send_unknown) for each in runs]

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[tuple[Clarus, Ledger]]:
        ledger = Ledger.open(self.settings.outbox / LEDGER)
        try:
            async with Clarus(self.access) as clarus:
                yield clarus, ledger
        finally:
            await ledger.close()

    async def _take_up(
        self, run: str, clarus: Clarus, ledger: Ledger, again: Collection[Status], send_unknown: bool = False
    ) -> Finished:
        folder = self.settings.outbox / run
        names = [name for name in await ledger.files_of(run) if (folder / name).exists()]
        self.progress.say(f"taking up run {run} again")
        await ledger.begin_run(run, clarus.tenant, names)
        return await self._run(folder, names, clarus, ledger, again, send_unknown)

    async def _run(
        self,
        folder: Path,
        names: Sequence[str],
        clarus: Clarus,
        ledger: Ledger,
        again: Collection[Status],
        send_unknown: bool = False,
    ) -> Finished:
        return await run_folder(
            folder, names, self.settings, clarus, ledger, self.progress, self.stopping, again, send_unknown
        )


def access_of(settings: Settings, known_as: str = "") -> Access:
    """Put together how Clarus is reached, and by what name the ledger knows the tenant if not by its address."""
    own = settings.clarus
    credentials = Credentials(
        own.client_id, own.client_secret.get_secret_value(), own.scope, own.access_token.get_secret_value()
    )
    return Access(
        base_url=own.base_url,
        subdomain=own.subdomain,
        credentials=credentials,
        api_path=own.api_path,
        concurrency=own.concurrency,
        rate=own.rate,
        timeout=own.timeout_seconds,
        connect_timeout=own.connect_timeout_seconds,
        give_up=own.give_up_seconds,
        first_wait=own.retry_wait_seconds,
        longest_hold=own.retry_after_cap_seconds,
        known_as=known_as,
    )
