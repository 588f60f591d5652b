"""A few tenants, each with a Clarus and folders of its own, and one ledger in PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
HEADING = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,quantity_dimension\n"
FAST = "retry_wait_seconds = 0.05\nread_settle_seconds = 0\ndoubt_seconds = 0.5\nconcurrency = 4\n"


@dataclass
class Fleet:
    """Tenants by the name of their profile."""

    folder: Path
    ledger: str
    clarus: dict[str, Sandbox]
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "clarus.toml"

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("CLARUS_")}
        return {**own, "CLARUS_LEDGER": self.ledger, "CLARUS_CLIENT_SECRET": "sandbox", "PYTHONPATH": str(ROOT)}

    def configure(self, cluster: str = "", timeout: float = 1) -> None:
        """Write the configuration of all tenants."""
        profiles = "".join(
            f'[profiles.{name}.clarus]\nbase_url = "{sandbox.url}"\n' for name, sandbox in self.clarus.items()
        )
        shared = f'[cluster]\ninbox = "{{profile}}/inbox"\noutbox = "{{profile}}/outbox"\n{cluster}'
        clarus = f'[clarus]\nsubdomain = "sandbox"\nclient_id = "sandbox"\n{FAST}timeout_seconds = {timeout}\n'
        own = f"settle_seconds = 0\n{clarus}{shared}{profiles}"
        self.config.write_text(own, encoding="utf-8")

    def call(self, *words: str) -> Result:
        """Call a command in this process."""
        environment = {"CLARUS_LEDGER": self.ledger, "CLARUS_CLIENT_SECRET": "sandbox"}
        return CliRunner().invoke(main, [*words, "--config", str(self.config)], env=environment)

    def drop(self, tenant: str, orders: int, name: str = "orders.csv") -> None:
        """Put a file into the inbox of a tenant."""
        inbox = self.folder / tenant / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        rows = (f"{name}-{number},ACME,2026-06-10,DEMO-002,1,unit\n" for number in range(orders))
        (inbox / f".{name}").write_text(HEADING + "".join(rows), encoding="utf-8")
        (inbox / f".{name}").rename(inbox / name)

    def start_worker(self) -> subprocess.Popen[str]:
        """Start a worker in a process of its own."""
        words = [sys.executable, "-m", "pipeline", "worker", "--config", str(self.config)]
        said = (self.folder / f"worker-{len(self.workers)}.log").open("w")
        with said:
            process = subprocess.Popen(
                words, env=self.environment, cwd=self.folder, stderr=said, stdout=said, text=True
            )
        self.workers.append(process)
        return process

    def said(self) -> str:
        """What all workers said."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("worker-*.log")))

    def references(self, tenant: str) -> list[str]:
        """The references of a tenant's orders in Clarus, as often as they are there."""
        records = self.clarus[tenant].records("goods_outs")
        return [record.attributes["reference"] for record in records if record.made_at]

    def is_done(self, **orders: int) -> bool:
        """Whether so many orders are there and every run has ended with nothing owed."""
        if any(len(set(self.references(tenant))) < count for tenant, count in orders.items()):
            return False
        return not self.rows("SELECT 1 FROM runs WHERE owed <> 0 OR ended_at IS NULL") and not any(
            self.folder.glob("*/inbox/*.csv")
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the ledger says."""
        with psycopg.connect(self.ledger) as connection:
            return connection.execute(sql).fetchall()

    def until(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the workers said: {self.said()}"
            time.sleep(0.1)

    def check_once(self) -> None:
        """Nothing is in Clarus twice."""
        for tenant in self.clarus:
            references = self.references(tenant)
            assert len(references) == len(set(references)), tenant


@pytest.fixture
def fleet(tmp_path: Path, postgres: Any) -> Iterator[Fleet]:
    names = ("alpha", "beta", "gamma")
    with ExitStack() as stack:
        # The ledger knows tenants by subdomain and host: every tenant's Clarus has an address of its own.
        clarus = {name: stack.enter_context(Sandbox(host=f"127.0.0.{2 + at}")) for at, name in enumerate(names)}
        fleet = Fleet(tmp_path, postgres.database(), clarus)
        fleet.configure("lease_seconds = 2\nlook_every_seconds = 1\n")
        made = fleet.call("cluster", "init")
        assert made.exit_code == 0, made.output
        yield fleet
        for worker in fleet.workers:
            with suppress(ProcessLookupError):
                worker.kill()
            worker.wait()
