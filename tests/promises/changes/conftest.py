"""Somebody who changes orders and receipts, and what Clarus has of them then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.sandbox import Record

HEADINGS = {
    "orders": "order_reference,account_code,expected_date_of_dispatch,priority,postcode,alt_line_number,product_code,"
    "quantity,quantity_dimension,operation,allow_update,customer_code,notes",
    "receipts": "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,notes,alt_line_number,"
    "product_code,item_quantity,allow_update",
}
_SHORT = {
    "ref": ("order_reference", "receipt_reference"),
    "account": ("account_code", "account_code"),
    "date": ("expected_date_of_dispatch", "expected_date_of_receipt"),
    "number": ("alt_line_number", "alt_line_number"),
    "product": ("product_code", "product_code"),
    "quantity": ("quantity", "item_quantity"),
    "update": ("allow_update", "allow_update"),
}
_ALWAYS = {"ref": "D-1", "account": "ACME", "date": "2026-06-10", "warehouse_code": "WHS01"}


@dataclass(frozen=True, slots=True)
class Clerk:
    """Drops files of rows under short names, and looks into Clarus."""

    operator: Any

    def allow(self, *types: str, top: str = "", sections: str = "") -> None:
        """Let records of these types be changed."""
        lines = "\n".join(f'{name} = "update"' for name in types)
        self.operator.configure(top=top, sections=f"{sections}\n[existing]\n{lines}\n")

    def file(self, kind: str, *rows: Mapping[str, object]) -> str:
        """The text of a file."""
        headings = HEADINGS[kind].split(",")
        place = list(HEADINGS).index(kind)
        lines = [",".join(headings)]
        for row in rows:
            named = {_SHORT.get(name, (name, name))[place]: value for name, value in {**_ALWAYS, **row}.items()}
            lines.append(",".join(str(named.get(heading, "")) for heading in headings))
        return "\n".join(lines) + "\n"

    def run(self, kind: str, *rows: Mapping[str, object], exit_code: int = 0, words: tuple[str, ...] = ()) -> Any:
        """Drop a file, run, and make sure of the exit code."""
        self.operator.drop(f"{kind}.csv", self.file(kind, *rows))
        called = self.operator.call("run", *words)
        assert called.exit_code == exit_code, called.output
        return called

    def results(self, kind: str = "orders") -> list[dict[str, str]]:
        """The rows of the latest results."""
        found: list[dict[str, str]] = self.operator.results(f"{kind}.results.csv")
        return found

    def statuses(self, kind: str = "orders") -> list[str]:
        """The statuses of the latest results."""
        return [row["clarus_status"] for row in self.results(kind)]

    def error(self, kind: str = "orders") -> str:
        """The error of the first row."""
        return self.results(kind)[0]["clarus_error"]

    def record(self, kind: str = "orders", reference: str = "D-1") -> Record:
        """The one record of a reference."""
        resource = {"orders": "goods_outs", "receipts": "goods_in_receipts"}[kind]
        [found] = [r for r in self.operator.clarus.records(resource) if r.attributes["reference"] == reference]
        return found

    def lines(self, kind: str = "orders", reference: str = "D-1") -> list[tuple[int, str, float]]:
        """Id, product and quantity of each line."""
        codes = {r.id: r.attributes["code"] for r in self.operator.clarus.records("products")}
        quantity = {"orders": "order_quantity", "receipts": "expected_quantity"}[kind]
        return [
            (line.id, codes[line.attributes["product_id"]], line.attributes[quantity])
            for line in self.record(kind, reference).lines
        ]

    def writes(self) -> int:
        """How many writes Clarus was asked for."""
        counts = self.operator.clarus.requests.counts
        return sum(count for name, count in counts.items() if "/api/" in name)

    def issues(self) -> list[str]:
        """The lines of issues.csv of the latest run, as row, column and message."""
        path = self.operator.runs()[-1] / "issues.csv"
        import csv

        with path.open(encoding="utf-8-sig", newline="") as file:
            return [f"{row['row']} {row['column']}: {row['message']}" for row in csv.DictReader(file)]


@pytest.fixture
def clerk(operator: Any) -> Clerk:
    """With a second product beside the one that every Clarus has."""
    operator.drop("products.csv", "Code,Description,Unit Stock Unit Type Code\nP-1,One,EACH\nP-2,Two,EACH\n")
    assert operator.call("run").exit_code == 0
    return Clerk(operator)
