"""How fast requests leave, in simulated time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import now, simulate

from pipeline.clarus.pace import Pace
from pipeline.clarus.patience import Patience
from pipeline.errors import ClarusUnreachable, Stopped
from pipeline.stopping import Stopping


def pace_of(most: int = 32, rate: float | None = None, stopping: Stopping | None = None) -> Pace:
    return Pace(most, rate, 120.0, now, stopping or Stopping())


async def requests(pace: Pace, count: int, seconds: float, each: Callable[[], None] = lambda: None) -> list[float]:
    """Send requests as fast as the pace allows; when each of them left."""
    left = []

    async def one() -> None:
        async with pace:
            left.append(now())
            await asyncio.sleep(seconds)
            each()

    await asyncio.gather(*(one() for _ in range(count)))
    return left


def test_grows_with_every_round_of_answers_until_the_most() -> None:
    """A run does not fall upon Clarus, and is at full speed after a few answers."""

    async def scenario() -> None:
        pace = pace_of(most=32)

        left = await requests(pace, 100, 1.0, pace.answered)

        assert [left.count(second) for second in range(4)] == [8, 16, 32, 32]

    simulate(scenario())


def test_one_retry_after_holds_everybody_back() -> None:
    """While Clarus asks to wait, nobody sends, whether he was waiting already or comes later."""

    async def scenario() -> None:
        pace = pace_of(most=4)
        pace.hold(10.0)

        left = await requests(pace, 6, 1.0)

        assert min(left) == 10.0

    simulate(scenario())


def test_a_hold_is_capped() -> None:
    """No header makes a run wait for a day."""

    async def scenario() -> None:
        pace = pace_of()
        pace.hold(86_400.0)

        left = await requests(pace, 1, 1.0)

        assert left == [120.0]

    simulate(scenario())


def test_a_hold_also_holds_those_who_wait_for_the_rate() -> None:
    """A request whose turn was set before the 429 does not slip out during the hold."""

    async def scenario() -> None:
        pace = pace_of(rate=2.0)
        sending = asyncio.create_task(requests(pace, 8, 0.1))
        await asyncio.sleep(1.2)

        pace.hold(30.0)
        left = await sending

        assert not [moment for moment in left if 1.2 < moment < 31.2]
        assert len(left) == 8

    simulate(scenario())


@pytest.mark.parametrize("rate", [0.5, 10.0, 1000.0])
def test_the_rate_is_never_exceeded(rate: float) -> None:
    """Between any two requests lies the time that the rate demands."""

    async def scenario() -> None:
        left = await requests(pace_of(rate=rate), 40, 0.01)

        gaps = [later - earlier for earlier, later in pairwise(left)]
        assert min(gaps) >= 1 / rate - 1e-9
        assert max(left) <= 40 / rate + 1

    simulate(scenario())


def test_gives_way_once_a_round_and_recovers() -> None:
    """The 429s of one round count once; after the hold the number grows again, slowly, in the end up to the most."""

    async def scenario() -> None:
        pace = pace_of(most=8)
        for _ in range(5):
            pace.hold(1.0)
        given_way = pace.limit

        await requests(pace, 200, 0.1, pace.answered)
        soon = pace.limit
        await requests(pace, 2000, 0.1, pace.answered)

        assert given_way == 5
        assert soon == 7
        assert pace.limit == 8

    simulate(scenario())


def test_finds_a_limit_that_nobody_tells() -> None:
    """Where Clarus refuses more than 24 at once, the run is nearly as fast as that allows, and hardly ever refused."""

    async def scenario() -> tuple[float, int]:
        pace, under_way, refused, posted = pace_of(most=128), 0, 0, 0

        async def worker() -> None:
            nonlocal under_way, refused, posted
            while posted < 100_000:
                async with pace:
                    if under_way == 24:
                        refused += 1
                        pace.hold(1.0)
                        continue
                    under_way += 1
                    await asyncio.sleep(0.02)
                    under_way -= 1
                    posted += 1
                    pace.answered()

        async with asyncio.TaskGroup() as workers:
            for _ in range(128):
                workers.create_task(worker())
        return posted / now(), refused

    found = simulate(scenario())

    assert found is not None
    rate, refused = found
    assert rate > 0.8 * 24 / 0.02
    assert refused < 60


def test_never_gives_way_below_one() -> None:
    """However often Clarus says 429, the run goes on."""

    async def scenario() -> None:
        pace = pace_of()
        for _ in range(50):
            pace.hold(1.0)
            await asyncio.sleep(1.0)

        assert pace.limit == 1
        assert len(await requests(pace, 3, 1.0)) == 3

    simulate(scenario())


def test_being_told_to_stop_ends_every_wait() -> None:
    """Who waits for a place, for the rate or for a hold to end hears it at once."""

    async def scenario() -> None:
        stopping = Stopping()
        pace = pace_of(most=2, rate=1.0, stopping=stopping)
        pace.hold(100.0)
        waiting = [asyncio.create_task(requests(pace, 1, 1.0)) for _ in range(6)]
        await asyncio.sleep(1.0)

        stopping.stop(Stopped("told"))
        ends = await asyncio.gather(*waiting, return_exceptions=True)

        assert [str(end) for end in ends] == ["told"] * 6
        assert now() == 1.0

    simulate(scenario())


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5), st.sampled_from([None, 5.0, 50.0]))
def test_no_place_is_ever_lost(seed: int, most: int, rate: float | None) -> None:
    """However requests are cancelled while they wait or are under way, all the others get through, never too many."""
    chance = random.Random(seed)

    async def scenario() -> None:
        pace = pace_of(most, rate)
        under_way = peak = done = 0

        async def one() -> None:
            nonlocal under_way, peak, done
            await asyncio.sleep(chance.random())
            async with pace:
                under_way += 1
                peak = max(peak, under_way)
                try:
                    await asyncio.sleep(chance.random())
                    pace.answered() if chance.random() < 0.8 else pace.hold(chance.random())
                finally:
                    under_way -= 1
            done += 1

        tasks = [asyncio.create_task(one()) for _ in range(30)]
        for task in chance.sample(tasks, 12):
            await asyncio.sleep(chance.random() / 5)
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)

        cancelled = sum(isinstance(end, asyncio.CancelledError) for end in ends)
        assert done == 30 - cancelled
        assert peak <= most
        assert len(await requests(pace, 3, 0.1)) == 3

    simulate(scenario())


def test_patience_ends_when_nothing_has_succeeded_for_so_long() -> None:
    """One success is enough to go on; without any, the run gives up after its time, and says what was in the way."""

    async def scenario() -> None:
        patience = Patience(60.0, now)
        patience.failed("Clarus answered 503")
        await asyncio.sleep(59.0)
        patience.check()
        patience.succeeded()
        patience.failed("Clarus answered 502")
        await asyncio.sleep(59.0)
        patience.check()
        await asyncio.sleep(1.0)

        with pytest.raises(ClarusUnreachable, match="for 60 seconds; the last answer was: Clarus answered 502"):
            patience.check()

    simulate(scenario())


def test_patience_is_not_lost_while_nothing_is_asked() -> None:
    """Time in which nothing failed does not count."""

    async def scenario() -> None:
        patience = Patience(60.0, now)
        await asyncio.sleep(1_000.0)

        patience.failed("Clarus answered 503")

        patience.check()

    simulate(scenario())
