"""Giving way when Clarus gets slower, in simulated time."""

from __future__ import annotations

import asyncio

from simulated import now, simulate

from pipeline.clarus.latency import Latency
from pipeline.clarus.pace import Pace
from pipeline.stopping import Stopping


def rounds(latency: Latency, *means: float, kind: str = "/goods_outs") -> list[bool]:
    """Whether each round of four answers, which took so long on average, has shown that they take too long."""
    return [sum(latency.has_risen(kind, mean * part, 4) for part in (0.8, 1.2, 0.9, 1.1)) == 1 for mean in means]


def test_thrice_the_least_is_too_long() -> None:
    """Answers that take more than thrice as long as others of their kind are a sign."""
    latency = Latency()

    risen = rounds(latency, 0.10, 0.15, 0.30, 0.40)

    assert risen == [False, False, False, True]


def test_small_differences_say_nothing() -> None:
    """Five milliseconds instead of one come from whatever else the machine does."""
    latency = Latency()

    risen = rounds(latency, 0.001, 0.005, 0.020)

    assert risen == [False, False, False]


def test_kinds_are_not_compared() -> None:
    """Orders may take longer than the products before them."""
    latency = Latency()

    risen = rounds(latency, 0.1, kind="/products") + rounds(latency, 0.5, 0.5, kind="/goods_outs")

    assert risen == [False, False, False]


def test_what_stays_slow_becomes_usual() -> None:
    """A Clarus that is slower for good, whatever we do, does not hold a run back for good."""

    async def scenario() -> list[int]:
        pace, limits = Pace(32, None, 120.0, now, Stopping()), list[int]()

        async def worker() -> None:
            for _ in range(100):
                async with pace as left:
                    await asyncio.sleep(0.1 if now() < 2.0 else 0.8)
                    pace.answered("/goods_outs", left)
                    limits.append(pace.limit)

        async with asyncio.TaskGroup() as workers:
            for _ in range(32):
                workers.create_task(worker())
        return limits

    limits = simulate(scenario())

    assert limits is not None
    assert min(limits[200:]) == 8
    assert limits[-1] == 32


def test_requests_pile_up_no_further_than_they_are_answered_faster() -> None:
    """More at once than Clarus works on at once only wait there: the pace stays near what it can do."""

    async def scenario() -> list[int]:
        pace, active, limits = Pace(256, None, 120.0, now, Stopping()), 0, list[int]()

        async def worker() -> None:
            nonlocal active
            for _ in range(100):
                async with pace as left:
                    active += 1
                    await asyncio.sleep(0.1 * max(1.0, active / 24))  # works on 24 at once
                    active -= 1
                    pace.answered("/goods_outs", left)
                    limits.append(pace.limit)

        async with asyncio.TaskGroup() as workers:
            for _ in range(256):
                workers.create_task(worker())
        return limits

    limits = simulate(scenario())

    assert limits is not None
    settled = limits[len(limits) // 4 : len(limits) // 2]
    assert 24 <= min(settled) <= max(settled) <= 4 * 24
