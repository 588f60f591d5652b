"""How a run is told to stop: by Ctrl-C, by a signal, by what makes it useless to go on, or by one that took over."""

from __future__ import annotations

import _thread
import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Protocol

from pipeline.errors import Stopped, Unfinished

# SIGHUP: the terminal was closed; SIGBREAK: Ctrl-Break, and how Windows ends what has a console.
STOPS = tuple(
    signal.Signals(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

_LOOK_EVERY = 0.05  # seconds


class Stopping:
    """Whether the run has been told to stop, and why. Whatever may take long is awaited through it."""

    def __init__(self) -> None:
        self.reason: Unfinished | None = None
        self._waits: dict[asyncio.Timeout, float] = {}
        self._hearers: list[Callable[[Unfinished], None]] = []
        self._asked_at = 0.0  # when it was told to stop
        self._works = False  # on something that nobody awaits, and that is broken off at once

    def stop(self, reason: Unfinished) -> None:
        """Tell everybody; the first reason counts. A signal handler may call this, whatever is going on."""
        if self.reason is not None:
            return
        self.reason, self._asked_at = reason, time.monotonic()
        if self._works and isinstance(reason, Stopped):
            raise KeyboardInterrupt
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no event loop runs yet, or no longer: nobody waits
            return
        loop.call_soon_threadsafe(self._end_waits)

    def tell(self, hearer: Callable[[Unfinished], None]) -> None:
        """Let somebody hear the reason, in the event loop, when the run is told to stop."""
        self._hearers.append(hearer)

    def check(self) -> None:
        """Raise the reason, if there is one."""
        if self.reason is not None:
            raise self.reason.with_traceback(None)  # many raise it: none is to carry the path of the others

    def interruptible(self, grace: float = 0.0) -> _Interruptible:
        """End what is awaited inside with the reason, `grace` seconds after the run is told to stop."""
        return _Interruptible(self, self._waits, grace)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Break off what takes long inside, and is not awaited, when the run is asked to stop; raise why."""
        if isinstance(self.reason, Stopped):  # where Clarus is out of reach, files are still worth reading
            self.check()
        self._works = True
        try:
            yield
        except KeyboardInterrupt:
            self.check()
            raise
        finally:
            self._works = False

    @property
    def seconds(self) -> float:
        """How long ago the run was told to stop; 0 where it was not."""
        return 0.0 if self.reason is None else time.monotonic() - self._asked_at

    @contextmanager
    def working_until(self, allowance: float) -> Iterator[None]:
        """Break off what takes long inside, and is not awaited, so many seconds after the run was asked to stop.

        Raises:
            Stopped: it was broken off.
        """
        if isinstance(self.reason, Stopped) and self.seconds >= allowance:
            self.check()
        done, overdue = threading.Event(), False

        def watch() -> None:  # with nothing that a signal handler would have to tell it: that may come at any moment
            nonlocal overdue
            while not done.wait(_LOOK_EVERY):
                if isinstance(self.reason, Stopped) and self.seconds >= allowance:
                    overdue = True
                    _thread.interrupt_main()
                    return

        watcher = threading.Thread(target=watch, name="stopping", daemon=True)
        watcher.start()
        try:
            try:
                yield
            finally:
                done.set()
                watcher.join()
        except KeyboardInterrupt:
            if overdue:
                self.check()
            raise

    async def sleep(self, seconds: float) -> None:
        """Sleep, unless the run is told to stop: then raise the reason."""
        async with self.interruptible():
            await asyncio.sleep(seconds)

    def _end_waits(self) -> None:
        assert self.reason is not None
        now = asyncio.get_running_loop().time()
        for wait, grace in self._waits.items():
            wait.reschedule(now + grace)
        for hear in self._hearers:
            hear(self.reason)


class _Interruptible:
    """A timeout without a time, until the run is told to stop.

    By hand, since a context manager made of a generator takes thrice the time, twice for every request.
    """

    __slots__ = ("_grace", "_stopping", "_timeout", "_waits")

    def __init__(self, stopping: Stopping, waits: dict[asyncio.Timeout, float], grace: float) -> None:
        self._stopping, self._waits, self._grace = stopping, waits, grace
        self._timeout = asyncio.timeout(None)

    async def __aenter__(self) -> None:
        self._stopping.check()
        await self._timeout.__aenter__()
        self._waits[self._timeout] = self._grace

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._waits[self._timeout]
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            self._stopping.check()
            raise


@contextmanager
def listening(stop: Callable[[Stopped], None]) -> Iterator[None]:
    """Call `stop` when the process is asked to end; asked a second time, it ends at once.

    Plain signal handlers, not those of asyncio: they are heard while a large file is being read as well.
    """
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        stop(Stopped(f"stopped by {signal.Signals(number).name}; the next run goes on from here"))

    before = {number: signal.signal(number, handle) for number in STOPS if not _is_ignored(number)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_ignored(number: signal.Signals) -> bool:
    # `nohup` has seen to it that the run outlives its terminal; a shell script's `&` ignores Ctrl-C, not so a stop.
    return number.name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN


# A run that has lost its tenant to another must do nothing more: its fence is asked right before each step that shows
# outside. A run alone with its outbox has none. Files are many rooms away from who holds the tenant, so that their
# fence is set for all that happens inside `fencing`; requests and commits are given theirs.


class Fence(Protocol):
    """Whether we still hold what we work on."""

    @property
    def epoch(self) -> int:
        """Grows whenever another one takes over, so that two never write under one name."""

    def check(self) -> None:
        """Raise `LeaseLost` where we no longer hold it, or cannot know that we do."""


_fence: ContextVar[Fence | None] = ContextVar("fence", default=None)


@contextmanager
def fencing(fence: Fence | None) -> Iterator[None]:
    """Have the fence asked before each file that is put in place inside."""
    token = _fence.set(fence)
    try:
        yield
    finally:
        _fence.reset(token)


def check_files() -> None:
    """Ask the fence, if there is one, before a file is put in place."""
    if (fence := _fence.get()) is not None:
        fence.check()


def file_epoch() -> int | None:
    """The epoch under which files are written; None without a fence."""
    fence = _fence.get()
    return None if fence is None else fence.epoch
