"""A whole warehouse from one workbook: every sheet in the right order, each record once, whatever gets lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import openpyxl
import pytest

from pipeline.cli.demo.warehouse import SHEETS, write_warehouse
from pipeline.sandbox import Fault, What

TYPES = '[values.locations."Location Type"]\nPICK = "651"\nBULK = "652"\n'
# What the workbook makes of each list, beside what is there from the start.
MADE = {
    "carriers": 1,
    "carrier_services": 2,
    "locations": 3,
    "suppliers": 1,
    "customers": 1,
    "products": 3,
    "product_storage_units": 2,
    "pickface_products": 2,
    "account_products": 4,
    "product_materials": 2,
    "delivery_addresses": 1,
    "collection_addresses": 1,
    "goods_in_receipts": 1,
    "goods_outs": 2,
}
LISTED = [name for name in MADE if name not in ("pickface_products", "delivery_addresses", "collection_addresses")]


def counts(operator: Any) -> Counter[str]:
    """How many records each list holds."""
    return Counter({name: len(operator.clarus.records(name)) for name in MADE})


def statuses(operator: Any) -> Counter[str]:
    """The statuses of all rows of the results."""
    book = openpyxl.load_workbook(operator.runs()[-1] / "warehouse.results.xlsx")
    assert book.sheetnames == list(SHEETS)
    heading = [[str(cell.value) for cell in sheet[1]] for sheet in book]
    rows = [(names, row) for names, sheet in zip(heading, book, strict=True) for row in sheet.iter_rows(2)]
    return Counter(str(row[names.index("clarus_status")].value) for names, row in rows)


def test_a_warehouse_is_set_up_in_one_run(operator: Any) -> None:
    """Eleven sheets, in an order that is not that of loading; in again, they send nothing."""
    operator.configure(sections=TYPES)
    before = counts(operator)
    write_warehouse(operator.inbox / "warehouse.xlsx")

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert counts(operator) - before == Counter(MADE)
    rows = sum(len(rows) - 1 for rows in SHEETS.values())
    assert statuses(operator) == {"created": rows}
    warehouse = {record.id: record.attributes["code"] for record in operator.clarus.records("warehouses")}
    locations = {record.id: record.attributes for record in operator.clarus.records("locations")}
    faces = [locations[face.attributes["location_id"]] for face in operator.clarus.records("pickface_products")]
    assert [(face["code"], warehouse[face["warehouse_id"]]) for face in faces] == [
        ("A-01-01", "WHS02"),
        ("A-01-02", "WHS02"),
    ]
    sent = operator.posts()

    write_warehouse(operator.inbox / "warehouse.xlsx")

    assert operator.call("run").exit_code == 0
    assert operator.posts() == sent
    assert statuses(operator) == {"exists": rows}


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.LOST_5XX, What.FOREIGN], ids=str)
def test_each_record_of_a_warehouse_is_made_once(operator: Any, what: What) -> None:
    """A lost answer in each list, and a run after that: all that Clarus lists is there, once."""
    operator.configure(sections=TYPES)
    before = counts(operator)
    faults = [
        Fault(what=what, method="POST", path=f"/api/{name}", skip=0) for name in LISTED if name != "account_products"
    ]
    operator.clarus.faults.replace(faults)
    write_warehouse(operator.inbox / "warehouse.xlsx")

    operator.call("run")
    operator.clarus.faults.replace([])
    again = operator.call("retry")

    assert again.exit_code == 0, again.output
    assert counts(operator) - before == Counter(MADE)
