"""Bills of materials against what Clarus has: parents that are none, and circles through its own components."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.clarus.ids import as_id
from pipeline.errors import LookupRefused
from pipeline.values.documents import Document
from pipeline.values.problems import Problem
from schemas.vocabulary.lists import CodeList

_KIND = "product_type"
_DEEPEST = 50  # levels of components


class Records(Protocol):
    """Clarus's lists, such as `pipeline.clarus.lists.Lists`."""

    async def records(
        self, codes: CodeList, fields: tuple[str, ...], values: Collection[str]
    ) -> list[Mapping[str, Any]]:
        """Return the records that the list's own filter lets through for these values."""


@dataclass(frozen=True, slots=True)
class Bills:
    """Looks at components that are about to be sent; `ready` are parents that this run has made or changed itself."""

    lists: Records
    ready: Collection[str]

    async def problems(self, documents: Sequence[Document]) -> dict[int, Problem]:
        """What is wrong, by the place among the documents.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        if not documents:
            return {}
        wrong = await self._circles(documents)
        return {**wrong, **await self._parents_that_are_none(documents)}

    async def _parents_that_are_none(self, documents: Sequence[Document]) -> dict[int, Problem]:
        record = documents[0].record
        wanted, listed = record.of_parents.get(_KIND), record.columns[record.key[0]].lookup
        parents = {document.key[0] for document in documents} - set(self.ready)
        if wanted is None or listed is None or not parents:
            return {}
        try:
            nodes = await self.lists.records(listed, ("code", _KIND), parents)
        except LookupRefused:  # not shown here: Clarus itself refuses what does not fit
            return {}
        others = {str(node.get("code")) for node in nodes if node.get(_KIND) != wanted}
        hint = "put its row into a products file of this run and allow its change, or change its type in Clarus"
        return {
            at: Problem(
                document.rows[0],
                record.key[0],
                document.key[0],
                f"{document.key[0]} is in Clarus, and is no bill of materials there",
                hint,
            )
            for at, document in enumerate(documents)
            if document.key[0] in others
        }

    async def _circles(self, documents: Sequence[Document]) -> dict[int, Problem]:
        record = documents[0].record
        components = await self._components(record.listed, {document.key[1] for document in documents})
        for document in documents:
            components.setdefault(document.key[0], set()).add(document.key[1])
        found = {}
        for at, document in enumerate(documents):
            parent, child = document.key[0], document.key[1]
            if (way := _way(components, child, parent)) is not None:
                shown = " → ".join((parent, *way))
                message = f"{child} is made of {parent} itself, in a circular bill of materials: {shown}"
                hint = "remove this row, or the component in Clarus that closes the circle"
                found[at] = Problem(document.rows[0], record.reference, child, message, hint)
        return found

    async def _components(self, listed: CodeList | None, parents: Collection[str]) -> dict[str, set[str]]:
        """What Clarus has as components of these, and of their components, by parent."""
        found: dict[str, set[str]] = {}
        asked, left = set[str](), set(parents)
        for _ in range(_DEEPEST):
            if listed is None or not left:
                break
            asked |= left
            nodes = await self.lists.records(listed, listed.key, left)
            for node in nodes:
                if as_id(node.get("id")) is not None:
                    parent, child = (str((node.get(field.partition(".")[0]) or {}).get("code")) for field in listed.key)
                    found.setdefault(parent, set()).add(child)
            left = {child for children in found.values() for child in children} - asked
        return found


def _way(components: Mapping[str, Collection[str]], start: str, end: str) -> list[str] | None:
    """The way from a product down to another that it is made of; None where there is none."""
    before: dict[str, str] = {}
    open_ = [start]
    seen = {start}
    while open_:
        here = open_.pop()
        if here == end:
            way = [here]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
        for child in components.get(here, ()):
            if child not in seen:
                seen.add(child)
                before[child] = here
                open_.append(child)
    return None
