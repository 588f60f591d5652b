"""What one call of the command does: what is unfinished from earlier runs first, then the files that are there now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clarus.access import Access
from pipeline.clarus.client import Clarus
from pipeline.config import Settings
from pipeline.errors import Stopped, Unfinished, UsageError
from pipeline.ledger import Ledger, Left
from pipeline.ledger.statements import pruned
from pipeline.load import Finding
from pipeline.progress import Progress
from pipeline.runs.auditing import AuditReport, find_faults, sentence
from pipeline.runs.closing import Finished, settled
from pipeline.runs.context import RunContext
from pipeline.runs.forgetting import Forgotten, Wanted, forget_document, forget_run
from pipeline.runs.hold import Hold, machine_of
from pipeline.runs.intake import bring_in, take_in
from pipeline.runs.outbox import PAYLOADS, new_run_folder
from pipeline.runs.rehearsal import rehearse
from pipeline.runs.run import Run, rewrite_results, run_folder
from pipeline.runs.unpacking import unpacked
from pipeline.runs.unsettled import BatchReport, look_up_doubts, under_other_addresses, without_input
from pipeline.runs.unused_sources import unused_sources
from pipeline.stopping import Stopping
from pipeline.values.outcomes import OWED, RETRIED, Status


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs folders of the outbox, which the caller holds, or whose tenant."""

    settings: Settings
    access: Access
    progress: Progress
    stopping: Stopping
    hold: Hold

    async def run(self, files: Sequence[Path], keep: bool) -> BatchReport:
        """Finish earlier runs, then run these files; `keep` copies them into the run folder instead of moving them.

        Raises:
            Stopped: the run had to stop before it had begun with something; that stays as it is.
        """
        async with self._open() as context:
            for words in unused_sources(self.settings.sources, files, self.settings.outbox):
                self.progress.say(f"warning: {words}")
            unsettled = await under_other_addresses(context)
            runs = await context.ledger.owed_runs(context.clarus.tenant)
            finished = await self._take_up(runs, context, OWED, unsettled)
            # When Clarus is out of reach, the files are still worth checking; when somebody waits for us to end, not.
            here = [file for file in files if file.exists()]  # a run that died while it took them in has got the others
            held: Sequence[str] = ()
            if here and not isinstance(self.stopping.reason, Stopped):
                await context.clarus.greet()
                folder = new_run_folder(self.settings.outbox)
                came = await take_in(here, keep, folder, context)
                held = came.held
                if came.names:
                    new = await run_folder(Run(folder, [folder / name for name in came.names]), context)
                    finished = [*[await self._settled(run, context) for run in finished], new]
            self._must_show_a_stop(finished)
            return BatchReport(finished, unsettled, held)

    async def rehearse(self, files: Sequence[Path]) -> BatchReport:
        """Do everything but sending; the files stay where they are, and nothing is left unfinished."""
        ledger = self.hold.read_ledger()
        try:
            async with self._clarus(ledger) as clarus:
                folder = new_run_folder(self.settings.outbox)
                context = RunContext(self.settings, clarus, ledger, self.progress, self.stopping)
                return BatchReport([await rehearse(folder, [*unpacked(folder, files)], context)])
        finally:
            await ledger.close()

    async def retry(self, run: str | None, send_unknown: bool) -> BatchReport:
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
            if run is not None and (pruned_at := (await context.ledger.ask(pruned)).get(run)):
                raise UsageError(f"run {run} was pruned on {pruned_at[:10]}: its files are gone, and nothing was left")
            runs = [run] if run is not None else await context.ledger.unfinished_runs(tenant)
            unsettled: list[str] = []
            finished = await self._take_up(runs, context, RETRIED, unsettled, send_unknown)
            self._must_show_a_stop(finished)
            return BatchReport(finished, unsettled)

    async def _settled(self, finished: Finished, context: RunContext) -> Finished:
        """A run that was taken up again, of which rows have come back in a file of this call."""
        closed = await context.ledger.closed_rows(finished.folder.name)
        return settled(finished, closed) if closed else finished

    async def audit(self, run: str | None) -> AuditReport:
        """Look up once more what one run made, or every run, and rewrite the results of those with a fault.

        Raises:
            UsageError: there is no such run.
            Unfinished: Clarus cannot be asked.
        """
        async with self._open() as context:
            if run is not None and not await context.ledger.knows_run(run, context.clarus.tenant):
                raise UsageError(f"there is no run {run} in {self.settings.outbox}")
            faults = await find_faults(context, run)
            by_run: dict[str, list[Finding]] = {}
            for fault in faults:
                by_run.setdefault(fault.entry.run, []).append(fault)
            for name, own in by_run.items():
                await rewrite_results(self.settings.outbox / name, context, own)
            return AuditReport(len(await context.ledger.made(context.clarus.tenant, run)), tuple(map(sentence, faults)))

    async def forget(self, wanted: Wanted) -> Forgotten:
        """Take a document out of the ledger."""
        async with self._open() as context:
            return await forget_document(wanted, context)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[RunContext]:
        ledger = self.hold.open_ledger()
        try:
            async with self._clarus(ledger) as clarus:
                yield RunContext(self.settings, clarus, ledger, self.progress, self.stopping)
        finally:
            await ledger.close()

    @asynccontextmanager
    async def _clarus(self, ledger: Ledger) -> AsyncIterator[Clarus]:
        fence = self.hold.lease
        async with self.hold.keeping(ledger, self.stopping), Clarus(self.access, self.stopping, fence=fence) as clarus:
            yield clarus

    async def _take_up(
        self,
        runs: Sequence[str],
        context: RunContext,
        again: Collection[Status],
        unsettled: list[str],
        send_unknown: bool = False,
    ) -> list[Finished]:
        """Go on with earlier runs; adds to `unsettled` what cannot be gone on with."""
        finished = []
        for run in runs:
            if self.stopping.reason:
                break  # the others stay unfinished as they are
            folder = self.settings.outbox / run
            if machine := await self._elsewhere(folder, context):
                self.progress.say(f"run {run} is unfinished, and its files are on {machine}: it goes on there")
                continue
            came = await bring_in(folder, context)
            left = await context.ledger.left_of(run)
            if came.names:
                self.progress.say(f"going on with run {run}")
                await context.ledger.begin_run(run, context.clarus.tenant)
                paths = [folder / name for name in came.names]
                finished.append(await run_folder(Run(folder, paths, again, send_unknown), context))
            if came.missing and left:
                if await self._is_settled(run, left, came.names, context):
                    await context.ledger.end_run(run, Left.NOTHING, unfinished=False)
                else:
                    await context.ledger.end_run(run, left, unfinished=True)
                    unsettled.append(without_input(run, came.missing, not folder.is_dir()))
        return finished

    async def _elsewhere(self, folder: Path, context: RunContext) -> str:
        """The machine that has the folder of a run, where it is another one; else ""."""
        if folder.is_dir():
            return ""
        machine = await context.ledger.machine_of(folder.name)
        return "" if machine == machine_of(self.settings.outbox) else machine

    async def _is_settled(self, run: str, left: int, names: Sequence[str], context: RunContext) -> bool:
        """Whether nothing of a run was left but documents in doubt, and Clarus has all of them."""
        try:
            found = await look_up_doubts(run, context)
        except Unfinished as reason:
            self.stopping.stop(reason)
            return False
        return found and left == Left.DOUBTS and not names

    def _must_show_a_stop(self, finished: Sequence[Finished]) -> None:
        """Make sure that a stop shows, also where no run was there to report it."""
        if not any(run.stopped for run in finished):
            self.stopping.check()


async def forget_what_is_left(hold: Hold, run: str) -> Forgotten:
    """Let go of what a run has left to do; Clarus is not needed for it.

    Raises:
        UsageError: the ledger does not know the run.
    """
    ledger = hold.open_ledger()
    try:
        return await forget_run(run, ledger)
    finally:
        await ledger.close()
