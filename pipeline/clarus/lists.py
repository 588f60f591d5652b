"""Find records in Clarus's GraphQL lists, many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from pipeline.clarus.answers import as_id
from schemas.lists import CodeList

Key = tuple[str, ...]  # a code, or a code after the one that narrows it


class Queries(Protocol):
    """Something that answers GraphQL queries, such as `Clarus`."""

    async def query(self, query: str, variables: Mapping[str, Any]) -> Any:
        """Return `data`."""


class Lists:
    """The lists of one tenant; `batch` codes are asked at once, pages of `page` records are wanted."""

    def __init__(self, clarus: Queries, batch: int = 500, page: int = 500) -> None:
        self._clarus, self._batch, self._page = clarus, batch, page

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys, ascending; keys that are not there are absent."""
        wanted = set(keys)
        found: dict[Key, list[int]] = {}
        names = sorted({key[-1] for key in wanted})
        for nodes in await self._all(codes.name, _query(codes), [{codes.by: {"in": b}} for b in self._batches(names)]):
            for node in nodes:
                key = _key(codes, node)
                if key in wanted and (record := as_id(node.get("id"))) is not None:
                    found.setdefault(key, []).append(record)
        return {key: sorted(set(ids)) for key, ids in found.items()}

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        """Return the storage unit of priority 0 of each product that has one, by the product's id."""
        filters = [{"product_id": {"in": batch}, "priority": {"eq": 0}} for batch in self._batches(sorted(products))]
        found: dict[int, int] = {}
        for nodes in await self._all("product_storage_units", _STORAGE_UNITS, filters):
            for node in nodes:
                product, unit = as_id((node.get("product") or {}).get("id")), as_id(node.get("id"))
                # A server that does not know the filter on priority must not make us take another unit.
                if product is not None and unit is not None and node.get("priority") == 0:
                    found[product] = unit
        return found

    def _batches(self, values: Sequence[Any]) -> list[Sequence[Any]]:
        return [values[i : i + self._batch] for i in range(0, len(values), self._batch)]

    async def _all(self, name: str, query: str, filters: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        return await asyncio.gather(*(self._pages(name, query, filter_) for filter_ in filters))

    async def _pages(self, name: str, query: str, filter_: Mapping[str, Any]) -> list[Any]:
        """Return the nodes of every page: a server may give fewer at once than it is asked for."""
        return [node async for node in self._nodes(name, query, filter_)]

    async def _nodes(self, name: str, query: str, filter_: Mapping[str, Any]) -> AsyncIterator[Any]:
        after = None
        while True:
            data = await self._clarus.query(query, {"filter": filter_, "first": self._page, "after": after})
            page = data[name]["all"]
            for edge in page["edges"]:
                yield edge["node"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


@cache
def _query(codes: CodeList) -> str:
    within = f" {codes.within} {{ id code }}" if codes.within else ""
    return _list_query(codes.name, codes.filter_type, f"id {codes.by}{within}")


def _list_query(name: str, filter_type: str, fields: str) -> str:
    return (
        f"query($filter: {filter_type}, $first: Int, $after: String) {{ {name} {{"
        " all(filter: $filter, first: $first, after: $after) {"
        f" pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }} }} }}"
    )


_STORAGE_UNITS = _list_query("product_storage_units", "ProductStorageUnitFilterType", "id priority product { id code }")


def _key(codes: CodeList, node: Mapping[str, Any]) -> Key:
    own = str(node.get(codes.by))
    return (str((node.get(codes.within) or {}).get("code")), own) if codes.within else (own,)
