"""A worker: looks which tenants have something to do, and serves them, each by the ordinary command in a process.

It only reminds: should two workers serve one tenant at once, the lease lets one of them in, and the other ends with 4.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import procrastinate
from procrastinate.exceptions import ConnectorException

from pipeline.cluster.looking import has_work
from pipeline.cluster.queue import DEAD_AFTER_SECONDS, QUEUE, queue, remind, require_queue, sweep
from pipeline.cluster.tenants import Cluster, shown
from pipeline.errors import LedgerUnusable, PipelineError, UsageError
from pipeline.stopping import STOPS

log = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-m", "pipeline", "run", "-q")
_LOOK_SECONDS = 0.1
_AGAIN_SECONDS = 300.0  # after a run that could not finish, or a configuration that is wrong
_PR_SET_PDEATHSIG = 1
_HEARTBEAT_SECONDS = DEAD_AFTER_SECONDS / 3


class Worker:
    """Serves tenants until a signal stops it."""

    def __init__(self, cluster: Cluster, say: Callable[[str], None]) -> None:
        self._cluster, self._say = cluster, say
        self._own = cluster.settings.cluster
        self._app = queue(self._own.address, self.serve)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stop = asyncio.Event()
        self._stopped = False

    async def work(self) -> None:
        """Serve until `stop`; then let those runs end that are under way.

        Raises:
            LedgerUnusable: the server is out of reach.
        """
        async with self._app.open_async():
            serving = asyncio.create_task(
                self._app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._own.concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=min(5.0, self._own.look_every_seconds),
                    update_heartbeat_interval=_HEARTBEAT_SECONDS,
                    stalled_worker_timeout=DEAD_AFTER_SECONDS,
                )
            )
            looking = asyncio.create_task(self._look_on())
            stop = asyncio.create_task(self._stop.wait())
            try:
                await asyncio.wait((serving, looking, stop), return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.stop()
                looking.cancel()
                serving.cancel()  # takes no other job, and waits for those under way
                for task in (looking, serving, stop):
                    with suppress(asyncio.CancelledError):
                        await task

    def stop(self) -> None:
        """Serve no further tenant, and ask the runs under way to stop."""
        if not self._stopped:
            for process in [*self._running]:
                process.terminate()
        self._stopped = True
        self._stop.set()

    def kill(self) -> None:
        """End the runs under way at once: the next ones go on from the ledger."""
        self._stopped = True
        for process in [*self._running]:
            process.kill()

    async def serve(self, tenant: str) -> None:
        """Let a tenant be served by the ordinary command; what came of it decides when it is looked at again."""
        if self._stopped:
            await remind(self._app, tenant)
            return
        process = subprocess.Popen(
            [*_COMMAND, *self._cluster.words(tenant)], stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent
        )
        self._running.add(process)
        try:
            while process.poll() is None:
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._running.discard(process)
        if process.returncode not in (0, 1):
            self._say(f"{shown(tenant)}: run ended with {process.returncode}")
            wait = self._own.lease_seconds if process.returncode == 4 or process.returncode < 0 else _AGAIN_SECONDS
            await remind(self._app, tenant, 0.0 if self._stopped else wait)

    async def _look_on(self) -> None:
        while True:
            try:
                await sweep(self._app)
                await look(self._app, self._cluster, self._say)
            except ConnectorException as error:
                log.warning("the queue cannot be reached: %s", error)
            await asyncio.sleep(self._own.look_every_seconds)


async def look(app: procrastinate.App, cluster: Cluster, say: Callable[[str], None]) -> list[str]:
    """Remind of every tenant that has something to do; one whose configuration is wrong does not hinder the others."""
    reminded = []
    for tenant in cluster.tenants():
        try:
            settings = cluster.settings_of(tenant)
        except UsageError as error:
            say(f"{shown(tenant)}: {error}")
            continue
        if await has_work(settings) and await remind(app, tenant):
            reminded.append(tenant)
    return reminded


def work(cluster: Cluster, say: Callable[[str], None]) -> int:
    """Serve tenants until the process is asked to end; return the exit code."""
    for tenant in cluster.tenants():
        cluster.settings_of(tenant)  # says what is wrong before anything is served
    require_queue(cluster.settings.cluster.address)

    async def main() -> None:
        worker = Worker(cluster, say)
        loop = asyncio.get_running_loop()
        asked = False

        def hear(number: int, frame: FrameType | None) -> None:
            nonlocal asked
            if asked:
                worker.kill()
                raise KeyboardInterrupt
            asked = True
            loop.call_soon_threadsafe(worker.stop)

        before = {number: signal.signal(number, hear) for number in STOPS}
        try:
            await worker.work()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # psycopg's asynchronous side does not work with the event loop that Windows has otherwise.
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(main())
    except ConnectorException as error:
        raise LedgerUnusable(f"the queue cannot be reached ({error})") from None
    except KeyboardInterrupt:
        raise PipelineError("stopped at once; the runs go on from the ledger") from None
    return 0


def _end_with_parent() -> None:
    """A run whose worker was killed is asked to stop: it writes its results and gives its tenant back."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
