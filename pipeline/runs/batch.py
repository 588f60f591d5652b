"""What one call of the command does: what is owed from earlier runs first, then the files that are there now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clarus.client import Access, Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.config import Settings
from pipeline.errors import LedgerUnusable, Stopped, UsageError
from pipeline.ledger import Ledger, RunFile
from pipeline.progress import Progress
from pipeline.results import RESERVED_NAMES, SUMMARY
from pipeline.runs.closing import Finished
from pipeline.runs.inbox import copy, move
from pipeline.runs.outbox import LEDGER, free_name, new_run_folder
from pipeline.runs.rehearsal import PAYLOADS, rehearse
from pipeline.runs.run import run_folder
from pipeline.stopping import Stopping
from pipeline.values.outcomes import OWED, RETRIED, Status


@dataclass(frozen=True, slots=True)
class Job:
    """Runs folders of the outbox, which the caller holds."""

    settings: Settings
    access: Access
    progress: Progress
    stopping: Stopping

    async def run(self, files: Sequence[Path], keep: bool) -> list[Finished]:
        """Finish what is owed, then run these files; `keep` copies them into the run folder instead of moving them.

        Raises:
            Stopped: the run was told to stop before it had begun with something; that stays as it is.
        """
        async with self._open() as (clarus, ledger):
            finished = await self._take_up(await ledger.owed_runs(clarus.tenant), clarus, ledger, OWED)
            # When Clarus is out of reach, the files are still worth checking; when somebody waits for us to end, not.
            here = [file for file in files if file.exists()]  # a run that died while it took them in has got the others
            if here and not isinstance(self.stopping.reason, Stopped):
                folder = new_run_folder(self.settings.outbox)
                names = await self._take_in(here, keep, folder, clarus, ledger)
                finished += [await self._run(folder, names, clarus, ledger, OWED)] if names else []
            self._must_be_told(finished)
            return finished

    async def rehearse(self, files: Sequence[Path]) -> list[Finished]:
        """Do everything but sending; the files stay where they are, and nothing is owed."""
        ledger = Ledger.open_to_read(self.settings.outbox / LEDGER)
        try:
            async with Clarus(self.access, self.stopping) as clarus:
                folder = new_run_folder(self.settings.outbox)
                return [await rehearse(folder, files, self.settings, clarus, ledger, self.progress, self.stopping)]
        finally:
            await ledger.close()

    async def retry(self, run: str | None, send_unknown: bool) -> list[Finished]:
        """Try again what one run, or every run, left unfinished.

        Raises:
            UsageError: there is no such run.
            Stopped: the run was told to stop before it had begun with something; that stays as it is.
        """
        async with self._open() as (clarus, ledger):
            if run is not None and not await ledger.knows_run(run, clarus.tenant):
                if (self.settings.outbox / run / PAYLOADS).exists():
                    raise UsageError(f"run {run} is a rehearsal: nothing was sent, so there is nothing to try again")
                raise UsageError(f"there is no run {run} in {self.settings.outbox}")
            if run is not None and not (self.settings.outbox / run).is_dir():
                raise UsageError(f"the folder of run {run} is gone from {self.settings.outbox}")
            runs = [run] if run is not None else await ledger.unfinished_runs(clarus.tenant)
            finished = await self._take_up(runs, clarus, ledger, RETRIED, send_unknown)
            self._must_be_told(finished)
            return finished

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[tuple[Clarus, Ledger]]:
        ledger = Ledger.open(self.settings.outbox / LEDGER)
        try:
            async with Clarus(self.access, self.stopping) as clarus:
                yield clarus, ledger
        finally:
            await ledger.close()

    async def _take_in(
        self, files: Sequence[Path], keep: bool, folder: Path, clarus: Clarus, ledger: Ledger
    ) -> list[str]:
        """Bring files into the folder of their run and return the names that they have there."""
        taken: list[RunFile] = []
        for file in files:
            name = free_name(file.name, [*(other.name for other in taken), *RESERVED_NAMES])
            taken.append(RunFile(name, file, keep))
        try:
            # Before the first file moves: whatever happens from now on, the next run looks into this folder.
            await ledger.begin_run(folder.name, clarus.tenant, taken)
        except LedgerUnusable:
            folder.rmdir()
            raise
        return await self._bring_in(folder, ledger)

    async def _take_up(
        self,
        runs: Sequence[str],
        clarus: Clarus,
        ledger: Ledger,
        again: Collection[Status],
        send_unknown: bool = False,
    ) -> list[Finished]:
        finished = []
        for run in runs:
            if self.stopping.reason:
                break  # the others stay owed as they are
            folder = self.settings.outbox / run
            if names := await self._bring_in(folder, ledger):
                self.progress.say(f"taking up run {run} again")
                await ledger.begin_run(run, clarus.tenant)
                finished.append(await self._run(folder, names, clarus, ledger, again, send_unknown))
        return finished

    async def _bring_in(self, folder: Path, ledger: Ledger) -> list[str]:
        """Return the names of a run's files in its folder, after those that it died too early to take have come in.

        A run without any is over.
        """
        names = []
        for file in await ledger.files_of(folder.name) if folder.is_dir() else ():
            target = folder / file.name
            try:
                if not target.exists() and not (folder / SUMMARY).exists():
                    (copy if file.copied else move)(file.source, target)
            except FileNotFoundError:
                self.progress.say(f"{file.source} is gone: somebody else has taken it")
            if target.exists():
                names.append(file.name)
        if not names:
            if not folder.is_dir():
                self.progress.say(f"the folder of run {folder.name} is gone: what it had not sent is not tried again")
            elif not any(folder.iterdir()):
                folder.rmdir()
            await ledger.end_run(folder.name, owed=False, unfinished=False)
        return names

    def _must_be_told(self, finished: Sequence[Finished]) -> None:
        """Make sure that a stop shows, also where no run was there to tell it."""
        if not any(run.stopped for run in finished):
            self.stopping.check()

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
