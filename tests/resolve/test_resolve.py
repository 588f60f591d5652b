"""Resolve: codes become ids, each asked once, and what cannot be resolved is told on its rows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.resolve import Resolver
from pipeline.resolve.codes import Key
from pipeline.transform.assembly import documents_in
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Document
from pipeline.values.outcomes import Status
from pipeline.values.resolved import Resolved, Unresolved
from schemas.vocabulary.lists import PRODUCTS, CodeList

Transform = Callable[..., DocumentTable]

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
RECEIPT = "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity"


@dataclass
class Clarus:
    """Lists in memory that remember what they were asked."""

    records: dict[str, dict[Key, list[int]]]
    storage_units: dict[int, int] = field(default_factory=dict)
    asked: list[tuple[str, list[Key]]] = field(default_factory=list)
    asked_units: list[list[int]] = field(default_factory=list)

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        self.asked.append((codes.name, sorted(keys)))
        return {key: ids for key, ids in self.records.get(codes.name, {}).items() if key in keys}

    async def owners(self, codes: CodeList, keys: Collection[str]) -> set[str]:
        return set()

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        self.asked_units.append(sorted(products))
        return {product: unit for product, unit in self.storage_units.items() if product in products}


@pytest.fixture
def clarus() -> Clarus:
    return Clarus(
        {
            "accounts": {("ACME",): [101]},
            "warehouses": {("WHS01",): [201]},
            "carriers": {("DPD",): [302], ("ROYAL-MAIL",): [301]},
            "carrier_services": {("DPD", "T24"): [344], ("ROYAL-MAIL", "T24"): [341]},
            "products": {("P-1",): [1001], ("P-2",): [1002]},
        },
        {1001: 2001},
    )


def resolve(resolver: Resolver, documents: list[Document]) -> list[Resolved | Unresolved]:
    return asyncio.run(resolver.resolve(documents))


def body(resolution: Resolved | Unresolved) -> Any:
    assert isinstance(resolution, Resolved)
    return json.loads(resolution.body)["data"]


def told(resolution: Resolved | Unresolved) -> tuple[Status, list[tuple[int, str, str]]]:
    assert isinstance(resolution, Unresolved)
    return resolution.status, [(problem.row, problem.column, problem.message) for problem in resolution.problems]


def test_codes_become_ids(transformed: Transform, clarus: Clarus) -> None:
    """In the header, in the lines, and a service within its carrier."""
    orders = transformed(
        f"{ORDER},carrier_code,carrier_service\nA,ACME,2026-06-10,P-1,1,DPD,T24\nA,,,P-2,2,,\n"
        "B,ACME,2026-06-10,P-1,1,ROYAL-MAIL,T24\n"
    )

    first, second = resolve(Resolver(clarus), list(documents_in(orders)))

    attributes = body(first)["attributes"]
    assert (attributes["account_id"], attributes["carrier_id"], attributes["carrier_service_id"]) == (101, 302, 344)
    assert [line["attributes"]["product_id"] for line in attributes["lines_changes"]] == [1001, 1002]
    assert [line["type"] for line in attributes["lines_changes"]] == ["ADD", "ADD"]
    assert body(second)["attributes"]["carrier_service_id"] == 341


def test_each_code_is_asked_once_a_run_and_many_at_a_time(transformed: Transform, clarus: Clarus) -> None:
    """Whether Clarus has it or not: ten thousand orders of one account ask for it once."""
    lines = "".join(f"O-{n},ACME,2026-06-10,P-{n % 3},1\n" for n in range(50))
    documents = list(documents_in(transformed(f"{ORDER}\n{lines}")))
    resolver = Resolver(clarus)

    resolve(resolver, documents[:25])
    resolve(resolver, documents[25:])

    assert sorted(clarus.asked) == [("accounts", [("ACME",)]), ("products", [("P-0",), ("P-1",), ("P-2",)])]


def test_what_was_made_in_this_run_is_known_without_a_lookup(transformed: Transform, clarus: Clarus) -> None:
    """A list might not show it yet."""
    resolver = Resolver(clarus)
    resolver.learn(PRODUCTS, ("NEW",), 1009)

    [order] = resolve(resolver, list(documents_in(transformed(f"{ORDER}\nA,ACME,2026-06-10,NEW,1\n"))))

    assert body(order)["attributes"]["lines_changes"][0]["attributes"]["product_id"] == 1009
    assert [name for name, _ in clarus.asked] == ["accounts"]


def test_codes_that_clarus_does_not_have_are_told_on_every_row_that_names_them(
    transformed: Transform, clarus: Clarus
) -> None:
    """Column and row are those of the file."""
    orders = transformed(f"{ORDER},customer_code\nA,ACME,2026-06-10,P-8,1,\nA,,,P-1,1,C-9\nA,,,P-8,1,\n")

    [order] = resolve(Resolver(clarus), list(documents_in(orders)))

    assert told(order) == (
        Status.INVALID,
        [
            (3, "customer_code", "customer C-9 is not in Clarus"),
            (2, "product_code", "product P-8 is not in Clarus"),
            (4, "product_code", "product P-8 is not in Clarus"),
        ],
    )


def test_a_service_that_only_another_carrier_has_is_not_taken(transformed: Transform, clarus: Clarus) -> None:
    """The message names the carrier."""
    clarus.records["carrier_services"].pop(("DPD", "T24"))
    orders = transformed(f"{ORDER},carrier_code,carrier_service\nA,ACME,2026-06-10,P-1,1,DPD,T24\n")

    [order] = resolve(Resolver(clarus), list(documents_in(orders)))

    assert told(order) == (
        Status.INVALID,
        [(2, "carrier_service", "carrier service T24 of carrier DPD is not in Clarus")],
    )


def test_a_code_that_stands_for_several_records_is_no_guess(transformed: Transform, clarus: Clarus) -> None:
    """Two warehouses may call a location alike: nobody can tell which is meant."""
    clarus.records["products"]["P-1",] = [1001, 1005]
    orders = transformed(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\n")

    [order] = resolve(Resolver(clarus), list(documents_in(orders)))

    message = "product P-1 stands for 2 records in Clarus (ids 1001, 1005)"
    assert told(order) == (Status.INVALID, [(2, "product_code", message)])


@pytest.mark.parametrize(
    ("failed", "status", "message"),
    [
        (Status.INVALID, Status.BLOCKED, "product NEW failed: products.csv row 14"),
        (Status.REJECTED, Status.BLOCKED, "product NEW failed: products.csv row 14"),
        (Status.BLOCKED, Status.BLOCKED, "product NEW failed: products.csv row 14"),
        (Status.PENDING, Status.PENDING, "product NEW is not in Clarus yet: products.csv row 14"),
        (Status.UNKNOWN, Status.PENDING, "product NEW is not in Clarus yet: products.csv row 14"),
    ],
)
def test_an_order_waits_for_its_product_and_names_the_culprit(
    transformed: Transform, clarus: Clarus, failed: Status, status: Status, message: str
) -> None:
    """Blocked behind what failed, pending behind what may still come."""
    resolver = Resolver(clarus)
    resolver.fail(PRODUCTS, ("NEW",), failed, "products.csv row 14")
    orders = transformed(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\nA,,,NEW,1\nB,ACME,2026-06-10,P-1,1\n")

    waiting, going = resolve(resolver, list(documents_in(orders)))

    assert told(waiting) == (status, [(3, "product_code", message)])
    assert isinstance(going, Resolved)


def test_a_code_that_does_not_exist_is_told_before_one_that_may_still_come(
    transformed: Transform, clarus: Clarus
) -> None:
    """A document with both has to be corrected: waiting would not help it."""
    resolver = Resolver(clarus)
    resolver.fail(PRODUCTS, ("NEW",), Status.PENDING, "products.csv row 14")

    [order] = resolve(resolver, list(documents_in(transformed(f"{ORDER}\nA,ACME,2026-06-10,NEW,1\nA,,,P-8,1\n"))))

    assert told(order)[0] is Status.INVALID
    assert len(told(order)[1]) == 2


def test_a_product_that_was_made_after_all_holds_nobody(transformed: Transform, clarus: Clarus) -> None:
    """One row of a product failed, another was good."""
    resolver = Resolver(clarus)
    resolver.fail(PRODUCTS, ("NEW",), Status.INVALID, "products.csv row 14")
    resolver.learn(PRODUCTS, ("NEW",), 1009)
    resolver.fail(PRODUCTS, ("NEW",), Status.REJECTED, "more.csv row 3")

    [order] = resolve(resolver, list(documents_in(transformed(f"{ORDER}\nA,ACME,2026-06-10,NEW,1\n"))))

    assert isinstance(order, Resolved)


def receipts(transformed: Transform) -> list[Document]:
    return list(
        documents_in(
            transformed(
                f"{RECEIPT}\nR-1,ACME,WHS01,2026-06-10,P-1,5\nR-1,,,,P-2,6\nR-1,,,,P-1,7\n", name="receipts.csv"
            )
        )
    )


def test_receipt_lines_name_the_storage_unit_of_priority_0(transformed: Transform, clarus: Clarus) -> None:
    """Asked once for each product; a product without one is sent without, and told on its row."""
    resolver = Resolver(clarus)

    [receipt] = resolve(resolver, receipts(transformed))
    resolve(resolver, receipts(transformed))

    lines = [line["attributes"] for line in body(receipt)["attributes"]["lines_changes"]]
    assert [line.get("product_storage_unit_id") for line in lines] == [2001, None, 2001]
    assert clarus.asked_units == [[1001, 1002]]
    assert isinstance(receipt, Resolved)
    assert [(problem.row, problem.column, problem.message) for problem in receipt.warnings] == [
        (3, "product_code", "product P-2 has no storage unit of priority 0: the line is sent without one")
    ]


def test_the_storage_unit_goes_under_the_configured_name(transformed: Transform, clarus: Clarus) -> None:
    """The API's document does not know it; each installation says how it is called."""
    [receipt] = resolve(Resolver(clarus, "storage_unit_id"), receipts(transformed))

    assert body(receipt)["attributes"]["lines_changes"][0]["attributes"]["storage_unit_id"] == 2001


def test_an_empty_name_leaves_the_storage_unit_out(transformed: Transform, clarus: Clarus) -> None:
    """Nothing is asked, sent or told."""
    [receipt] = resolve(Resolver(clarus, ""), receipts(transformed))

    assert isinstance(receipt, Resolved)
    assert clarus.asked_units == []
    assert receipt.warnings == ()
    assert all(
        set(line["attributes"]) == {"product_id", "expected_quantity"}
        for line in body(receipt)["attributes"]["lines_changes"]
    )


def test_orders_name_no_storage_unit(transformed: Transform, clarus: Clarus) -> None:
    """It is asked for receipts only."""
    resolve(Resolver(clarus), list(documents_in(transformed(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\n"))))

    assert clarus.asked_units == []
