"""Find records in Clarus's GraphQL lists, many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from pipeline.clarus.ids import as_id
from pipeline.errors import LookupRefused
from schemas.vocabulary.lists import CodeList

_PAGES_AT_LEAST = 500
_PAGES_FOR_A_VALUE = 5

Key = tuple[str, ...]  # a code, or a code after the one that narrows it


class Queries(Protocol):
    """Something that answers GraphQL queries, such as `Clarus`."""

    async def query(self, query: str, variables: Mapping[str, Any]) -> Any:
        """Return `data`."""


class _OtherShape(LookupRefused):
    """An answer that is no page of the list."""


class Lists:
    """The lists of one tenant; `batch` codes are asked at once, pages of `page` records are wanted."""

    def __init__(self, clarus: Queries, batch: int = 500, page: int = 500) -> None:
        self._clarus, self._batch, self._page = clarus, batch, page
        self._without: set[CodeList] = set()  # lists of which this server does not offer the doubtful fields

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys, ascending; keys that are not there are absent."""
        if codes.alone and len({len(key) for key in keys}) > 1:
            halves = [[key for key in keys if (len(key) == 1) is alone] for alone in (True, False)]
            alone, narrowed = await asyncio.gather(*(self.find(codes, half) for half in halves))
            return {**alone, **narrowed}
        if codes.doubtful and codes not in self._without:
            try:
                return await self._find(codes, codes.key, keys)
            except LookupRefused:
                self._without.add(codes)
        fields = tuple(field for field in codes.key if codes not in self._without or field not in codes.doubtful)
        return await self._find(codes, fields, keys)

    def cannot_tell_apart(self, codes: CodeList) -> bool:
        """Whether Clarus has turned out not to show a part of the key: what was found may be another record."""
        return codes in self._without

    async def _find(self, codes: CodeList, fields: tuple[str, ...], keys: Collection[Key]) -> dict[Key, list[int]]:
        if codes.alone and any(len(key) == 1 for key in keys):
            fields = fields[-1:]
        wanted: dict[Key, list[Key]] = {}  # by the part of the key that the server tells
        for key in set(keys):
            own = codes.key[-len(key) :]
            told = tuple(part for part, field in zip(key, own, strict=True) if field in fields)
            wanted.setdefault(told, []).append(key)
        values = sorted({key[codes.filtered] for key in keys})
        filters: list[dict[str, Any]] = [
            {codes.filter: {"in": _typed(codes, batch)}} for batch in self._batches(values)
        ]
        outer = sorted({key[0] for key in keys if len(key) > 1}) if codes.narrowed_by else []
        if 0 < len(outer) <= self._batch:
            filters = [{**each, codes.narrowed_by: {"in": outer}} for each in filters]
        found: dict[Key, list[int]] = {}
        for nodes in await self._all(codes.name, _query(codes, fields), filters):
            for node in nodes:
                record = as_id(node.get("id"))
                for key in wanted.get(tuple(_value(node, field) for field in fields), ()):
                    if record is not None:
                        found.setdefault(key, []).append(record)
        return {key: sorted(set(ids)) for key, ids in found.items()}

    async def nodes(self, listed: CodeList, fields: str, filter_: Mapping[str, Any]) -> list[Any]:
        """Return what a list shows of every record that a filter lets through.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        return await self._pages(listed.name, _list_query(listed.name, listed.filter_type, fields), filter_)

    async def owners(self, codes: CodeList, keys: Collection[str]) -> set[str]:
        """Return those of these keys, of what the list is filtered by, that have any record in it."""
        field = codes.key[codes.filtered]
        filters = [{codes.filter: {"in": _typed(codes, batch)}} for batch in self._batches(sorted(keys))]
        pages = await self._all(codes.name, _query(codes, (field,)), filters)
        return {_value(node, field) for nodes in pages for node in nodes}

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

    async def records(
        self, codes: CodeList, fields: tuple[str, ...], values: Collection[str]
    ) -> list[Mapping[str, Any]]:
        """Return the records, with these fields, that the list's own filter lets through for these values."""
        filters = [{codes.filter: {"in": _typed(codes, batch)}} for batch in self._batches(sorted(set(values)))]
        pages = await self._all(codes.name, _query(codes, fields), filters)
        return [node for nodes in pages for node in nodes]

    def _batches(self, values: Sequence[Any]) -> list[Sequence[Any]]:
        return [values[i : i + self._batch] for i in range(0, len(values), self._batch)]

    async def _all(self, name: str, query: str, filters: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        return await asyncio.gather(*(self._pages(name, query, filter_) for filter_ in filters))

    async def _pages(self, name: str, query: str, filter_: Mapping[str, Any]) -> list[Any]:
        """Return the nodes of every page: a server may give fewer at once than it is asked for."""
        return [node async for node in self._nodes(name, query, filter_)]

    async def _page_of(self, name: str, query: str, variables: Mapping[str, Any]) -> tuple[list[Any], str | None]:
        """One page; an answer of another shape may be that of another request, and is asked for once more."""
        try:
            return _read_page(await self._clarus.query(query, variables), name)
        except _OtherShape:
            return _read_page(await self._clarus.query(query, variables), name)

    async def _nodes(self, name: str, query: str, filter_: Mapping[str, Any]) -> AsyncIterator[Any]:
        after, cursors, records = None, set[str](), set[int]()
        while True:
            nodes, following = await self._page_of(
                name, query, {"filter": filter_, "first": self._page, "after": after}
            )
            known = len(records)
            records.update(record for node in nodes if (record := as_id(node["id"])) is not None)
            for node in nodes:
                yield node
            if following is None:
                return
            if following in cursors or len(records) == known:
                raise LookupRefused(f"Clarus gives the same page of {name} again and again")
            cursors.add(following)
            if len(cursors) >= _most_pages(filter_):
                raise LookupRefused(
                    f"the list {name} of Clarus has no end: {len(cursors)} pages, {len(records)} records"
                )
            after = following


def _most_pages(filter_: Mapping[str, Any]) -> int:
    """More pages than a sound list can have: even a server with one record a page has some for each asked value."""
    asked = max((len(by["in"]) for by in filter_.values() if "in" in by), default=1)
    return _PAGES_AT_LEAST + _PAGES_FOR_A_VALUE * asked


@cache
def _query(codes: CodeList, fields: tuple[str, ...]) -> str:
    return _list_query(codes.name, codes.filter_type, " ".join(["id", *map(_selection, fields)]))


def _selection(field: str) -> str:
    """Ask for a field of a node: `carrier.code` is `carrier { code }`."""
    outer, _, inner = field.partition(".")
    return f"{outer} {{ {inner} }}" if inner else outer


def _list_query(name: str, filter_type: str, fields: str) -> str:
    return (
        f"query($filter: {filter_type}, $first: Int, $after: String) {{ {name} {{"
        " all(filter: $filter, first: $first, after: $after) {"
        f" pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }} }} }}"
    )


_STORAGE_UNITS = _list_query("product_storage_units", "ProductStorageUnitFilterType", "id priority product { id code }")


def _read_page(data: Any, name: str) -> tuple[list[Any], str | None]:
    """The nodes of a page, and the cursor behind it where another follows.

    Raises:
        LookupRefused: the answer has another shape. A record that is overlooked would be posted again.
    """
    try:
        page = data[name]["all"]
        nodes = [edge["node"] for edge in page["edges"]]
        following = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        is_whole = all(as_id(node["id"]) is not None for node in nodes)
        is_whole &= following is not None or not page["pageInfo"]["hasNextPage"]
    except (KeyError, TypeError) as error:
        raise _OtherShape(f"Clarus answers a lookup of {name} in a shape that is not known") from error
    if not is_whole:
        raise _OtherShape(f"Clarus answers a lookup of {name} without the ids, or without the way to the next page")
    return nodes, following


def _value(node: Mapping[str, Any], field: str) -> str:
    outer, _, inner = field.partition(".")
    return str((node.get(outer) or {}).get(inner) if inner else node.get(outer))


def _typed(codes: CodeList, values: Sequence[str]) -> list[Any]:
    """Filters on ids take integers, those on codes strings."""
    return list(map(int, values)) if codes.filter.endswith("_id") else list(values)
