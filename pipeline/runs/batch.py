"""What one call of the command does: what is unfinished from earlier runs first, then the files that are there now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clarus.access import Access
from pipeline.clarus.client import Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.config import Settings
from pipeline.errors import Stopped, UsageError
from pipeline.ledger import Ledger
from pipeline.progress import Progress
from pipeline.runs.closing import Finished, settled
from pipeline.runs.context import RunContext
from pipeline.runs.intake import bring_in, take_in
from pipeline.runs.outbox import LEDGER, new_run_folder
from pipeline.runs.rehearsal import PAYLOADS, rehearse
from pipeline.runs.run import Run, run_folder
from pipeline.stopping import Stopping
from pipeline.values.outcomes import OWED, RETRIED, Status


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs folders of the outbox, which the caller holds."""

    settings: Settings
    access: Access
    progress: Progress
    stopping: Stopping

    async def run(self, files: Sequence[Path], keep: bool) -> list[Finished]:
        """Finish earlier runs, then run these files; `keep` copies them into the run folder instead of moving them.

        Raises:
            Stopped: the run had to stop before it had begun with something; that stays as it is.
        """
        async with self._open() as context:
            finished = await self._take_up(await context.ledger.owed_runs(context.clarus.tenant), context, OWED)
            # When Clarus is out of reach, the files are still worth checking; when somebody waits for us to end, not.
            here = [file for file in files if file.exists()]  # a run that died while it took them in has got the others
            if here and not isinstance(self.stopping.reason, Stopped):
                await context.clarus.greet()
                folder = new_run_folder(self.settings.outbox)
                if names := await take_in(here, keep, folder, context):
                    new = await run_folder(Run(folder, [folder / name for name in names]), context)
                    finished = [*[await self._settled(run, context) for run in finished], new]
            self._must_show_a_stop(finished)
            return finished

    async def rehearse(self, files: Sequence[Path]) -> list[Finished]:
        """Do everything but sending; the files stay where they are, and nothing is left unfinished."""
        ledger = Ledger.open_to_read(self.settings.outbox / LEDGER)
        try:
            async with Clarus(self.access, self.stopping) as clarus:
                folder = new_run_folder(self.settings.outbox)
                context = RunContext(self.settings, clarus, ledger, self.progress, self.stopping)
                return [await rehearse(folder, files, context)]
        finally:
            await ledger.close()

    async def retry(self, run: str | None, send_unknown: bool) -> list[Finished]:
        """Try again what one run, or every run, left unfinished.

        Raises:
            UsageError: there is no such run.
            Stopped: the run had to stop before it had begun with something; that stays as it is.
        """
        async with self._open() as context:
            tenant = context.clarus.tenant
            if run is not None and not await context.ledger.knows_run(run, tenant):
                if (self.settings.outbox / run / PAYLOADS).exists():
                    raise UsageError(f"run {run} is a rehearsal: nothing was sent, so there is nothing to try again")
                raise UsageError(f"there is no run {run} in {self.settings.outbox}")
            if run is not None and not (self.settings.outbox / run).is_dir():
                raise UsageError(f"the folder of run {run} is gone from {self.settings.outbox}")
            runs = [run] if run is not None else await context.ledger.unfinished_runs(tenant)
            finished = await self._take_up(runs, context, RETRIED, send_unknown)
            self._must_show_a_stop(finished)
            return finished

    async def _settled(self, finished: Finished, context: RunContext) -> Finished:
        """A run that was taken up again, of which rows have come back in a file of this call."""
        closed = await context.ledger.closed_rows(finished.folder.name)
        return settled(finished, closed) if closed else finished

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[RunContext]:
        ledger = Ledger.open(self.settings.outbox / LEDGER)
        try:
            async with Clarus(self.access, self.stopping) as clarus:
                yield RunContext(self.settings, clarus, ledger, self.progress, self.stopping)
        finally:
            await ledger.close()

    async def _take_up(
        self, runs: Sequence[str], context: RunContext, again: Collection[Status], send_unknown: bool = False
    ) -> list[Finished]:
        finished = []
        for run in runs:
            if self.stopping.reason:
                break  # the others stay unfinished as they are
            folder = self.settings.outbox / run
            if names := await bring_in(folder, context):
                self.progress.say(f"going on with run {run}")
                await context.ledger.begin_run(run, context.clarus.tenant)
                paths = [folder / name for name in names]
                finished.append(await run_folder(Run(folder, paths, again, send_unknown), context))
        return finished

    def _must_show_a_stop(self, finished: Sequence[Finished]) -> None:
        """Make sure that a stop shows, also where no run was there to report it."""
        if not any(run.stopped for run in finished):
            self.stopping.check()


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
        storage_unit_field=own.storage_unit_field,
        proxy=own.proxy,
        ca_file=own.ca_file,
        client_certificate=own.client_certificate_file,
        client_key=own.client_key_file,
    )
