"""Exports of more shops and ledgers, by their public headings: each with its block and with what must arrive."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "shops"
BESIDE = ("clarus.toml", "expected.json", "units.csv")
LINES = {"goods_outs": "order_quantity", "goods_in_receipts": "expected_quantity"}
RESOURCES = {"orders": "goods_outs", "receipts": "goods_in_receipts", "products": "products"}


@pytest.mark.parametrize("name", sorted(folder.name for folder in FOLDER.iterdir()))
def test_an_export_arrives_field_by_field(name: str, operator: Any) -> None:
    """What Clarus holds afterwards is what the block says, no more and no less; a second run sends nothing."""
    folder = FOLDER / name
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if needs := expected.get("needs"):
        rows = "".join(f"{code},{code},EACH\n" for code in needs)
        operator.drop("needs.csv", f"Code,Description,Unit Stock Unit Type Code\n{rows}")
        assert operator.call("run").exit_code == 0
    operator.configure("", (folder / "clarus.toml").read_text(encoding="utf-8"))
    shutil.copytree(folder, operator.inbox, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*BESIDE))
    for beside in folder.glob("units.csv"):
        shutil.copy(beside, operator.folder)
    before = operator.posts()

    done = operator.call("run")

    assert done.exit_code == expected["exit"], done.output
    [results] = operator.runs()[-1].glob("*.results.*")
    assert _statuses(results) == expected["statuses"]
    for kind, records in expected.items():
        if kind in RESOURCES:
            assert _found(operator, RESOURCES[kind], records) == records
    sent = operator.posts()
    assert sent > before

    again = operator.call("run", operator.runs()[-1] / results.name)

    assert again.exit_code == 0, again.output
    assert operator.posts() == sent


def _statuses(results: Path) -> list[str]:
    """The last columns of a results file, whatever stands before them: status, id, line id, error, row."""
    text = results.read_text(encoding="utf-8-sig")
    delimiter = max(",;\t", key=text.partition("clarus_status")[0].count)
    with results.open(encoding="utf-8-sig", newline="") as file:
        quoting = {"doublequote": False, "escapechar": "\\"} if '\\"' in text else {}
        rows = [row for row in csv.reader(file, delimiter=delimiter, **quoting) if any(row)]
    at = next(row.index("clarus_status") for row in rows if "clarus_status" in row)
    return [row[at] for row in rows if len(row) > at and row[at] and row[at] != "clarus_status"]


def _found(operator: Any, resource: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """The records of Clarus by reference, with the fields that are wanted of each."""
    codes = {record.id: record.attributes["code"] for record in operator.clarus.records("products")}
    key = "code" if resource == "products" else "reference"
    records = {record.attributes[key]: record for record in operator.clarus.records(resource)}
    records.pop("DEMO-002", None)  # which every new Clarus has
    return {
        name: {field: _field(record, field, resource, codes) for field in wanted.get(name, {})}
        for name, record in records.items()
    }


def _field(record: Any, name: str, resource: str, codes: dict[int, str]) -> Any:
    if name == "lines":
        lines = (line.attributes for line in record.lines)
        return [[codes[line["product_id"]], line[LINES[resource]]] for line in lines]
    if name.startswith("address."):
        return record.address.get(name.partition(".")[2])
    return record.attributes.get(name)
