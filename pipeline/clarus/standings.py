"""How far records are in the warehouse, and the lines that they have there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.clarus.ids import as_id
from schemas.vocabulary.lists import CodeList

_PRODUCT = "product.code"


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line as Clarus lists it."""

    id: int
    product: str  # its code
    quantity: Any


class Records(Protocol):
    """Clarus's lists, such as `Lists`."""

    async def records(
        self, codes: CodeList, fields: tuple[str, ...], values: Collection[str]
    ) -> list[Mapping[str, Any]]:
        """Return the records that the list's own filter lets through for these values."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Asks for statuses and lines, many at a time."""

    lists: Records

    async def statuses(self, codes: CodeList, field: str, references: Collection[str]) -> dict[int, str]:
        """Return the status of each record with one of these references, by its id; "" where it shows none."""
        found = {}
        for node in await self.lists.records(codes, (codes.filter, field), references):
            if (record := as_id(node.get("id"))) is not None:
                found[record] = _told(node, field)
        return found

    async def lines(self, codes: CodeList, records: Collection[int]) -> dict[int, list[ListedLine]]:
        """Return the lines of these records, by the record's id; one without lines is absent."""
        found: dict[int, list[ListedLine]] = {}
        owner = codes.key[0]
        for node in await self.lists.records(codes, (owner, _PRODUCT, "order_quantity"), list(map(str, records))):
            line, record = as_id(node.get("id")), as_id(_told(node, owner))
            if line is not None and record is not None:
                found.setdefault(record, []).append(ListedLine(line, _told(node, _PRODUCT), node["order_quantity"]))
        return found


def _told(node: Mapping[str, Any], field: str) -> str:
    outer, _, inner = field.partition(".")
    value = (node.get(outer) or {}).get(inner) if inner else node.get(outer)
    return "" if value is None else str(value)
