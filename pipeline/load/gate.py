"""How much is sent into a Clarus that answers nothing."""

from __future__ import annotations

import asyncio

from pipeline.stopping import Stopping


class Gate:
    """Lets everybody through while Clarus answers, and one now and then while no answer comes.

    A document whose answer is lost is put aside, and its worker would take the next one: without the gate, an outage
    would bring every document of the run into doubt.
    """

    def __init__(self, stopping: Stopping, limit: int, first_wait: float, longest_wait: float = 30.0) -> None:
        self._stopping, self._limit = stopping, limit
        self._first_wait, self._longest_wait = first_wait, longest_wait
        self._wait = first_wait
        self._lost = 0  # answers, since the last that came
        self._turn = asyncio.Lock()
        self._opened = asyncio.Event()

    def answered(self) -> None:
        """Clarus has answered, or a document whose answer was lost has been found there."""
        self._lost, self._wait = 0, self._first_wait
        self._opened.set()

    def lost(self) -> None:
        """An answer did not come."""
        self._lost += 1
        if self._lost >= self._limit:
            self._opened.clear()

    async def enter(self) -> None:
        """Return when one more may be sent.

        Raises:
            Unfinished: the run was told to stop.
        """
        if self._lost < self._limit:
            return
        async with self._turn:
            if self._lost < self._limit:
                return
            wait, self._wait = self._wait, min(2 * self._wait, self._longest_wait)
            try:
                async with self._stopping.interruptible(), asyncio.timeout(wait):
                    await self._opened.wait()
            except TimeoutError:
                return  # as the one that tries
