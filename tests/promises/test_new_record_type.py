"""A record type that nobody has thought of yet: one description, and the whole line knows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandera.pandas as pa
import pytest
from pandera.typing.pandas import Series

from schemas import RECORD_TYPES
from schemas.vocabulary.contract import code_of, control, header, line, record_type, unsent
from schemas.vocabulary.kinds import CONFIGURATIONS, choice, code, datetime, flag, number, text
from schemas.vocabulary.lists import ACCOUNTS, ORDERS, PRODUCTS, WAREHOUSES
from schemas.vocabulary.quantity import Quantity


class Transfers(pa.DataFrameModel):
    """Goods that move from one warehouse to another: orders of the API, under headings of their own."""

    transfer_number: Series[str] = header("reference", code(50), "Transfer Number", required=True)
    account: Series[str] = header("account_id", code_of(ACCOUNTS), "Account", required=True)
    source: Series[str] = header("warehouse_id", code_of(WAREHOUSES), "From Warehouse", required=True)
    moved_on: Series[str] = header("expected_date_of_dispatch", datetime(), "Moved On", required=True)
    kind: Series[str] = header("goods_out_type", choice("sales_order", "crossdock"), "Type", default="crossdock")
    own_reference: Series[str] = header(
        "external_system_reference1", text(), "Own Reference", fallback="Transfer Number"
    )
    again: Series[str] = control("allow_duplicate", flag(), "Again")
    driver: Series[str] = unsent("Driver")
    item: Series[str] = line("product_id", code_of(PRODUCTS), "Item", required=True)
    pieces: Series[str] = line("order_quantity", number(above=0), "Pieces", required=True)
    packed_as: Series[str] = line("", choice(*CONFIGURATIONS), "Packed As")


@pytest.fixture
def transfers() -> Iterator[None]:
    """Registers transfers, for one test."""
    described = record_type(
        "transfers",
        "transfer",
        key=("Account", "Transfer Number"),
        resource="goods_outs",
        listed=ORDERS,
        after=("products",),
        has_lines=True,
        quantity=Quantity(
            quantity="Pieces",
            dimension="Packed As",
            plain="order_quantity",
            configurations="ordered_configurations_quantity",
            measured_in="order_quantity_dimension",
        ),
    )
    described(Transfers)
    yield
    del RECORD_TYPES["transfers"]


FILE = """\
Transfer Number,Account,From Warehouse,Moved On,Item,Pieces,Packed As,Driver
T-1,ACME,WHS01,2026-06-10,P-NEW,5,,Jo
T-2,ACME,WHS02,2026-06-11,DEMO-002,2,case,
T-1,,,,DEMO-002,0.5,,
T-3,ACME,NOWHERE,2026-06-12,DEMO-002,1,,
T-4,ACME,WHS01,later,DEMO-002,1,,
T-4,,,,DEMO-002,2,,
"""
PRODUCT = "Code,Description,Unit Stock Unit Type Code\nP-NEW,New,EACH\n"


@pytest.mark.usefixtures("transfers")
def test_a_new_record_type_goes_through_the_whole_line(operator: Any) -> None:
    """Recognised by its headings, checked, grouped, resolved, posted, and told row by row."""
    operator.drop("a_transfers.csv", FILE)
    operator.drop("products.csv", PRODUCT)

    called = operator.call("run")

    assert called.exit_code == 1, called.output
    rows = operator.results("a_transfers.results.csv")
    assert [(row["Transfer Number"], row["clarus_status"], row["clarus_error"]) for row in rows] == [
        ("T-1", "created", ""),
        ("T-2", "created", ""),
        ("T-1", "created", ""),
        (
            *("T-3", "invalid"),
            "From Warehouse: warehouse NOWHERE is not in Clarus"
            " (correct the code, or create the warehouse in Clarus first)",
        ),
        (
            *("T-4", "invalid"),
            "Moved On: later is not a date in the form YYYY-MM-DD (write it like 2026-06-10 or 2026-06-10 14:30)",
        ),
        ("T-4", "invalid", "not sent because of row 6: the transfer goes whole or not at all"),
    ]
    made = {record.attributes["reference"]: record for record in operator.clarus.records("goods_outs")}
    assert sorted(made) == ["T-1", "T-2"]
    assert made["T-1"].attributes["goods_out_type"] == "crossdock"
    assert made["T-1"].attributes["external_system_reference1"] == "T-1"
    assert [line.attributes["order_quantity"] for line in made["T-1"].lines] == [5, 0.5]
    assert made["T-2"].lines[0].attributes["ordered_configurations_quantity"] == 2
    assert [row["clarus_line_id"] for row in rows if row["Transfer Number"] == "T-1"] == [
        str(line.id) for line in made["T-1"].lines
    ]


@pytest.mark.usefixtures("transfers")
def test_a_new_record_type_is_posted_once(operator: Any) -> None:
    """Dropped in again, it sends nothing; its reference is looked up like any other."""
    operator.drop("transfers.csv", FILE)
    operator.drop("products.csv", PRODUCT)
    operator.call("run")
    sent = operator.posts()

    operator.drop("transfers.csv", FILE)
    operator.call("run")

    assert operator.posts() == sent
    assert operator.statuses("transfers.results.csv") == ["exists", "exists", "exists", "invalid", "invalid", "invalid"]


@pytest.mark.usefixtures("transfers")
def test_a_new_record_type_has_its_fields_its_template_and_its_configuration(operator: Any) -> None:
    """The other commands derive all they say from the same description."""
    operator.configure(sections='[defaults.transfers]\naccount = "ACME"\n[columns.transfers]\n"PN" = "Item"\n')

    fields = operator.call("fields", "transfers", "--json")
    template = operator.call("template", "transfers")
    checked = operator.call(
        "check",
        operator.drop("t.csv", "Transfer Number,From Warehouse,Moved On,PN,Pieces\nT-9,WHS01,2026-06-10,DEMO-002,1\n"),
    )

    assert len(json.loads(fields.stdout)) == len(RECORD_TYPES["transfers"].columns)
    assert template.exit_code == 0
    assert checked.exit_code == 0, checked.output


def test_nothing_of_it_is_left(operator: Any) -> None:
    """Without its description a file of that type is unreadable, like any other."""
    assert "transfers" not in RECORD_TYPES
    assert operator.call("check", operator.drop("transfers.csv", FILE)).exit_code == 1
