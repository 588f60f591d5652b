"""Which storage unit of a product is the one of priority 0."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from pipeline.resolve.codes import Failure
from pipeline.resolve.storage_units import StorageUnits
from pipeline.values.outcomes import Status
from schemas.vocabulary.lists import CodeList

PALLET, TOTE = ("P-1", "PALLET", "case"), ("P-1", "TOTE", "unit")


class Lists:
    """A Clarus whose lists show a unit of P-1 only after somebody has waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.asked = 0

    async def owners(self, codes: CodeList, keys: Collection[str]) -> set[str]:
        return set()

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        self.asked += 1
        return dict.fromkeys(products, 2001) if self.waits else {}

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def test_the_next_unit_is_first_where_the_first_was_refused() -> None:
    """Priority 0 is asked for again, and for no third one."""
    units = StorageUnits(Lists())
    units.product_is_new("P-1")

    assert units.is_first(PALLET)
    units.failed(PALLET, Failure(Status.REJECTED, "products.csv row 2", only_if_absent=False))
    assert units.is_first(TOTE)
    units.made(TOTE, 2002)

    assert not units.is_first(PALLET)
    assert units.of_priority_0("P-1") == 2002


def test_a_unit_that_an_earlier_run_has_just_made_is_waited_for() -> None:
    """The ledger knows of it, the list does not show it yet: it is asked again after the settle time, once."""
    lists = Lists()
    units = StorageUnits(lists, settle=2.0, wait=lists.wait)
    units.made(PALLET, 2001)

    asyncio.run(units.ask_for_priority_0({"P-1": 1001}))

    assert (lists.waits, units.of_priority_0("P-1")) == ([2.0], 2001)


def test_a_product_without_any_unit_is_asked_once() -> None:
    """Nobody waits for what nobody has made."""
    lists = Lists()
    units = StorageUnits(lists, settle=2.0, wait=lists.wait)

    for _ in range(2):
        asyncio.run(units.ask_for_priority_0({"P-1": 1001}))

    assert (lists.waits, lists.asked, units.of_priority_0("P-1")) == ([], 1, None)
