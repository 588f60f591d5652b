"""Ctrl-C and SIGTERM: the run stops sending, writes its results and goes on another time."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.errors import Stopped


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
        reason = Stopped(f"stopped by {signal.Signals(number).name}; the next run goes on from here")
        try:
            asyncio.get_running_loop().call_soon_threadsafe(stop, reason)
        except RuntimeError:  # no event loop runs yet, or no longer
            stop(reason)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
