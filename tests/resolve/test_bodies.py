"""What is posted for small files: each has its bodies beside it, in `bodies/`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.extract import Options, extract
from pipeline.resolve import Resolver
from pipeline.resolve.codes import Key
from pipeline.transform import transform
from pipeline.transform.address_book import AddressBook
from pipeline.transform.assembly import documents_in
from pipeline.validate import Rules, validate
from pipeline.values.document_tables import DocumentTable
from pipeline.values.resolved import Resolved
from schemas.vocabulary.dates import Reading
from schemas.vocabulary.lists import CodeList

BODIES = Path(__file__).parent / "bodies"
RULES = Rules(reading=Reading(ZoneInfo("Europe/London")))


class Codes:
    """The lists of `codes.json`; the storage unit of a product has its id and a million."""

    def __init__(self) -> None:
        self._ids = json.loads((BODIES / "codes.json").read_text())

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        known = {tuple(code.split("/")): [record] for code, record in self._ids[codes.name].items()}
        return {key: known[key] for key in keys if key in known}

    async def owners(self, codes: CodeList, keys: Collection[str]) -> set[str]:
        return set()

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        return {product: product + 1_000_000 for product in products}


def transformed(name: str, book: AddressBook | None = None) -> DocumentTable:
    [table] = extract(BODIES / name, Options())
    return transform(validate(table, RULES), book)


@pytest.mark.parametrize("name", ["products", "receipts", "orders"])
def test_the_bodies_are_those_that_stand_beside_the_file(name: str) -> None:
    """Every document of the file is sent, in its order, exactly so."""
    documents = list(documents_in(transformed(f"{name}.csv", AddressBook([transformed("addresses.csv")]))))

    resolutions = asyncio.run(Resolver(Codes()).resolve(documents))

    bodies = [json.loads(resolved.body) for resolved in resolutions if isinstance(resolved, Resolved)]
    assert bodies == json.loads((BODIES / f"{name}.json").read_text())
