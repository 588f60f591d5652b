"""How fast requests leave: all workers share one pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

from pipeline.clarus.latency import Latency
from pipeline.errors import Unfinished
from pipeline.stopping import Stopping

_FIRST_LIMIT = 8  # requests at once, until Clarus has shown that it takes more
_GIVE_WAY = 0.7  # of the limit is left after Clarus has asked for less
_RECOVERED = 0.9  # up to this part of a limit that was too high it grows again at once
# After so many times the wait that the last 429 has cost, it tries one more: trying costs a twentieth of the time.
_TRIES_AFTER = 20


class Pace:
    """Lets requests through: so many at once, so many a second, and none while Clarus asks to wait.

    The number at once starts modestly and doubles with each round of answers, until the first 429 or until answers take
    thrice as long as they can. From then on it gives way at each such sign and grows slowly, never above `most`. What
    has led to a 429 is tried again only after a while.
    """

    def __init__(
        self, most: int, rate: float | None, longest_hold: float, clock: Callable[[], float], stopping: Stopping
    ) -> None:
        self._most, self._rate, self._longest_hold = most, rate, longest_hold
        self._clock, self._stopping = clock, stopping
        self._limit = float(min(most, _FIRST_LIMIT))
        self._latency = Latency()
        self._steady = False  # a limit has been met: from now on grow by one a round, not twofold
        self._ceiling = float(most)  # below what has led to a 429
        self._tries_after = self._tries_at = 0.0
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._held_until = self._next_turn = self._gave_way_at = clock()
        self.waited = 0.0  # seconds that Clarus has asked to wait for, overlapping ones counted once
        stopping.tell(self._send_away)

    @property
    def limit(self) -> int:
        """How many requests may be under way at once."""
        return int(self._limit)

    # By hand, since a context manager made of a generator takes thrice the time, for every request.
    async def __aenter__(self) -> float:
        """Wait for a request's turn, and hold its place until it is answered; gives the moment when it leaves.

        Raises:
            Unfinished: the run was told to stop meanwhile.
        """
        self._stopping.check()
        if self._active < self.limit:
            self._active += 1
        else:
            await self._in_line()
        try:
            await self._wait_for_leave()
        except BaseException:
            self._give_back_place()
            raise
        return self._clock()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back_place()

    def answered(self, kind: str = "", left: float | None = None) -> None:
        """Clarus has answered in good order: a request of some kind, which left at this moment."""
        if left is not None and self._latency.has_risen(kind, self._clock() - left, self.limit):
            if self.limit > _FIRST_LIMIT:
                self._give_way(_FIRST_LIMIT)
            else:
                self._latency = Latency()  # so few cannot be the reason: answers take longer from now on
        elif self._limit < self._ceiling:
            self._limit = min(self._ceiling, self._limit + (1 / self._limit if self._steady else 1))
            self._admit()
        elif self._ceiling < self._most and self._clock() >= self._tries_at:
            self._ceiling = min(self._most, self._ceiling + 1)
            self._tries_at = self._clock() + self._tries_after

    def hold(self, seconds: float) -> float:
        """Clarus has asked for less (429): hold every request back for so long, and send fewer at once.

        Returns the wait, which has a cap.
        """
        now = self._clock()
        seconds = min(seconds, self._longest_hold)
        self.waited += max(0.0, now + seconds - max(self._held_until, now))
        self._held_until = max(self._held_until, now + seconds)
        if now >= self._gave_way_at:  # the 429s of one round count once
            self._ceiling = max(1.0, self._limit * _RECOVERED)
            self._tries_after = seconds * _TRIES_AFTER
            self._tries_at = self._held_until + self._tries_after
            self._give_way(1.0)
            self._gave_way_at = self._held_until
        return seconds

    def pause(self, seconds: float) -> None:
        """Hold every request back for so long, and begin again with one at a time: nobody has asked for less."""
        self._held_until = max(self._held_until, self._clock() + min(seconds, self._longest_hold))
        self._limit = 1.0

    def _give_way(self, least: float) -> None:
        self._steady = True
        self._limit = max(least, self._limit * _GIVE_WAY)

    async def _in_line(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except BaseException:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._give_back_place()  # it was given just now: pass it on
            place.cancel()
            raise

    def _send_away(self, reason: Unfinished) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(reason.with_traceback(None))

    async def _wait_for_leave(self) -> None:
        while True:
            await self._until(self._held_until)
            if self._rate is None:
                return
            turn = max(self._clock(), self._next_turn)
            self._next_turn = turn + 1 / self._rate
            await self._until(turn)
            if self._clock() >= self._held_until:  # else Clarus has asked to wait meanwhile
                return

    async def _until(self, moment: float) -> None:
        while (seconds := moment - self._clock()) > 0:
            await self._stopping.sleep(seconds)

    def _give_back_place(self) -> None:
        self._active -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._active < self.limit:
            place = self._waiting.popleft()
            if not place.done():
                self._active += 1
                place.set_result(None)
