"""The protocol of "posted once", under every schedule of lost answers, late reads, refusals, stops and kills.

In simulated time, with the real loader and the real ledger; only Clarus is simulated. `CLARUS_BATCH_SCHEDULES` sets how
many schedules the slow tests try.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulated import SimulatedLoop, now
from simulated_clarus import Fate, Key, SimulatedClarus

from pipeline.errors import PipelineError
from pipeline.ledger import Ledger
from pipeline.load import Delivery, Existing, Gate, IssuedIds, Lateness, Loader, Preparation
from pipeline.stopping import Stopping
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status
from pipeline.values.resolved import Resolved, Unresolved
from schemas import RECORD_TYPES

A_FEW = 150
SCHEDULES = int(os.environ.get("CLARUS_BATCH_SCHEDULES", "2000"))
SETTLE, DOUBT = 2.0, 60.0  # seconds
HORIZON = DOUBT - 0.2  # seconds after its answer until which a record may appear
RAM = Path("/dev/shm")  # thousands of ledgers: where there is one, a disk in memory takes half of the time

ORDERS = RECORD_TYPES["orders"]
PRODUCTS = RECORD_TYPES["products"]
RECORDS = {"orders": ORDERS, "products": PRODUCTS, "unlisted": replace(ORDERS, name="unlisted", listed=None)}
REQUIRED = dict.fromkeys(PRODUCTS.changes.needs, "x")

TROUBLE = st.sampled_from([*Fate, Fate.WELL, Fate.WELL, Fate.LOST_AFTER])


@dataclass(frozen=True)
class Order:
    """A document as a schedule writes it; `kind` tells what Clarus and the program do with such."""

    reference: str
    content: int = 0
    allow_duplicate: bool = False
    kind: str = "orders"

    @property
    def key(self) -> Key:
        return (self.reference,) if self.kind == "products" else ("ACME", self.reference)

    def document(self) -> Document:
        controls = {"allow_duplicate": True} if self.allow_duplicate else {}
        attributes = {"reference": self.reference, "content": self.content, **REQUIRED}
        return Document(RECORDS[self.kind], self.key, (2,), attributes, (), {}, (), controls, frozenset(attributes))


@dataclass(frozen=True)
class Schedule:
    """One course of events."""

    documents: list[Order]
    seeded: list[Key]  # records that are there before
    fates: list[Fate]
    lives: list[int]  # after so many turns of the event loop the process is killed
    lag: float
    unique: bool
    existing: Existing
    concurrency: int
    late: float = 0.0


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    kind = draw(st.sampled_from(["orders", "orders", "products", "unlisted"]))
    duplicates = st.booleans() if kind != "products" else st.just(False)
    order = st.builds(Order, st.sampled_from("ABC"), st.sampled_from([0, 0, 0, 1]), duplicates, st.just(kind))
    documents = draw(st.lists(order, min_size=1, max_size=5))
    lag = draw(st.sampled_from([0.0, 0.0, 1.0, SETTLE - 0.05, 5.0, 30.0, HORIZON]))
    return Schedule(
        documents=documents,
        seeded=draw(st.lists(st.sampled_from([each.key for each in documents]), max_size=2)),
        fates=draw(st.lists(TROUBLE, max_size=14)),
        lives=draw(st.lists(st.integers(1, 120), max_size=3)),
        lag=lag,
        late=draw(st.sampled_from([late for late in (0.0, 4.0, 20.0, HORIZON - lag) if late + lag <= HORIZON])),
        unique=kind == "products",
        existing=draw(st.sampled_from([Existing.KEEP, Existing.UPDATE])),
        concurrency=draw(st.sampled_from([1, 3])),
    )


async def resolve(documents: Sequence[Document]) -> list[Resolved | Unresolved]:
    await asyncio.sleep(0)
    bodies = [
        orjson.dumps({"data": {"type": document.record.resource, "attributes": {"key": document.key}}})
        for document in documents
    ]
    return [Resolved(d, "/records", body, d.attributes, d.key) for d, body in zip(documents, bodies, strict=True)]


class World:
    """Clarus and the disk: what is left when the process is killed."""

    def __init__(self, schedule: Schedule, path: Path) -> None:
        self.schedule, self.path, self.now, self.kills = schedule, path, 0.0, 0
        self.clarus = SimulatedClarus(list(schedule.fates), schedule.lag, schedule.late, schedule.unique)
        self.documents = [each.document() for each in schedule.documents]
        for key in dict.fromkeys(schedule.seeded):
            self.clarus.add(key, seeded=True)

    def live(self, turns: int | None = None) -> list[tuple[Document, Outcome]] | None:
        """Run once over all documents and return their outcomes; None where the run was killed."""
        loop = SimulatedLoop(self.now, turns)
        ledger: list[Ledger] = []
        result = loop.live(self._run(ledger))
        self.now = loop.time()
        if result is None:
            self.kills += 1
            for each in ledger:
                each._database.close()  # as the system does for a process that is gone
        return result

    async def _run(self, ledgers: list[Ledger]) -> list[tuple[Document, Outcome]]:
        own, stopping = self.schedule, Stopping()
        ledger = Ledger.open(self.path)
        ledgers.append(ledger)
        outcomes: list[tuple[Document, Outcome]] = []
        delivery = Delivery(
            self.clarus,
            self.clarus,
            ledger,
            "run-1",
            Gate(stopping, own.concurrency, 1.0),
            SETTLE,
            3,
            stopping.sleep,
            Lateness(DOUBT),
            IssuedIds(ledger.highest_id, ledger.ids),
            clock=now,
        )
        loader = Loader(
            Preparation("acme", ledger.find, resolve, self.clarus, {"products": own.existing}),
            delivery,
            lambda document, outcome: outcomes.append((document, outcome)),
            stopping,
            own.concurrency,
        )
        await loader.load(iter(self.documents))
        await ledger.close()
        reported = Counter(id(document) for document, _ in outcomes)
        assert max(reported.values(), default=1) == 1, "a document is reported once"
        assert stopping.reason or len(reported) == len(self.documents), "only a run that was stopped leaves any out"
        return outcomes


def check_never_twice(world: World) -> None:
    """Whatever has happened: no document was made twice."""
    made = Counter(record.key for record in world.clarus.records if not record.seeded)
    assert max(made.values(), default=0) <= 1, f"made twice: {made}"


def check_true(world: World, outcomes: Sequence[tuple[Document, Outcome]]) -> None:
    """Every id that is told is an id of that very document."""
    seeded = {record.id for record in world.clarus.records if record.seeded}
    for document, outcome in outcomes:
        if outcome.clarus_id is not None:
            assert outcome.clarus_id in world.clarus.of(document.key)
        if outcome.status is Status.CREATED:
            assert outcome.clarus_id not in seeded
        if outcome.status.done:
            assert outcome.clarus_id is not None


@settings(max_examples=A_FEW, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=schedules())
def test_every_document_is_posted_once_under_a_few_schedules(schedule: Schedule) -> None:
    """Killed, stopped and cheated as the schedule says, then run to the end: once each, with true ids."""
    _try(schedule)


@pytest.mark.slow
@settings(max_examples=SCHEDULES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=schedules())
def test_every_document_is_posted_once_under_every_schedule(schedule: Schedule) -> None:
    """The same, far more often."""
    _try(schedule)


def _try(schedule: Schedule) -> None:
    with TemporaryDirectory(dir=RAM if RAM.is_dir() else None) as folder:
        _go_through(World(schedule, Path(folder, "ledger.sqlite3")))


def _go_through(world: World) -> None:
    schedule = world.schedule

    for turns in schedule.lives:
        outcomes = world.live(turns)
        check_never_twice(world)
        check_true(world, outcomes or [])
    for _ in schedule.fates:
        if not world.clarus.fates:
            break
        check_true(world, world.live() or [])
        check_never_twice(world)
    world.clarus.fates.clear()  # those that no request was left for
    outcomes = world.live()

    check_never_twice(world)
    assert outcomes is not None
    check_true(world, outcomes)
    for document, outcome in outcomes:
        if outcome.status is Status.INVALID:
            assert "says other things of it" in outcome.error
        elif document.record.listed is None:
            assert outcome.status in (Status.CREATED, Status.EXISTS, Status.UNKNOWN, Status.DIFFERS)
        else:
            assert outcome.status in (Status.CREATED, Status.EXISTS, Status.UPDATED, Status.DIFFERS)
            assert len(world.clarus.of(document.key)) >= 1


@pytest.mark.parametrize("turn", range(1, 90))
def test_a_kill_between_any_two_steps_loses_nothing(turn: int, tmp_path: Path) -> None:
    """One document whose answer is lost, and a kill at each turn of the event loop on its way."""
    world = World(
        Schedule([Order("A")], [], [Fate.WELL, Fate.LOST_AFTER], [], 1.9, False, Existing.KEEP, 1), tmp_path / "l"
    )

    world.live(turn)
    outcomes = world.live()

    check_never_twice(world)
    assert outcomes is not None
    assert [outcome.clarus_id for _, outcome in outcomes] == world.clarus.of(("ACME", "A")) == [1]


def test_what_is_in_doubt_and_not_listed_is_never_sent_again(tmp_path: Path) -> None:
    """Until somebody who has looked says so, it stays unknown, however often the run is repeated."""
    world = World(
        Schedule([Order("A", kind="unlisted")], [], [Fate.LOST_AFTER], [], 0.0, False, Existing.KEEP, 1),
        tmp_path / "l",
    )

    ends = [world.live() for _ in range(4)]

    assert [[outcome.status for _, outcome in end or []] for end in ends] == [[Status.UNKNOWN]] * 4
    assert len(world.clarus.records) == 1


def test_a_duplicate_that_is_allowed_is_never_taken_for_the_old_record(tmp_path: Path) -> None:
    """The ids that were there before are noted, so that a lost answer finds the new one."""
    documents = [Order("A", allow_duplicate=True)]
    fates = [Fate.WELL, Fate.LOST_BEFORE, Fate.WELL, Fate.LOST_AFTER]
    world = World(Schedule(documents, [("ACME", "A")], fates, [], 1.0, False, Existing.KEEP, 1), tmp_path / "l")

    first, again = world.live(), world.live()

    assert first is not None
    assert again is not None
    assert [(end.status, end.clarus_id) for _, end in first] == [(Status.CREATED, 2)]
    assert [(end.status, end.clarus_id) for _, end in again] == [(Status.EXISTS, 2)]


def test_a_refusal_that_hides_an_earlier_success_is_seen_through(tmp_path: Path) -> None:
    """ "Code exists" after a lost answer: it was this program that made it."""
    world = World(
        Schedule(
            [Order("A", kind="products")],
            [],
            [Fate.WELL, Fate.LOST_AFTER, Fate.REFUSED],
            [],
            0.0,
            True,
            Existing.KEEP,
            1,
        ),
        tmp_path / "l",
    )

    world.live()
    outcomes = world.live()

    assert outcomes is not None
    assert [(end.status, end.clarus_id) for _, end in outcomes] == [(Status.CREATED, 1)]


def test_a_refusal_that_hides_a_record_which_is_not_seen_yet(tmp_path: Path) -> None:
    """Reads that lag longer than promised: the second attempt is refused, and one more look finds the first."""
    world = World(
        Schedule([Order("A", kind="products")], [], [Fate.WELL, Fate.LOST_AFTER], [], 3.0, True, Existing.KEEP, 1),
        tmp_path / "l",
    )

    outcomes = world.live()

    assert outcomes is not None
    assert [(end.status, end.clarus_id) for _, end in outcomes] == [(Status.CREATED, 1)]


def test_a_doubt_outlives_an_attempt_that_did_not_leave(tmp_path: Path) -> None:
    """Sent without an answer, not seen yet, then out of reach: the next run must look first."""
    fates = [Fate.WELL, Fate.LOST_AFTER, Fate.WELL, Fate.UNREACHABLE]
    world = World(Schedule([Order("A")], [], fates, [], 3.0, False, Existing.KEEP, 1), tmp_path / "l")

    ends = [world.live(), world.live()]

    assert [[(end.status, end.clarus_id) for _, end in outcomes or []] for outcomes in ends] == [
        [(Status.UNKNOWN, None)],
        [(Status.CREATED, 1)],
    ]
    assert len(world.clarus.records) == 1


def test_a_second_file_with_the_same_document_meets_it_as_existing(tmp_path: Path) -> None:
    """Posted once; only the rows of the first say that they made it."""
    documents = [Order("A"), Order("B"), Order("A"), Order("A", content=1)]
    world = World(Schedule(documents, [], [], [], 0.0, False, Existing.KEEP, 3), tmp_path / "l")

    outcomes = world.live()

    assert outcomes is not None
    ends = {id(document): outcome for document, outcome in outcomes}
    told = [ends[id(document)] for document in world.documents]
    assert [end.status for end in told] == [Status.CREATED, Status.CREATED, Status.EXISTS, Status.INVALID]
    assert told[2].made_in == ""
    assert "says other things of it" in told[3].error


def test_a_fault_of_the_program_ends_the_run_instead_of_hanging(tmp_path: Path) -> None:
    """Whoever hears the reports may fail; the workers do not wait for one another for ever then."""

    class Fault(PipelineError):
        pass

    async def scenario() -> None:
        ledger, stopping = Ledger.open(tmp_path / "l"), Stopping()
        clarus = SimulatedClarus([], 0.0)

        def report(document: Document, outcome: Outcome) -> None:
            raise Fault("lost a row")

        loader = Loader(
            Preparation("acme", ledger.find, resolve, clarus),
            Delivery(clarus, clarus, ledger, "run-1", Gate(stopping, 3, 1.0)),
            report,
            stopping,
            3,
        )
        with pytest.raises(Fault):
            await loader.load(Order(f"A-{number}").document() for number in range(5_000))
        await ledger.close()

    SimulatedLoop().live(scenario())
