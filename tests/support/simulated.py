"""An event loop in which nobody waits: when all are idle, its clock jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Runs one coroutine after the other in an order that depends on nothing but the program.

    What goes to a thread is done at once. `dies_after` so many turns of the loop nothing is done any more, as after a
    kill: not even what cleans up reaches the world.
    """

    def __init__(self, now: float = 0.0, dies_after: int | None = None) -> None:
        self._selector_of_time = _Selector(self._pass_time)
        super().__init__(self._selector_of_time)
        self._now, self._turns, self._dies_after = now, 0, dies_after
        self.dead = False

    def time(self) -> float:
        return self._now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        future = self.create_future()
        if not self.dead:
            try:
                future.set_result(func(*args))
            except Exception as error:  # a thread hands any error to whoever waits for it
                future.set_exception(error)
        return future

    def live(self, main: Coroutine[Any, Any, T]) -> T | None:
        """Run to the end and return the result, or None where the loop died before."""
        task = self.create_task(main)
        try:
            return self.run_until_complete(task)
        except RuntimeError:
            if not self.dead:
                raise
            return None
        finally:
            others = asyncio.all_tasks(self)
            for other in others:
                other.cancel()
            self._dies_after = None
            if others:
                self.run_until_complete(asyncio.wait(others))
            self.close()

    def _run_once(self) -> None:
        self._turns += 1
        if self._turns == self._dies_after:
            self.dead = True
            self.stop()
        super()._run_once()  # type: ignore[misc]

    def _pass_time(self, seconds: float) -> None:
        self._now += seconds


class _Selector(selectors.SelectSelector):
    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise AssertionError("everybody waits for somebody else")
            self._pass_time(max(timeout, 0))
        return ready


def simulate(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in simulated time and return its result."""
    loop = SimulatedLoop()
    result = loop.live(main)
    return result  # type: ignore[return-value]


def now() -> float:
    """The simulated time, in seconds."""
    return asyncio.get_running_loop().time()
