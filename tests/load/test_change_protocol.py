"""Changes of an order under every schedule of lost answers, late commits, late reads, refusals, stops and kills.

In simulated time, with the real loader and the real ledger; only Clarus is simulated. `CLARUS_BATCH_SCHEDULES` sets how
many schedules the slow test tries.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulated import SimulatedLoop, now
from simulated_clarus import Fate
from simulated_orders import SimulatedOrders

from pipeline.clarus.standings import Standings
from pipeline.ledger import Ledger
from pipeline.load import Changing, Delivery, Existing, Gate, IssuedIds, Lateness, Loader, Preparation
from pipeline.stopping import Stopping
from pipeline.values.documents import Code, Document, Line
from pipeline.values.outcomes import Outcome, Status
from pipeline.values.resolved import Resolved, Unresolved
from schemas import RECORD_TYPES
from schemas.vocabulary.lists import PRODUCTS

A_FEW = 100
SCHEDULES = int(os.environ.get("CLARUS_BATCH_SCHEDULES", "2000"))
SETTLE, DOUBT = 2.0, 60.0  # seconds
RAM = Path("/dev/shm")
ORDERS = RECORD_TYPES["orders"]
NEEDED = dict.fromkeys(ORDERS.changes.needs, "x")
FATES = [fate for fate in Fate if fate is not Fate.FOREIGN]

Lines = tuple[tuple[int, int], ...]  # product and quantity of each


@dataclass(frozen=True)
class Version:
    """What a file says of the order."""

    content: int
    lines: Lines

    def document(self) -> Document:
        attributes = {**NEEDED, "reference": "A", "content": self.content}
        lines = tuple(
            Line(
                2 + at,
                {"order_quantity": quantity},
                (Code("product_id", PRODUCTS, (f"P-{product}",), "product_code"),),
                {},
            )
            for at, (product, quantity) in enumerate(self.lines)
        )
        rows = tuple(line.row for line in lines)
        return Document(ORDERS, ("ACME", "A"), rows, attributes, (), {}, lines, {}, frozenset(attributes))


versions = st.builds(
    Version,
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=4).map(tuple),
)


@dataclass(frozen=True)
class Schedule:
    """One course of events: each version is tried in a life of its own, which may be cut short."""

    first: Version
    later: list[tuple[Version, int | None]]  # after so many turns of the event loop the process is killed
    last: Version
    fates: list[Fate]
    lag: float
    late: float


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    lag = draw(st.sampled_from([0.0, 0.0, 1.0, 5.0, 20.0]))
    return Schedule(
        first=draw(versions),
        later=draw(st.lists(st.tuples(versions, st.none() | st.integers(1, 90)), max_size=3)),
        last=draw(versions),
        fates=draw(st.lists(st.sampled_from([*FATES, Fate.LOST_AFTER, Fate.WELL]), max_size=8)),
        lag=lag,
        late=draw(st.sampled_from([4.0, 20.0, 38.0])),
    )


async def resolve(documents: Sequence[Document]) -> list[Resolved | Unresolved]:
    await asyncio.sleep(0)
    found: list[Resolved | Unresolved] = []
    for document in documents:
        lines = [
            {"type": "ADD", "attributes": {"product_id": int(line.codes[0].key[0][2:]), **line.attributes}}
            for line in document.lines
        ]
        attributes = {**document.attributes, "lines_changes": lines}
        body = orjson.dumps({"data": {"type": "goods_outs", "attributes": attributes}})
        found.append(Resolved(document, "/goods_outs", body, attributes, document.key))
    return found


class World:
    """Clarus and the disk: what is left when the process is killed."""

    def __init__(self, schedule: Schedule, path: Path) -> None:
        self.path, self.now = path, 0.0
        self.clarus = SimulatedOrders([], schedule.lag, schedule.late)

    def live(self, version: Version, turns: int | None = None) -> Outcome | None:
        """Run once and return how the order ended; None where the run was killed, or stopped before it got there."""
        loop, ledgers = SimulatedLoop(self.now, turns), list[Ledger]()
        found = loop.live(self._run(version.document(), ledgers))
        self.now = loop.time()
        if found is None:
            for each in ledgers:
                each._database.close()
        return found[0] if found else None

    async def _run(self, document: Document, ledgers: list[Ledger]) -> list[Outcome]:
        stopping, outcomes = Stopping(), list[Outcome]()
        ledger = Ledger.open(self.path)
        ledgers.append(ledger)
        standings = Standings(self.clarus)
        changing = Changing(
            "acme", standings, remove_missing=True, doubt=DOUBT, settle=SETTLE, wait=stopping.sleep, clock=now
        )
        delivery = Delivery(
            self.clarus,
            self.clarus,
            ledger,
            "run-1",
            Gate(stopping, 3, 1.0),
            SETTLE,
            3,
            stopping.sleep,
            Lateness(DOUBT),
            IssuedIds(ledger.highest_id, ledger.ids),
            clock=now,
            changing=changing,
        )
        policies = {"orders": Existing.UPDATE}
        preparation = Preparation("acme", ledger.find, resolve, self.clarus, policies, changing=changing)
        loader = Loader(preparation, delivery, lambda _, outcome: outcomes.append(outcome), stopping, 3)
        await loader.load(iter([document]))
        await ledger.close()
        return outcomes


@settings(max_examples=A_FEW, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=schedules())
def test_an_order_is_changed_once_under_a_few_schedules(schedule: Schedule) -> None:
    """Killed, stopped and cheated as the schedule says, then run to the end: each line is there once."""
    _try(schedule)


@pytest.mark.slow
@settings(max_examples=SCHEDULES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=schedules())
def test_an_order_is_changed_once_under_every_schedule(schedule: Schedule) -> None:
    """The same, far more often."""
    _try(schedule)


def _try(schedule: Schedule) -> None:
    with TemporaryDirectory(dir=RAM if RAM.is_dir() else None) as folder:
        world = World(schedule, Path(folder, "ledger.sqlite3"))
        first = world.live(schedule.first)
        assert first is not None
        assert first.status is Status.CREATED
        world.now += DOUBT
        world.clarus.fates = list(schedule.fates)
        for version, turns in schedule.later:
            world.live(version, turns)
        for _ in range(len(schedule.fates) + 1):
            world.live(schedule.last)
            if not world.clarus.fates:
                break
        world.clarus.fates.clear()
        outcome = world.live(schedule.last)

        assert outcome is not None
        assert outcome.status in (Status.UPDATED, Status.EXISTS), outcome
        world.clarus.settle(until=float("inf"))
        lines = sorted((line.product, line.quantity) for line in world.clarus.lines.values())
        assert lines == sorted(schedule.last.lines)
        assert world.clarus.content == schedule.last.content
        writes = world.clarus.writes
        again = world.live(schedule.last)
        assert again is not None
        assert again.status is Status.EXISTS
        assert world.clarus.writes == writes
