"""Faults on demand: what goes wrong, with which requests, and when."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from threading import Lock


class What(StrEnum):
    LATENCY = "latency"  # the record is made, the answer comes `seconds` later
    STATUS = "status"  # nothing is made, the answer is `status`
    CUT_BEFORE = "cut_before"  # nothing is made, the connection is closed without an answer
    CUT_AFTER = "cut_after"  # the record is made, the connection is closed without an answer
    HALF_ANSWER = "half_answer"  # the record is made, the connection is closed within the answer
    HANG_BEFORE = "hang_before"  # nothing is made, there is no answer until the client gives up
    HANG_AFTER = "hang_after"  # the record is made, there is no answer until the client gives up
    LOST_5XX = "lost_5xx"  # the record is made, the answer is `status`
    LATE_5XX = "late_5xx"  # the answer is `status`; the record is made `seconds` later
    FOREIGN = "foreign"  # the record is made, the answer is that of the last request to the same path
    EXPIRE_TOKENS = "expire_tokens"  # every issued token ends before the request is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong with requests of a method and a path.

    Of the requests it matches, the first `skip` are spared; of the rest every `every`-th is a candidate, and
    each candidate is struck with `probability`, at most `times` in all (None: without end).
    """

    what: What
    method: str = ""  # empty: any
    path: str = "/"  # how the path begins
    skip: int = 0
    times: int | None = 1
    every: int = 1
    probability: float = 1.0
    seed: int = 0  # of the chance, so that a run can be repeated
    seconds: float = 1.0  # LATENCY and LATE_5XX
    status: int = 500  # STATUS, LOST_5XX and LATE_5XX
    retry_after: float | None = None  # seconds; sent with `status`
    retry_after_as_date: bool = False

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("every: counts from 1")
        if not 200 <= self.status <= 599:
            raise ValueError(f"status: {self.status} is no answer of HTTP")

    def retry_after_header(self, now: float) -> tuple[tuple[str, str], ...]:
        """The header with this fault's wait; empty without one. `now` in seconds since the epoch."""
        if self.retry_after is None:
            return ()
        if self.retry_after_as_date:
            return (("Retry-After", formatdate(now + self.retry_after, usegmt=True)),)
        return (("Retry-After", f"{self.retry_after:g}"),)


@dataclass(slots=True)
class _Watch:
    fault: Fault
    matched: int = 0
    struck: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.fault.seed)

    def due(self, method: str, path: str) -> bool:
        """Count a request, and say whether it is one to strike."""
        fault = self.fault
        if fault.method not in ("", method) or not path.startswith(fault.path):
            return False
        self.matched += 1
        beyond = self.matched - fault.skip
        if beyond <= 0 or beyond % fault.every or self.struck == fault.times:
            return False
        return fault.probability >= 1 or self.chance.random() < fault.probability


class Faults:
    """The plan of what goes wrong; any thread may change it while requests come in."""

    def __init__(self) -> None:
        self._watches: list[_Watch] = []
        self._lock = Lock()

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._watches += map(_Watch, faults)

    def replace(self, faults: Iterable[Fault] = ()) -> None:
        """Forget the plan and what was counted for it; begin with these faults."""
        with self._lock:
            self._watches = [_Watch(fault) for fault in faults]

    def struck(self) -> list[tuple[Fault, int]]:
        """How often each fault of the plan has struck."""
        with self._lock:
            return [(watch.fault, watch.struck) for watch in self._watches]

    def strike(self, method: str, path: str) -> Fault | None:
        """Count a request for every fault that matches it; the first one that is due strikes it."""
        with self._lock:
            due = [watch for watch in self._watches if watch.due(method, path)]
            if not due:
                return None
            due[0].struck += 1
            return due[0].fault
