"""What the ledger promises: written means on the disk, in order, and never over what it does not understand."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import LedgerUnusable
from pipeline.ledger import Entry, Identity, Ledger, RunFile, State
from pipeline.ledger.lease import Lease, Terms
from pipeline.ledger.preparing import make_tables


def entry(reference: str = "ORD-1", state: State = State.SENT, **more: Any) -> Entry:
    return Entry(Identity("acme", "orders", "ACME", reference), state, "f1", {"lines": ["aa"]}, "run-1", **more)


def files(*names: str) -> list[RunFile]:
    return [RunFile(name, Path("/inbox") / name, copied=False) for name in names]


@dataclass(frozen=True, slots=True)
class Shared:
    """A ledger in PostgreSQL, served under a lease each time that it is opened."""

    address: str

    @contextmanager
    def opened(self, tenant: str) -> Iterator[Ledger]:
        lease = Lease.take(self.address, tenant, Terms(30, 0))
        try:
            yield Ledger.shared(self.address, tenant, lease, "here:/outbox")
        finally:
            lease.release(0)


Place = Path | Shared


def with_ledger(place: Place, use: Callable[[Ledger], Awaitable[Any]], tenant: str = "acme") -> Any:
    async def scenario(ledger: Ledger) -> Any:
        try:
            return await use(ledger)
        finally:
            await ledger.close()

    if isinstance(place, Path):
        return asyncio.run(scenario(Ledger.open(place)))
    with place.opened(tenant) as ledger:
        return asyncio.run(scenario(ledger))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite3"
    address = request.getfixturevalue("postgres").database()
    make_tables(address)
    return Shared(address)


def test_remembers_a_document_across_runs(place: Place) -> None:
    """Every field of an entry comes back as it was written."""
    written = entry(
        state=State.CREATED,
        clarus_id=7,
        line_ids=(1, None, 3),
        known_ids=(4, 5),
        attempts=2,
        error="refused (422)",
        sent_at=12.5,
    )

    async def write(ledger: Ledger) -> None:
        ledger.conclude(written)

    async def find(ledger: Ledger) -> Any:
        return await ledger.find([written.identity, Identity("acme", "orders", "ACME", "ORD-2")])

    with_ledger(place, write)
    found = with_ledger(place, find)

    assert list(found) == [written.identity]
    read = found[written.identity]
    assert read.changed_at is not None
    assert {**_fields(read), "changed_at": None} == _fields(written)


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def test_an_intention_is_on_the_disk_when_intend_returns(path: Path) -> None:
    """Another process that looks right then, as after a kill, finds it."""

    async def use(ledger: Ledger) -> list[Any]:
        await ledger.intend(entry())
        with closing(sqlite3.connect(path)) as other:
            return other.execute("SELECT state FROM documents").fetchall()

    assert with_ledger(path, use) == [("sent",)]


def test_the_file_is_flushed_to_the_disk_with_every_commit(path: Path) -> None:
    """A power cut loses nothing either."""

    async def use(ledger: Ledger) -> Any:
        return ledger._database.rows("PRAGMA synchronous")

    assert with_ledger(path, use) == [(2,)]  # FULL


def test_the_last_word_about_a_document_counts(place: Place) -> None:
    """Writes that share a commit keep their order."""

    async def use(ledger: Ledger) -> State:
        for number in range(50):
            ledger.conclude(entry(state=State.SENT, attempts=number))
            ledger.conclude(entry(state=State.CREATED, clarus_id=number + 1))
        found = await ledger.find([entry().identity])
        assert found[entry().identity].clarus_id == 50
        return found[entry().identity].state

    assert with_ledger(place, use) is State.CREATED


def test_writes_that_wait_at_the_same_time_share_a_commit(path: Path) -> None:
    """The disk does not bound the rate of posting."""
    commits = 0

    async def use(ledger: Ledger) -> None:
        nonlocal commits
        statements: list[str] = []
        ledger._database.connection.set_trace_callback(statements.append)
        await asyncio.gather(*(ledger.intend(entry(f"ORD-{number}")) for number in range(200)))
        ledger._database.connection.set_trace_callback(None)
        commits = statements.count("COMMIT")

    with_ledger(path, use)
    assert 1 <= commits <= 3


def test_finding_does_not_wait_for_writes_that_come_later(place: Place) -> None:
    """While workers write without a pause, the next documents can be prepared."""

    async def use(ledger: Ledger) -> bool:
        stop = asyncio.Event()

        async def write_on() -> None:
            while not stop.is_set():
                await ledger.intend(entry())

        writing = [asyncio.create_task(write_on()) for _ in range(4)]
        await asyncio.sleep(0)
        found = await asyncio.wait_for(ledger.find([entry().identity]), 5)
        stop.set()
        await asyncio.gather(*writing)
        return entry().identity in found

    assert with_ledger(place, use)


def test_runs_are_owed_until_their_results_are_written(place: Place) -> None:
    """A run that died is owed; one that ended with nothing pending is not."""

    async def use(ledger: Ledger) -> list[Any]:
        await ledger.begin_run("run-1", "acme", files("a.csv"))
        await ledger.begin_run("run-2", "acme", files("c.csv", "b.csv"))
        await ledger.begin_run("run-4", "acme", files("e.csv"))
        await ledger.end_run("run-1", owed=False, unfinished=True)
        await ledger.end_run("run-2", owed=False, unfinished=False)
        return [await ledger.owed_runs("acme"), await ledger.unfinished_runs("acme"), await ledger.files_of("run-2")]

    async def of_another(ledger: Ledger) -> None:
        await ledger.begin_run("run-3", "globex", files("d.csv"))

    with_ledger(place, of_another, "globex")
    assert with_ledger(place, use) == [["run-4"], ["run-1", "run-4"], files("c.csv", "b.csv")]


def test_a_run_taken_up_again_is_owed_again(place: Place) -> None:
    """It may be killed a second time."""

    async def use(ledger: Ledger) -> list[str]:
        await ledger.begin_run("run-1", "acme", files("a.csv"))
        await ledger.end_run("run-1", owed=False, unfinished=True)
        await ledger.begin_run("run-1", "acme")
        return await ledger.owed_runs("acme")

    assert with_ledger(place, use) == ["run-1"]


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, and it is longer than a header of SQLite would be" * 20)


def _damaged(path: Path) -> None:
    async def fill(ledger: Ledger) -> None:
        for number in range(400):
            ledger.conclude(entry(f"ORD-{number}"))

    with_ledger(path, fill)
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\xff" * (40960 - 8192)
    path.write_bytes(content)


def _newer(path: Path) -> None:
    with_ledger(path, lambda ledger: asyncio.sleep(0))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_garbage, "cannot be read .*: restore it from a backup"),
        (_damaged, "is damaged|cannot be read"),
        (_newer, "newer version: update clarus-batch"),
        (_foreign, "database of another program"),
    ],
)
def test_what_is_no_ledger_of_ours_is_told_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], said: str
) -> None:
    """Never overwritten: it may be all that is known of what was sent."""
    make(path)
    before = path.read_bytes()

    with pytest.raises(LedgerUnusable, match=said):
        Ledger.open(path)

    assert path.read_bytes() == before


def test_a_place_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """A directory in its place, rights that are missing."""
    (tmp_path / "ledger.sqlite3").mkdir()

    with pytest.raises(LedgerUnusable, match="cannot be opened"):
        Ledger.open(tmp_path / "ledger.sqlite3")


@pytest.fixture
def full_disk() -> Iterator[Callable[[int], None]]:
    """A function after which no file can grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_and_nothing_is_believed_to_be_written(
    path: Path, full_disk: Callable[[int], None]
) -> None:
    """After one write has failed no other is tried: their order would be lost."""

    async def use(ledger: Ledger) -> None:
        await ledger.intend(entry("ORD-0"))
        wal = path.with_name(f"{path.name}-wal")
        full_disk(wal.stat().st_size)
        with pytest.raises(LedgerUnusable, match="cannot be written"):
            await ledger.intend(entry("ORD-1"))
        ledger.conclude(entry("ORD-0", State.CREATED, clarus_id=1))
        full_disk(10_000_000)
        with pytest.raises(LedgerUnusable, match="cannot be written"):
            await ledger.intend(entry("ORD-2"))

    async def states(ledger: Ledger) -> dict[str, State]:
        found = await ledger.find([entry(f"ORD-{number}").identity for number in range(3)])
        return {identity.reference: each.state for identity, each in found.items()}

    with_ledger(path, use)
    assert with_ledger(path, states) == {"ORD-0": State.SENT}


@pytest.mark.parametrize("unwritable", [{"clarus_id": 2**70}, {"error": "\ud800"}])
def test_a_value_that_no_column_can_hold_fails_instead_of_hanging(place: Place, unwritable: dict[str, Any]) -> None:
    """Whoever waits for the disk is told."""

    async def use(ledger: Ledger) -> None:
        with pytest.raises(LedgerUnusable):
            await asyncio.wait_for(ledger.intend(entry(**unwritable)), 5)

    with_ledger(place, use)


def test_an_empty_file_is_a_new_ledger(path: Path) -> None:
    """A kill while the ledger was being made leaves one."""
    path.touch()

    async def use(ledger: Ledger) -> None:
        await ledger.intend(entry())

    with_ledger(path, use)


_VERSION_1 = """
CREATE TABLE documents (
    tenant TEXT NOT NULL, record TEXT NOT NULL, account TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL, fingerprint TEXT NOT NULL, parts TEXT NOT NULL,
    clarus_id INTEGER, line_ids TEXT NOT NULL, known_ids TEXT NOT NULL,
    attempts INTEGER NOT NULL, first_at TEXT NOT NULL, changed_at TEXT NOT NULL, run TEXT NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (tenant, record, account, reference)
) WITHOUT ROWID;
CREATE TABLE runs (
    run TEXT PRIMARY KEY, tenant TEXT NOT NULL, begun_at TEXT NOT NULL, ended_at TEXT,
    owed INTEGER NOT NULL, unfinished INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE files (
    run TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, copied INTEGER NOT NULL,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
INSERT INTO documents VALUES ('acme', 'orders', 'ACME', 'ORD-1', 'sent', 'f1', '{"lines": ["aa"]}', NULL, '[]', '[]', 1,
    '2026-01-01T00:00:00.000+00:00', '2026-01-01T00:00:00.000+00:00', 'run-1', '');
PRAGMA application_id = 1129075287;
PRAGMA user_version = 1;
"""


def test_a_ledger_of_an_older_version_is_read_and_goes_on(path: Path) -> None:
    """Read as it is where it may not be written to; else brought up to date in place, with all that it holds."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(_VERSION_1)
    own = entry().identity

    async def read_only() -> Any:
        ledger = Ledger.open_to_read(path)
        try:
            return await ledger.find([own])
        finally:
            await ledger.close()

    async def send(ledger: Ledger) -> Any:
        before = await ledger.find([own])
        await ledger.intend(entry(attempts=2, sent_at=99.0))
        return before, await ledger.find([own])

    read = asyncio.run(read_only())
    before, after = with_ledger(path, send)

    assert (read[own].state, read[own].sent_at, read[own].attempts) == (State.SENT, None, 1)
    assert before == read
    assert (after[own].sent_at, after[own].attempts) == (99.0, 2)


def test_ids_are_found_with_whose_they_are(place: Place) -> None:
    """The highest of a record type, and all of them."""

    async def ask(ledger: Ledger) -> Any:
        none = await ledger.highest_id("acme", "orders")
        ledger.conclude(entry("ORD-1", State.CREATED, clarus_id=7))
        ledger.conclude(entry("ORD-2", State.CREATED, clarus_id=9))
        ledger.conclude(entry("ORD-3"))
        ids = await ledger.ids("acme", "orders")
        return none, await ledger.highest_id("acme", "orders"), {number: each.reference for number, each in ids.items()}

    assert with_ledger(place, ask) == (0, 9, {7: "ORD-1", 9: "ORD-2"})
