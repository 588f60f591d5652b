"""A customer's catalogue: files in words short enough to see what is in them, and Clarus's records in the same."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.sandbox import Record, Sandbox

Row = Mapping[str, object]

# Every column under a short name; a file gets those that its rows fill.
_HEADINGS = {
    "code": "Code",
    "description": "Description",
    "unit": "Unit Stock Unit Type Code",
    "update": "allow_update",
    "new": "Is New Product",
    "barcode": "Barcode",
    "customs": "Customs Description",
    "output": "output_quantity",
    "kind": "product_type",
    "account": "Account Code",
    "type": "Storage Unit Type Code",
    "configuration": "Storage Unit Stock Configuration",
    "measure": "Storage Unit Unit Of Measure",
    "per_layer": "Storage Unit Units Per Layer",
    "layers": "Storage Unit Number of Layers",
    "location": "Pick Face Location Code",
    "trigger": "Pick Face Trigger Min",
}
PALLET = {"type": "PALLET", "configuration": "case", "measure": "centimetre", "per_layer": 10, "layers": 5}


CONFIGURATION = """
settle_seconds = 0
{top}
[clarus]
base_url = "{url}"
subdomain = "sandbox"
client_id = "sandbox"
read_settle_seconds = 0.05
retry_wait_seconds = 0.01
give_up_seconds = {give_up}
timeout_seconds = 2
doubt_seconds = {doubt}
{more}
"""


class Consultant:
    """Brings a customer on: drops files, calls the command, reads what came of it, and looks into Clarus."""

    def __init__(self, folder: Path, clarus: Sandbox) -> None:
        self.folder, self.clarus = folder, clarus
        self.outbox = folder / "outbox"
        self._seeded = {record.id for record in clarus.records("products")}
        (folder / "inbox").mkdir()
        self.configure()

    def configure(self, top: str = "", more: str = "", give_up: float = 0.5, doubt: float = 2) -> None:
        """Write the configuration, with keys added at its top, and at its end: keys of [clarus], then sections."""
        text = CONFIGURATION.format(url=self.clarus.url, top=top, more=more, give_up=give_up, doubt=doubt)
        (self.folder / "clarus.toml").write_text(text, encoding="utf-8")

    def drop(self, name: str, *rows: Row, text: str = "") -> Path:
        """Put a file of products, or any other text, into the inbox."""
        path = self.folder / "inbox" / name
        path.write_text(text or self.products_file(*rows), encoding="utf-8")
        return path

    def call(self, *words: str | Path) -> Result:
        """Call the command; it never ends by surprise."""
        result = CliRunner().invoke(main, list(map(str, words)))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    def run(self, *rows: Row, exit_code: int = 0) -> Result:
        """Drop these products, run, and make sure of the exit code."""
        if rows:
            self.drop("products.csv", *rows)
        result = self.call("run")
        assert result.exit_code == exit_code, result.output
        return result

    def last_run(self) -> Path:
        """The folder of the last run."""
        return max(path for path in self.outbox.iterdir() if path.is_dir())

    def summary(self) -> Any:
        """The summary of the last run."""
        return json.loads((self.last_run() / "summary.json").read_text(encoding="utf-8"))

    def results(self, name: str = "products.results.csv") -> list[dict[str, str]]:
        """The rows of a results file of the last run."""
        with (self.last_run() / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def statuses(self, name: str = "products.results.csv") -> list[str]:
        """The statuses of a results file, row by row."""
        return [row["clarus_status"] for row in self.results(name)]

    def error(self, row: int = 2, name: str = "products.results.csv") -> str:
        """What is wrong with a row, numbered as in Excel."""
        return self.results(name)[row - 2]["clarus_error"]

    @staticmethod
    def products_file(*rows: Row) -> str:
        """The text of a file: `unit` is EACH unless a row says otherwise, "pallet" stands for all its columns."""
        whole = [{"unit": "EACH", **({**PALLET} if row.get("pallet") else {}), **row} for row in rows]
        used = [name for name in _HEADINGS if any(row.get(name) not in (None, "") for row in whole)]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_HEADINGS[name] for name in used)
        writer.writerows([row.get(name, "") for name in used] for row in whole)
        return text.getvalue()

    def products(self) -> dict[str, Mapping[str, Any]]:
        """The products that were not there from the start, by code; fails where one is there twice."""
        made = [record for record in self.clarus.records("products") if record.id not in self._seeded]
        by_code = {record.attributes["code"]: record.attributes for record in made}
        assert len(by_code) == len(made), Counter(record.attributes["code"] for record in made)
        return by_code

    def accounts(self) -> list[tuple[str, str]]:
        """Each assignment of a product to an account, in order."""
        return sorted(
            (self._code("products", record, "product_id"), self._code("accounts", record, "account_id"))
            for record in self.clarus.records("account_products")
        )

    def storage_units(self) -> list[tuple[str, str, str, int]]:
        """Product, type, stock configuration and priority of each storage unit that was not there from the start."""
        return sorted(
            (
                self._code("products", record, "product_id"),
                self._code("storage_unit_types", record, "storage_unit_type_id"),
                record.attributes["stock_configuration"],
                record.attributes["priority"],
            )
            for record in self.clarus.records("product_storage_units")
            if record.attributes["product_id"] not in self._seeded
        )

    def pick_faces(self) -> list[tuple[str, str]]:
        """Product and location of each pick face."""
        return sorted(
            (self._code("products", record, "product_id"), self._code("locations", record, "location_id"))
            for record in self.clarus.records("pickface_products")
        )

    def components(self) -> list[tuple[str, str, float]]:
        """Parent, child and quantity of each component, in the order in which they were made."""
        return [
            (
                self._code("products", record, "parent_product_id"),
                self._code("products", record, "child_product_id"),
                record.attributes["quantity"],
            )
            for record in self.clarus.records("product_materials")
        ]

    def writes(self) -> dict[str, int]:
        """How many writes Clarus has been asked for, by request."""
        return {name: n for name, n in self.clarus.requests.counts.items() if "/api/" in name}

    def _code(self, resource: str, record: Record, attribute: str) -> str:
        named = {each.id: each.attributes["code"] for each in self.clarus.records(resource)}
        return str(named[record.attributes[attribute]])


@pytest.fixture
def consultant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Consultant]:
    for name in [name for name in os.environ if name.startswith("CLARUS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLARUS_CLIENT_SECRET", "sandbox")
    monkeypatch.chdir(tmp_path)
    with Sandbox() as clarus:
        yield Consultant(tmp_path, clarus)


@pytest.fixture
def make_consultant() -> type[Consultant]:
    """For tests that need one for each example."""
    return Consultant
