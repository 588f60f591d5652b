"""What became of orders and receipts, asked of a Clarus in which they move on."""

from __future__ import annotations

import asyncio
import csv
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from pipeline.ledger import Entry, Identity, Ledger, State
from pipeline.runs.outbox import LEDGER
from pipeline.sandbox import Record

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"
RECEIPTS = (
    "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity,"
    "quantity_dimension\n"
)
COLUMNS = (
    "record account reference clarus_id status since expected actual ordered picked dispatched short final run overdue"
)


def order(reference: str, quantity: str = "10", account: str = "ACME", day: str = "2099-06-10") -> str:
    return f"{reference},{account},{day},Jo,DEMO-002,{quantity}\n"


def track(operator: Any, *words: str) -> dict[str, Any]:
    called = operator.call("track", "--json", *words)
    told: dict[str, Any] = json.loads(called.stdout)
    assert told["exit_code"] == called.exit_code
    return told


def rows(operator: Any, name: str = "tracking.csv") -> list[dict[str, str]]:
    with (operator.outbox / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def in_clarus(operator: Any, reference: str, resource: str = "goods_outs") -> Record:
    found: Record = next(
        each for each in operator.clarus.records(resource) if each.attributes["reference"] == reference
    )
    return found


def test_orders_and_receipts_are_followed_to_their_end(operator: Any) -> None:
    """Status, quantities and since when; what is final is not asked again, and stays in the file."""
    operator.drop("o.csv", HEADING + order("SO-1") + order("SO-1", "5") + order("SO-2"))
    operator.drop("r.csv", RECEIPTS + "RC-1,ACME,WHS01,2099-06-10,DEMO-002,7,unit\n")
    assert operator.call("run").exit_code == 0
    assert track(operator)["asked"] == 3

    operator.clarus.move(in_clarus(operator, "SO-1"), "PICK")
    operator.clarus.move(in_clarus(operator, "SO-2"), "COMPLETED")
    operator.clarus.move(in_clarus(operator, "RC-1", "goods_in_receipts"), "completed")
    told = track(operator)

    assert told["exit_code"] == 0
    assert {(change["reference"], change["before"], change["after"]) for change in told["changes"]} == {
        ("SO-1", "PENDING", "PICK"),
        ("SO-2", "PENDING", "COMPLETED"),
        ("RC-1", "pending", "completed"),
    }
    found = {row["reference"]: row for row in rows(operator)}
    assert list(rows(operator)[0]) == COLUMNS.split()
    first = found["SO-1"]
    assert (first["ordered"], first["picked"], first["dispatched"], first["final"]) == ("15", "15", "0", "")
    assert (found["SO-2"]["status"], found["SO-2"]["final"], found["SO-2"]["short"]) == ("COMPLETED", "true", "")
    assert found["RC-1"]["actual"].startswith("20")
    assert first["clarus_id"] == str(in_clarus(operator, "SO-1").id)
    assert first["run"] == operator.runs()[-1].name

    assert track(operator)["asked"] == 1
    assert {row["reference"] for row in rows(operator)} == {"SO-1", "SO-2", "RC-1"}
    assert len(rows(operator, "tracking-changes.csv")) == 6


def test_a_short_order_is_1(operator: Any) -> None:
    """It is told with the word, in the file and by the exit code."""
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    sent = in_clarus(operator, "SO-1")
    operator.clarus.move(sent, "COMPLETED", {sent.lines[0].id: 4})

    told = track(operator)

    assert (told["exit_code"], told["short"]) == (1, 1)
    [row] = rows(operator)
    assert (row["ordered"], row["dispatched"], row["short"]) == ("10", "4", "true")


def test_an_overdue_order_is_1_until_it_is_done(operator: Any) -> None:
    """And is no change a second time."""
    operator.drop("o.csv", HEADING + order("SO-1", day="2020-01-01"))
    operator.call("run")

    first, second = track(operator), track(operator)
    operator.clarus.move(in_clarus(operator, "SO-1"), "COMPLETED")
    third = track(operator)

    assert [told["exit_code"] for told in (first, second, third)] == [1, 1, 0]
    assert [len(told["changes"]) for told in (first, second, third)] == [1, 0, 1]


def test_what_was_deleted_in_clarus_is_gone_after_two_looks(operator: Any) -> None:
    """At least doubt_seconds apart; then it is told and not asked again. `forget` takes it out."""
    operator.configure(sections="doubt_seconds = 1\n")
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    operator.clarus.remove(in_clarus(operator, "SO-1"))

    first, second = track(operator), track(operator)
    time.sleep(2)
    third, fourth = track(operator), track(operator)

    assert [told["exit_code"] for told in (first, second, third, fourth)] == [0, 0, 1, 1]
    assert [told["asked"] for told in (first, second, third, fourth)] == [1, 1, 1, 0]
    assert rows(operator)[0]["status"] == "gone"
    assert operator.call("forget", "orders", "SO-1").exit_code == 0
    assert track(operator)["exit_code"] == 0


def test_one_reference_in_two_accounts_is_two_orders(operator: Any) -> None:
    """Matched by id, never by reference."""
    operator.drop("o.csv", HEADING + order("SO-1") + order("SO-1", account="GLOBEX"))
    operator.call("run")
    ids = {row["account_code"]: row["clarus_id"] for row in operator.results("o.results.csv")}
    moved = next(each for each in operator.clarus.records("goods_outs") if str(each.id) == ids["GLOBEX"])
    operator.clarus.move(moved, "PICK")
    track(operator)

    assert {row["account"]: row["status"] for row in rows(operator)} == {"ACME": "PENDING", "GLOBEX": "PICK"}


def test_an_order_of_somebody_else_is_not_ours(operator: Any) -> None:
    """A second record with our reference says nothing of ours, wherever it stands in the list."""
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    ours = in_clarus(operator, "SO-1")
    operator.clarus.move(operator.clarus.add(ours), "COMPLETED")

    track(operator)

    assert [(row["clarus_id"], row["status"]) for row in rows(operator)] == [(str(ours.id), "PENDING")]


def test_runs_and_an_age_narrow_what_is_asked(operator: Any) -> None:
    """A run that is not there is a mistake."""
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    operator.drop("p.csv", HEADING + order("SO-2"))
    operator.call("run")
    first = operator.runs()[0]

    assert track(operator, first.name)["asked"] == 1
    assert [row["reference"] for row in rows(operator)] == ["SO-1"]
    assert track(operator, str(first))["asked"] == 1
    assert track(operator, "--since", "1h")["asked"] == 2
    assert operator.call("track", "20200101-000000-000").exit_code == 2
    assert operator.call("track", "--since", "soon").exit_code == 2


def test_final_words_come_from_the_configuration(operator: Any) -> None:
    """A tenant may end orders in another word."""
    operator.configure(sections='[tracking]\nfinal_orders = ["pick"]\n')
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    operator.clarus.move(in_clarus(operator, "SO-1"), "PICK")
    track(operator)

    assert rows(operator)[0]["final"] == "true"
    assert track(operator)["asked"] == 0


def test_out_of_reach_is_3_and_keeps_what_was_known(operator: Any) -> None:
    """The file stays whole, as the last look left it."""
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    track(operator)
    before = (operator.outbox / "tracking.csv").read_bytes()
    operator.clarus.stop()

    called = operator.call("track")

    assert called.exit_code == 3
    assert (operator.outbox / "tracking.csv").read_bytes() == before


def test_nothing_to_track_is_0(operator: Any) -> None:
    """A file with its headings alone, and one sentence."""
    called = operator.call("track")

    assert called.exit_code == 0
    assert "Nothing is tracked yet" in called.output
    assert rows(operator) == []


def test_the_results_of_runs_are_left_alone(operator: Any) -> None:
    """They are the answer of a run, and may be dropped in again; only its page says what became of it."""
    operator.drop("o.csv", HEADING + order("SO-1"))
    operator.call("run")
    before = {path: path.read_bytes() for path in operator.runs()[-1].iterdir() if path.suffix != ".html"}
    operator.clarus.move(in_clarus(operator, "SO-1"), "PICK")
    track(operator)

    assert {path: path.read_bytes() for path in before} == before


def test_cells_that_a_spreadsheet_would_run_are_guarded(operator: Any) -> None:
    """As in issues.csv."""
    operator.drop("o.csv", HEADING + order("=SO-1"))
    operator.call("run")
    track(operator)

    assert [row["reference"] for row in rows(operator)] == ["'=SO-1"]


@pytest.mark.parametrize("orders", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_many_open_orders_take_a_request_for_each_hundred(operator: Any, orders: int) -> None:
    """The lines of orders that nobody has begun with are not asked for then."""
    operator.drop("o.csv", HEADING + order("SO-0"))
    operator.call("run")
    one = in_clarus(operator, "SO-0")
    names = [f"SO-{number}" for number in range(1, orders)]
    copies = (replace(one, attributes={**one.attributes, "reference": name}) for name in names)
    ids = {name: operator.clarus.add(copy).id for name, copy in zip(names, copies, strict=True)}
    asyncio.run(_known(operator, ids))

    told = track(operator)

    assert (told["asked"], told["statuses"]["orders"]) == (orders, {"PENDING": orders})
    assert told["requests"] <= orders / 100 + 3


async def _known(operator: Any, ids: dict[str, int]) -> None:
    ledger = Ledger.open(operator.outbox / LEDGER)
    [(run, tenant)] = await ledger.all_runs()
    for reference, clarus_id in ids.items():
        name = Identity(tenant, "orders", "ACME", reference)
        ledger.conclude(Entry(name, State.CREATED, "", {"lines": []}, run, clarus_id))
    await ledger.close()
