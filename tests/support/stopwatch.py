"""How long something takes."""

from __future__ import annotations

import time


class Stopwatch:
    """Runs from when it is made.

    A virtual machine that is put to sleep and wakes up again lets one of its clocks jump: the lesser time counts.
    """

    def __init__(self) -> None:
        self._steady, self._of_day = time.monotonic(), time.time()

    @property
    def seconds(self) -> float:
        """The seconds gone by."""
        return min(time.monotonic() - self._steady, time.time() - self._of_day)
