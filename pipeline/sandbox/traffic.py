"""How many requests there were and are, and whether one more is too many."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Requests:
    """What has been asked so far, refused requests included."""

    counts: Mapping[str, int]  # by method and path template: "POST /api/goods_outs"
    statuses: Mapping[int, int]  # whole answers, by status
    total: int
    throttled: int  # answered 429 because of a limit
    peak: int  # most requests at one time


@dataclass(slots=True)
class Traffic:
    clock: Callable[[], float]
    _counts: Counter[str] = field(default_factory=Counter)
    _statuses: Counter[int] = field(default_factory=Counter)
    _throttled: int = 0
    _now: int = 0
    _peak: int = 0
    _allowance: float = 0.0  # requests that may still come at once
    _refilled_at: float = float("-inf")

    def enter(self, name: str) -> None:
        self._counts[name] += 1
        self._now += 1
        self._peak = max(self._peak, self._now)

    def answered(self, status: int) -> None:
        """An answer is about to be sent: whoever has it finds it counted."""
        self._statuses[status] += 1

    def leave(self) -> None:
        self._now -= 1

    def too_much(self, max_concurrent: int | None, rate: float | None) -> bool:
        """Whether the request that entered last breaks a limit. `rate` is in requests a second."""
        crowded = max_concurrent is not None and self._now > max_concurrent
        refuse = crowded or (rate is not None and not self._allowed(rate))
        self._throttled += refuse
        return refuse

    def _allowed(self, rate: float) -> bool:
        """A bucket that holds a second's worth of requests."""
        now = self.clock()
        full = max(rate, 1.0)
        self._allowance = min(full, self._allowance + (now - self._refilled_at) * rate)
        self._refilled_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def so_far(self) -> Requests:
        counts, statuses = dict(self._counts), dict(self._statuses)
        return Requests(counts, statuses, sum(counts.values()), self._throttled, self._peak)
