"""Turn the codes of documents into Clarus's ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from pipeline.documents import Code, Document, Line, Resolved, Unresolved
from pipeline.outcomes import Status
from pipeline.problems import Problem, Severity
from schemas.lists import PRODUCTS, CodeList

Key = tuple[str, ...]


class CodeLists(Protocol):
    """Clarus's lists, asked many codes at a time."""

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys."""

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        """Return the storage unit of priority 0 of each product that has one."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """A record of this run that is not in Clarus now."""

    status: Status
    culprit: str  # "products.csv row 14"


@dataclass(slots=True)
class Resolver:
    """Knows the ids of codes: each is asked once a run, those of records made in this run never."""

    lists: CodeLists
    storage_unit_field: str = "product_storage_unit_id"  # the attribute of a line; "": left out
    _known: dict[CodeList, dict[Key, int | None]] = field(default_factory=dict)  # None: Clarus does not have it
    _failed: dict[tuple[CodeList, Key], _Failure] = field(default_factory=dict)
    _storage_units: dict[int, int | None] = field(default_factory=dict)

    def learn(self, codes: CodeList, key: Key, record: int) -> None:
        """Note the id of a record that was made or met in this run."""
        self._known.setdefault(codes, {})[key] = record
        self._failed.pop((codes, key), None)

    def fail(self, codes: CodeList, key: Key, status: Status, culprit: str) -> None:
        """Note that a record of this run did not get into Clarus; who names it must wait."""
        if self._known.get(codes, {}).get(key) is None:
            self._failed.setdefault((codes, key), _Failure(status, culprit))

    async def resolve(self, documents: Sequence[Document]) -> list[Resolved | Unresolved]:
        """Look up every code that is not known yet and return the documents, in their order, with ids.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        await self._ask({code for document in documents for _, code in _codes(document)})
        if self.storage_unit_field:
            await self._ask_storage_units(documents)
        return [self._resolved(document) for document in documents]

    async def ask(self, codes: CodeList, keys: Collection[Key]) -> None:
        """Make sure that these codes are known, or known to be absent."""
        known = self._known.setdefault(codes, {})
        missing = {key for key in keys if key not in known and (codes, key) not in self._failed}
        if missing:
            found = await self.lists.find(codes, missing)
            known.update({key: found[key][0] if key in found else None for key in missing})

    async def _ask(self, codes: Collection[Code]) -> None:
        by_list: dict[CodeList, set[Key]] = {}
        for code in codes:
            by_list.setdefault(code.codes, set()).add(code.key)
        for codes_of, keys in by_list.items():
            await self.ask(codes_of, keys)

    async def _ask_storage_units(self, documents: Sequence[Document]) -> None:
        named = {
            self._known[PRODUCTS].get(code.key)
            for document in documents
            if document.record.names_storage_unit
            for _, code in _codes(document)
            if code.codes == PRODUCTS
        }
        missing = {product for product in named if product is not None and product not in self._storage_units}
        if missing:
            found = await self.lists.first_storage_units(missing)
            self._storage_units.update({product: found.get(product) for product in missing})

    def _resolved(self, document: Document) -> Resolved | Unresolved:
        unknown, statuses = [], set()
        for row, code in _codes(document):
            failure = self._failed.get((code.codes, code.key))
            if failure:
                waits = failure.status in (Status.PENDING, Status.UNKNOWN)
                statuses.add(Status.PENDING if waits else Status.BLOCKED)
                message = f"{code} {'is not in Clarus yet' if waits else 'failed'}: {failure.culprit}"
                unknown.append(Problem(row, code.heading, code.key[-1], message))
            elif self._known[code.codes].get(code.key) is None:
                statuses.add(Status.INVALID)
                hint = f"correct the code, or create the {code.codes.noun} in Clarus first"
                unknown.append(Problem(row, code.heading, code.key[-1], f"{code} is not in Clarus", hint))
        if unknown:
            worst = next(s for s in (Status.INVALID, Status.BLOCKED, Status.PENDING) if s in statuses)
            return Unresolved(document, worst, tuple(unknown))
        return Resolved(document, orjson.dumps(self._body(document)), tuple(self._without_storage_unit(document)))

    def _body(self, document: Document) -> dict[str, Any]:
        attributes = {**document.attributes, **self._ids(code for _, code in document.codes)}
        if document.record.has_lines:
            attributes["lines_changes"] = [self._line(document, line) for line in document.lines]
        data: dict[str, Any] = {"type": document.record.resource, "attributes": attributes}
        if document.address:
            data["relationships"] = {"address": {"data": {"type": "addresses", "attributes": document.address}}}
        return {"data": data}

    def _line(self, document: Document, line: Line) -> dict[str, Any]:
        attributes = {**self._ids(line.codes), **line.attributes}
        if document.record.names_storage_unit and (unit := self._storage_unit(line)) is not None:
            attributes[self.storage_unit_field] = unit
        return {"type": "ADD", "attributes": attributes}

    def _ids(self, codes: Collection[Code] | Iterator[Code]) -> dict[str, Any]:
        return {code.attribute: self._known[code.codes][code.key] for code in codes}

    def _storage_unit(self, line: Line) -> int | None:
        products = (self._known[PRODUCTS][code.key] for code in line.codes if code.codes == PRODUCTS)
        return next((self._storage_units.get(product) for product in products if product is not None), None)

    def _without_storage_unit(self, document: Document) -> Iterator[Problem]:
        if not (document.record.names_storage_unit and self.storage_unit_field):
            return
        for line in document.lines:
            for code in line.codes:
                if code.codes == PRODUCTS and self._storage_unit(line) is None:
                    message = f"{code} has no storage unit of priority 0: the line is sent without one"
                    yield Problem(line.row, code.heading, code.key[-1], message, severity=Severity.WARNING)


def _codes(document: Document) -> Iterator[tuple[int, Code]]:
    yield from document.codes
    for line in document.lines:
        for code in line.codes:
            yield line.row, code
