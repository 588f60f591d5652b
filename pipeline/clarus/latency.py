"""Whether answers come slower than they can."""

from __future__ import annotations

from statistics import fmean

_RISEN = 3.0  # times the least
_UNFELT = 0.05  # seconds more that say nothing: they come and go with what else the machine has to do


class Latency:
    """Hears how long requests of one kind take, round by round.

    Kinds differ: an order takes longer than a product. With another kind everything begins anew.
    """

    def __init__(self) -> None:
        self._kind = ""
        self._least: float | None = None  # seconds that the answers of a round took on average
        self._round: list[float] = []  # seconds
        self._size = 0  # of the round: the limit at its beginning, for it may grow with every answer

    def has_risen(self, kind: str, seconds: float, requests: int) -> bool:
        """Take one answer into account; True where it ends a round of so many that has taken far too long."""
        if kind != self._kind:
            self._kind, self._least, self._round = kind, None, []
        if not self._round:
            self._size = requests
        self._round.append(seconds)
        if len(self._round) < self._size:
            return False
        mean = fmean(self._round)
        self._round = []
        self._least = mean if self._least is None else min(mean, self._least)
        return mean > _RISEN * self._least + _UNFELT
