"""Resources declared from the official document, loaded while answers get lost."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.sandbox_records import declared_to_sandbox
from pipeline.sandbox import Fault, Sandbox, What
from schemas.vocabulary.contract import declare

_DOCUMENT = Path(os.environ.get("CLARUS_OPENAPI") or Path(__file__).parents[2] / "../shared/clarus/openapi.json")

pytestmark = pytest.mark.skipif(not _DOCUMENT.exists(), reason="CLARUS_OPENAPI names no document")

# By attribute; {} is the number of the row.
ROWS: dict[str, dict[str, str]] = {
    "trailer_types": {"code": "TT-{}", "name": "Type {}", "description": "Nr {}"},
    "trailers": {"code": "TR-{}", "name": "Trailer {}", "trailer_type_id": "TT-{}", "active": "TRUE"},
    "reason_codes": {"code": "R-{}", "name": "Reason {}", "description": "Why", "reason_type": "hold"},
    "storage_unit_types": {"code": "SU-{}", "name": "Unit {}", "sequence_id": "3", "dimensions.length": "1.5"},
    "warehouses": {"code": "WH-{}", "name": "Warehouse {}"},
    "account_warehouses": {"account_id": "ACME", "warehouse_id": "WH-{}"},
    "sites": {"code": "SITE-{}", "name": "Site {}"},
    "charge_cards": {"code": "CC-{}", "name": "Card {}"},
}
HOW_MANY = 12


@pytest.fixture
def consultant(operator: Any) -> Iterator[Any]:
    """Somebody who has declared all of these."""
    for name in ROWS:
        declared = operator.call("declare", name, "--document", _DOCUMENT)
        assert declared.exit_code == 0, declared.output
    operator.call("fields", "trailers")
    with Sandbox(declared=declared_to_sandbox()) as clarus:
        somebody = type(operator)(operator.folder, clarus)
        somebody.configure()
        yield somebody
    declare(())


def file_of(consultant: Any, name: str) -> str:
    """A file of a type, in the headings that `fields` shows for the attributes."""
    fields = json.loads(consultant.call("fields", name, "--json").stdout)
    headings = {field["attribute"]: field["heading"] for field in fields}
    words = {field["attribute"]: field["holds"].removeprefix("one of ").split(", ")[0] for field in fields}
    values = ROWS[name] | ({"reason_type": words["reason_type"]} if name == "reason_codes" else {})
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings[attribute] for attribute in values)
    writer.writerows([value.format(number) for value in values.values()] for number in range(HOW_MANY))
    return text.getvalue()


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.LOST_5XX], ids=str)
def test_each_is_there_once(consultant: Any, what: What) -> None:
    """Trailers after their types, warehouses before the accounts in them; what is not listed stays unknown."""
    before = {name: len(consultant.clarus.records(name)) for name in ROWS}
    consultant.clarus.faults.replace([Fault(what=what, path=f"/api/{name}", every=5, times=2) for name in ROWS])
    for name in ROWS:
        consultant.drop(f"{name}.csv", file_of(consultant, name))

    called = consultant.call("run")

    statuses = {name: Counter(consultant.statuses(f"{name}.results.csv")) for name in ROWS}
    assert statuses.pop("sites") == {"created": HOW_MANY - 2, "unknown": 2}, called.output
    assert all(each == {"created": HOW_MANY} for each in statuses.values()), called.output
    assert {name: len(consultant.clarus.records(name)) - before[name] for name in ROWS} == dict.fromkeys(ROWS, HOW_MANY)
    types = {record.id: record.attributes["code"] for record in consultant.clarus.records("trailer_types")}
    trailers = [record.attributes for record in consultant.clarus.records("trailers")]
    assert {(each["code"], types[each["trailer_type_id"]]) for each in trailers} == {
        (f"TR-{number}", f"TT-{number}") for number in range(HOW_MANY)
    }
    assert consultant.clarus.records("storage_unit_types")[-1].attributes["dimensions"] == {"length": 1.5}
    sent = consultant.posts()

    for name in ROWS:
        consultant.drop(f"{name}.csv", file_of(consultant, name))
    consultant.call("run")

    assert consultant.posts() == sent
