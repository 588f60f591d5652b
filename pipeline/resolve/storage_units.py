"""The storage unit of priority 0 of each product: the first that a product gets is it, and receipts name it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.resolve.codes import Failure
from pipeline.values.documents import Document, Id
from schemas.vocabulary.lists import PRODUCT_STORAGE_UNITS, CodeList


class UnitLists(Protocol):
    """Clarus's lists, as far as they speak of storage units."""

    async def owners(self, codes: CodeList, keys: Collection[str]) -> set[str]:
        """Return those of these owners that have any record in the list."""

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        """Return the storage unit of priority 0 of each product that has one."""


@dataclass(slots=True)
class StorageUnits:
    """What is known of the storage units of products; these are named by their codes."""

    lists: UnitLists
    settle: float = 0.0  # seconds after which a list is trusted to show what was made before
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep  # for so many seconds; may raise why the run must end
    field_name: str = "product_storage_unit_id"  # the attribute of a line that names its unit; "": left out
    _any: dict[str, bool] = field(default_factory=dict)  # whether a product has a storage unit, or is getting one
    _firsts: set[tuple[str, ...]] = field(default_factory=set)  # on their way as the first of their product
    _of_priority_0: dict[str, Id | None] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)  # products of which this run has met a unit: lists may not show it yet
    _failed: dict[str, tuple[str, Failure]] = field(default_factory=dict)  # what failed, by its product's code

    def product_is_new(self, product: str) -> None:
        """Note a product that this run has made: it has no storage unit, and nobody needs to ask."""
        self._any[product] = False

    async def ask_whether_any(self, products: Collection[str]) -> None:
        """Find out which of these products have a storage unit already."""
        if new := set(products) - self._any.keys():
            having = await self.lists.owners(PRODUCT_STORAGE_UNITS, new)
            self._any.update({product: product in having for product in new})

    def is_first(self, key: tuple[str, ...]) -> bool:
        """Whether a unit that is about to be sent is the first of its product; the next one is not, then."""
        first = not self._any[key[0]]
        self._any[key[0]] = True
        if first:
            self._firsts.add(key)
        return first

    def made(self, key: tuple[str, ...], unit: Id) -> None:
        """Note a unit that is in Clarus, or would be."""
        self._any[key[0]] = True
        if key in self._firsts:
            self._firsts.discard(key)
            self._of_priority_0[key[0]] = unit  # a lookup right after it was made might miss it
        else:
            self._met.add(key[0])

    def _refused(self, key: tuple[str, ...]) -> None:
        """A unit that surely is not in Clarus: the next one of its product may be the first."""
        if key in self._firsts:
            self._firsts.discard(key)
            self._any[key[0]] = False

    def failed(self, key: tuple[str, ...], failure: Failure) -> None:
        """Note a unit of this run that is not in Clarus."""
        if not failure.waits:
            self._refused(key)
        self._failed.setdefault(key[0], (f"{PRODUCT_STORAGE_UNITS.noun} {key[0]}, {'/'.join(key[1:])},", failure))

    def are_named_by(self, document: Document) -> bool:
        """Whether the lines of a document name the unit of their product."""
        return document.record.names_storage_unit and self.field_name != ""

    def missing_for(self, document: Document, product: str) -> tuple[str, Failure] | None:
        """The unit of this run that a line would name, where it has failed: sent now, the line would name none."""
        if not self._failed or not self.are_named_by(document) or self.of_priority_0(product) is not None:
            return None
        return self._failed.get(product)

    async def ask_for_priority_0(self, products: Mapping[str, int]) -> None:
        """Look up the unit of priority 0 of products, by code and id; of each once a run."""
        asked = {code: product for code, product in products.items() if code not in self._of_priority_0}
        await self._look_up(asked)
        if missed := {code: asked[code] for code in asked if self._of_priority_0[code] is None and code in self._met}:
            await self.wait(self.settle)
            await self._look_up(missed)

    def of_priority_0(self, product: str) -> Id | None:
        """The unit that receipt lines name; None where the product has none."""
        return self._of_priority_0.get(product)

    async def _look_up(self, products: Mapping[str, int]) -> None:
        if products:
            found = await self.lists.first_storage_units(products.values())
            self._of_priority_0.update({code: found.get(product) for code, product in products.items()})
