"""Storage units of one product, where Clarus's list does not show their type."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

from pipeline.ledger import Entry, Ledger, State
from pipeline.load.digests import identity_of
from pipeline.load.own_records import OwnRecords
from schemas.vocabulary.lists import PRODUCT_STORAGE_UNITS, CodeList

PALLET, TOTE = ("P/1", "PALLET", "case"), ("P/1", "TOTE", "case")
Key = tuple[str, ...]


class WithoutTypes:
    """A list that finds the same two units whatever type is asked for."""

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        return {key: [7, 8] for key in keys}


def test_the_ledger_tells_the_units_of_a_product_apart(tmp_path: Path) -> None:
    """The pallet that was posted is not found for the tote; what the ledger does not know may be either."""

    async def found() -> dict[Key, list[int]]:
        ledger = Ledger.open(tmp_path / "ledger.sqlite3")
        pallet = identity_of(PALLET, "product_storage_units", "acme")
        ledger.conclude(Entry(pallet, State.CREATED, "f", {"lines": []}, "run", clarus_id=7))
        try:
            return await OwnRecords(WithoutTypes(), ledger.holders, "acme").find(PRODUCT_STORAGE_UNITS, [PALLET, TOTE])
        finally:
            await ledger.close()

    assert asyncio.run(found()) == {PALLET: [7, 8], TOTE: [8]}


def test_codes_with_slashes_are_told_apart() -> None:
    """A/B and C are not A and B/C."""
    assert identity_of(("A/B", "C", "case"), "units", "t") != identity_of(("A", "B/C", "case"), "units", "t")
    assert identity_of(("A~1B", "C", "case"), "units", "t") != identity_of(("A/B", "C", "case"), "units", "t")
