"""Being told to stop before a run listens by itself: most of its start is imports, and those take a second."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from pipeline.errors import Stopped

_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


@contextmanager
def stoppable() -> Iterator[None]:
    """End with the exit code of a run that was stopped, and not as if killed; `nohup` and other callers are left alone.

    Python itself dies of a Ctrl-C that meets an import, whatever is made of its KeyboardInterrupt.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) in _DEFAULTS}
    for number in before:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, f"clarus-batch: stopped by {signal.Signals(number).name}\n".encode())
    raise SystemExit(Stopped.exit_code)
