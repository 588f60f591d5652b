"""A warehouse's evening: a folder with files, and a hostile Clarus on loopback."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from nursery import Child, Nursery

from pipeline.cli import main
from pipeline.sandbox import Record, Sandbox

CLARUS = {
    "subdomain": "sandbox",
    "client_id": "sandbox",
    "concurrency": 4,
    "timeout_seconds": 0.4,
    "connect_timeout_seconds": 1,
    "read_settle_seconds": 0.15,
    "doubt_seconds": 0.5,
    "retry_wait_seconds": 0.05,
    "give_up_seconds": 20,
}
PRODUCTS = (
    "Code,Description,Unit Stock Unit Type Code,Account Code,Storage Unit Type Code,Storage Unit Stock Configuration,"
    "Storage Unit Unit Of Measure,Storage Unit Units Per Layer,Storage Unit Number of Layers\n"
)
RECEIPTS = (
    "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,"
    "product_code,item_quantity,quantity_dimension\n"
)
ORDERS = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,quantity_dimension\n"
LISTS = {
    "products": ("products", "Code", "code"),
    "receipts": ("goods_in_receipts", "receipt_reference", "reference"),
    "orders": ("goods_outs", "order_reference", "reference"),
}  # by file: the list in Clarus, the heading and the attribute of the reference

Row = Mapping[str, str]


@dataclass
class Site:
    """A folder to work in, and the Clarus that it talks to."""

    folder: Path
    sandbox: Sandbox
    clarus: dict[str, Any]
    ledger: str = ""  # the address of the shared ledger
    cluster: dict[str, Any] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def environment(self) -> dict[str, str]:
        own = {"CLARUS_CLIENT_SECRET": "sandbox", "CLARUS_BASE_URL": self.sandbox.url}
        return {**own, "CLARUS_LEDGER": self.ledger} if self.ledger else own

    def configure(self, **clarus: Any) -> None:
        """Write the configuration, with these keys of `[clarus]` besides the small waits of all tests."""
        self.clarus |= clarus
        lines = [
            "settle_seconds = 0",
            "[clarus]",
            *(f"{key} = {json.dumps(value)}" for key, value in self.clarus.items()),
            "[cluster]",
            *(f"{key} = {json.dumps(value)}" for key, value in self.cluster.items()),
        ]
        (self.folder / "clarus.toml").write_text("\n".join(lines))

    def words(self, command: str, *more: str) -> list[str]:
        """The command line, without the program's own name."""
        folders = ["--inbox", str(self.inbox)] if command == "run" else []
        config = ["--config", str(self.folder / "clarus.toml"), "--outbox", str(self.outbox)]
        if command == "cluster":
            return [command, "init", *config[:2], *more]
        return [command, *config, *folders, *more]

    def call(self, command: str, *more: str) -> int:
        """Call the command in this process and return its exit code; what it said is in `said`."""
        result = CliRunner().invoke(main, self.words(command, *more), env=self.environment)
        self.said = result.output
        return result.exit_code

    def drop(self, products: int = 0, receipts: int = 0, orders: int = 0, first: int = 1) -> None:
        """Put files into the inbox; receipts and orders have two lines, of these products, or of one that is there."""
        self.inbox.mkdir(exist_ok=True)
        named = [f"P-{number}" for number in range(first, first + products)] or ["DEMO-002"]
        if products:
            rows = (f"{code},Product {code},EACH,ACME,PALLET,unit,centimetre,4,5\n" for code in named)
            (self.inbox / "products.csv").write_text(PRODUCTS + "".join(rows))
        for file, heading, letter, count in (("receipts", RECEIPTS, "R", receipts), ("orders", ORDERS, "O", orders)):
            if count:
                rows = (
                    f"{letter}-{number},ACME,{'WHS01,' if letter == 'R' else ''}2026-06-10,{code},{line},unit\n"
                    for number in range(first, first + count)
                    for line, code in ((1, named[number % len(named)]), (2, named[0]))
                )
                (self.inbox / f"{file}.csv").write_text(heading + "".join(rows))

    def runs(self) -> list[Path]:
        """The run folders, oldest first."""
        return sorted(path for path in self.outbox.iterdir() if path.is_dir())

    def rows(self, file: str) -> list[Row]:
        """The rows of the results of a file, of all runs."""
        found: list[Row] = []
        for run in self.runs():
            for results in sorted(run.glob(f"{file}*.results.csv")):
                with results.open(encoding="utf-8-sig", newline="") as text:
                    found += csv.DictReader(text)
        return found

    def statuses(self, file: str) -> Counter[str]:
        return Counter(row["clarus_status"] for row in self.rows(file))

    def records(self, file: str) -> dict[str, list[Record]]:
        """What Clarus holds besides what it was seeded with, by reference."""
        resource, _, attribute = LISTS[file]
        records: dict[str, list[Record]] = {}
        for record in self.sandbox.records(resource):
            if record.made_at:
                records.setdefault(record.attributes[attribute], []).append(record)
        return records

    def follow_ups(self, resource: str, *key: str) -> Counter[tuple[Any, ...]]:
        """How many records there are of each key, besides what Clarus was seeded with."""
        made = (record.attributes for record in self.sandbox.records(resource) if record.made_at)
        return Counter(tuple(attributes[name] for name in key) for attributes in made)

    def check_nothing_twice(self) -> None:
        """No reference is in Clarus more than once, and no product's account or storage unit."""
        for resource, other in (("account_products", "account_id"), ("product_storage_units", "storage_unit_type_id")):
            assert max(self.follow_ups(resource, "product_id", other).values(), default=1) == 1, resource
        for file in LISTS:
            twice = {reference: len(own) for reference, own in self.records(file).items() if len(own) > 1}
            assert not twice, f"{file} posted twice: {twice}"

    def check_ids(self) -> None:
        """Every id in the results, of documents and of lines, is that of the very record in Clarus."""
        for file, (_, heading, _) in LISTS.items():
            records = self.records(file)
            for row in self.rows(file):
                own = {str(record.id): record for record in records.get(row[heading], [])}
                if row["clarus_status"] in ("created", "exists"):
                    assert row["clarus_id"] in own, row
                if row["clarus_line_id"]:
                    lines = {str(line.id): line.attributes for line in own[row["clarus_id"]].lines}
                    line = lines[row["clarus_line_id"]]
                    quantity = float(row.get("quantity") or row["item_quantity"])
                    assert quantity in (line.get("expected_quantity"), line.get("order_quantity"))

    def check_all_done(self, **documents: int) -> None:
        """So many documents of each file are in Clarus, once each, and all their rows say so."""
        self.check_nothing_twice()
        self.check_ids()
        for resource in ("account_products", "product_storage_units"):
            assert self.follow_ups(resource, "product_id").total() == documents.get("products", 0), f"{resource} lost"
        for file, count in documents.items():
            assert len(self.records(file)) == count, f"{file} lost"
            assert not set(self.statuses(file)) - {"created", "exists"}, self.statuses(file)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def site(tmp_path: Path, sandbox: Sandbox) -> Site:
    site = Site(tmp_path, sandbox, dict(CLARUS))
    site.configure()
    return site


@pytest.fixture
def shared(site: Site, postgres: Any) -> Site:
    """The same site, with its ledger in PostgreSQL."""
    site.ledger, site.cluster = postgres.database(), {"lease_seconds": 2}
    site.configure()
    assert site.call("cluster") == 0, site.said
    return site


def column(rows: Sequence[Row], name: str) -> list[str]:
    return [row[name] for row in rows]


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery


@pytest.fixture
def start(site: Site, nursery: Nursery) -> Callable[..., Child]:
    """Starts the command in a process of its own, at the site."""

    def start(command: str, *more: str) -> Child:
        return nursery.start(site.words(command, *more), site.environment)

    return start
