"""What is wrong with a cluster's configuration or server is one sentence and an exit code, and never a password."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.ledger import Entry, Identity, Ledger, State

ACCESS = {"CLARUS_SUBDOMAIN": "sandbox", "CLARUS_CLIENT_ID": "sandbox", "CLARUS_CLIENT_SECRET": "sandbox"}


def call(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, [*words], env={**ACCESS, "CLARUS_BASE_URL": "http://127.0.0.1:9", **environment})


def check_told(result: Result, exit_code: int, words: str) -> None:
    assert result.exit_code == exit_code, result.output
    assert words in result.output, result.output
    assert "Traceback" not in result.output
    assert "secret-word" not in result.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ledger(postgres: Any) -> str:
    address: str = postgres.database()
    assert call("cluster", "init", CLARUS_LEDGER=address).exit_code == 0
    return address


@pytest.mark.parametrize("command", ["run", "status", "worker", "enqueue", "retry"])
def test_a_server_that_is_away(folder: Path, command: str) -> None:
    """Exit code 3, naming the server."""
    told = call(command, CLARUS_LEDGER="postgresql://me:secret-word@127.0.0.1:9/ledger")

    check_told(told, 3, "the ledger postgresql://127.0.0.1:9/ledger cannot be reached")


@pytest.mark.parametrize("address", ["mysql://me:secret-word@db/x", "postgresql://me:secret-word@[db/x"])
def test_an_address_that_is_none(folder: Path, address: str) -> None:
    """Exit code 2, and the address is not quoted: it may hold a password."""
    check_told(call("run", CLARUS_LEDGER=address), 2, "the address of the ledger")


def test_an_address_file_that_is_not_there(folder: Path) -> None:
    """Exit code 2; an address in the configuration itself is refused."""
    (folder / "clarus.toml").write_text('[cluster]\nledger_file = "nowhere.txt"\n')
    missing = call("run")
    (folder / "clarus.toml").write_text('[cluster]\nledger = "postgresql://me:secret-word@db/x"\n')
    inside = call("run")

    check_told(missing, 2, "nowhere.txt cannot be read")
    check_told(inside, 2, "unknown key 'cluster.ledger' (did you mean 'ledger_file'?)")


@pytest.mark.parametrize("command", ["run", "status", "worker"])
def test_tables_that_are_not_there(folder: Path, postgres: Any, command: str) -> None:
    """Exit code 2, with the command that makes them."""
    check_told(call(command, CLARUS_LEDGER=postgres.database()), 2, "clarus-batch cluster init")


def test_tables_of_another_version(folder: Path, ledger: str) -> None:
    """Newer: exit code 3; older: exit code 2, and `cluster init` brings them up to date."""
    with psycopg.connect(ledger, autocommit=True) as connection:
        connection.execute("UPDATE meta SET version = 999")
        newer, init = call("run", CLARUS_LEDGER=ledger), call("cluster", "init", CLARUS_LEDGER=ledger)
        connection.execute("UPDATE meta SET version = 1")
        older = call("run", CLARUS_LEDGER=ledger)

    check_told(newer, 3, "was made by a newer version: update clarus-batch")
    check_told(init, 3, "was made by a newer version: update clarus-batch")
    check_told(older, 2, "is of an older version")


def test_a_server_that_may_forget(folder: Path, ledger: str) -> None:
    """synchronous_commit = off is refused."""
    with psycopg.connect(ledger, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')  # type: ignore[call-overload]

    check_told(call("run", CLARUS_LEDGER=ledger), 3, "has synchronous_commit = off")


def test_without_a_ledger_there_is_no_cluster(folder: Path) -> None:
    """Exit code 2, saying where the address belongs."""
    for command in (["worker"], ["enqueue"], ["cluster", "init"]):
        check_told(call(*command, CLARUS_LEDGER=""), 2, "CLARUS_LEDGER")


def test_without_the_driver(folder: Path) -> None:
    """Exit code 2, with what to install; nothing else needs it."""
    code = "import sys; sys.modules['psycopg'] = None; from pipeline.cli import main; main(sys.argv[1:])"
    environment = {**ACCESS, "CLARUS_LEDGER": "postgresql://db/x", "PYTHONPATH": str(Path(__file__).parents[2])}

    done = subprocess.run(
        [sys.executable, "-c", code, "run"], capture_output=True, text=True, env=environment, check=False
    )

    assert done.returncode == 2
    assert "pip install 'clarus-batch[cluster]'" in done.stderr


def fill(path: Path, tenant: str, *references: str) -> None:
    async def go() -> None:
        ledger = Ledger.open(path)
        await ledger.begin_run("20260101-000000-000", tenant)
        for number, reference in enumerate(references, start=1):
            ledger.conclude(Entry(Identity(tenant, "orders", "ACME", reference), State.CREATED, "f", {}, "r", number))
        await ledger.end_run("20260101-000000-000", owed=0, unfinished=False)
        await ledger.close()

    asyncio.run(go())


def test_an_embedded_ledger_is_brought_along_and_closed(folder: Path, ledger: str) -> None:
    """All that it knows, once; from then on its outbox refuses to work without the shared one."""
    (folder / "outbox").mkdir()
    path = folder / "outbox" / "ledger.sqlite3"
    fill(path, "sandbox@127.0.0.1", "SO-1", "SO-2")
    before = call("run", CLARUS_LEDGER=ledger)

    done = call("cluster", "init", "--import", str(path), CLARUS_LEDGER=ledger)
    again = call("cluster", "init", "--import", str(path), CLARUS_LEDGER=ledger)
    embedded = call("run")
    shared = call("run", CLARUS_LEDGER=ledger)

    check_told(before, 2, "bring it along with clarus-batch cluster init --import")
    check_told(done, 0, "knows what the embedded one knew (2 documents, 1 runs)")
    check_told(again, 2, "was brought into PostgreSQL")
    check_told(embedded, 2, "was brought into PostgreSQL")
    check_told(shared, 0, "")
    with psycopg.connect(ledger) as connection:
        assert connection.execute("SELECT reference, clarus_id FROM documents ORDER BY 1").fetchall() == [
            ("SO-1", 1),
            ("SO-2", 2),
        ]
        assert connection.execute("SELECT tenant, run FROM runs").fetchall() == [
            ("sandbox@127.0.0.1", "20260101-000000-000")
        ]


def test_an_outbox_whose_runs_the_ledger_does_not_know(folder: Path, ledger: str) -> None:
    """Everything would be sent again: exit code 2."""
    run = folder / "outbox" / "20260101-000000-000"
    run.mkdir(parents=True)
    (run / "orders.csv").write_text("x")

    check_told(call("run", CLARUS_LEDGER=ledger), 2, "does not know run 20260101-000000-000")
