"""Exports of shops and ledgers, each with the block that reads it: what arrives in Clarus, field by field."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

FOLDER = Path(__file__).parent / "layouts"
LAYOUTS = sorted(folder.name for folder in FOLDER.iterdir())
PRODUCTS = "Code,Description,Unit Stock Unit Type Code\n"


def drop_layout(operator: Any, name: str) -> str:
    """Write the configuration and drop the export; returns the name of the file."""
    folder = FOLDER / name
    operator.configure("", (folder / "clarus.toml").read_text(encoding="utf-8"))
    if (folder / "skus.csv").exists():
        shutil.copy(folder / "skus.csv", operator.folder / "skus.csv")
    if (rows := folder / "rows.csv").exists():
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Aufträge"
        for line in rows.read_text(encoding="utf-8").splitlines():
            sheet.append([cell or None for cell in line.split("|")])
        book.save(operator.inbox / "Lieferungen KW48.xlsx")
        return "Lieferungen KW48.xlsx"
    [export] = [path for path in folder.iterdir() if path.name not in ("clarus.toml", "expected.json", "skus.csv")]
    shutil.copy(export, operator.inbox / export.name)
    return export.name


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_export_arrives_field_by_field(name: str, operator: Any) -> None:
    """Each export is posted as its block says, and its rows come back in its own columns with a status."""
    expected = json.loads((FOLDER / name / "expected.json").read_text(encoding="utf-8"))
    if needs := expected.get("needs"):
        operator.drop("needs.csv", PRODUCTS + "".join(f"{code},{code},EACH\n" for code in needs))
        assert operator.call("run").exit_code == 0
    file = drop_layout(operator, name)

    done = operator.call("run")

    assert done.exit_code == expected["exit"], done.output
    if statuses := expected.get("statuses"):
        stem, _, suffix = file.rpartition(".")
        if name != "tab_without_quotes":
            assert operator.statuses(f"{stem}.results.{suffix}") == statuses
    products = {record.id: record for record in operator.clarus.records("products")}
    codes = {id_: record.attributes["code"] for id_, record in products.items()}
    for code, fields in expected.get("products", {}).items():
        [record] = [record for record in products.values() if record.attributes["code"] == code]
        assert {key: record.attributes.get(key) for key in fields} == fields
    orders = {record.attributes["reference"]: record for record in operator.clarus.records("goods_outs")}
    assert set(orders) == set(expected.get("orders", {}))
    for reference, fields in expected.get("orders", {}).items():
        assert _fields(orders[reference], fields, codes) == fields

    again = operator.call("run", operator.runs()[-1] / file)

    assert again.exit_code == 0, again.output
    assert len(list(operator.clarus.records("goods_outs"))) == len(orders)


def _fields(record: Any, wanted: Any, codes: dict[Any, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in wanted:
        if key == "lines":
            lines = (line.attributes for line in record.lines)
            found[key] = [[codes[line["product_id"]], line["order_quantity"]] for line in lines]
        elif key.startswith("address."):
            found[key] = record.address.get(key.partition(".")[2])
        else:
            found[key] = record.attributes.get(key)
    return found
