"""Turn the codes of documents into Clarus's ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from pipeline.documents import Code, Document, Id, Line, Promise, Resolved, Unresolved
from pipeline.outcomes import Status
from pipeline.problems import Problem, Severity
from schemas.lists import PRODUCTS, CodeList

Key = tuple[str, ...]


class CodeLists(Protocol):
    """Clarus's lists, asked many codes at a time."""

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys."""

    async def owners(self, codes: CodeList, keys: Collection[str]) -> set[str]:
        """Return those of these owners that have any record in the list."""

    async def first_storage_units(self, products: Collection[int]) -> dict[int, int]:
        """Return the storage unit of priority 0 of each product that has one."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """A record of this run that is not in Clarus now."""

    status: Status
    culprit: str  # "products.csv row 14"
    only_if_absent: bool  # it tells why a record is missing, not that it must be


@dataclass(slots=True)
class Resolver:
    """Knows the ids of codes: each is asked once a run, those of records made in this run never."""

    lists: CodeLists
    storage_unit_field: str = "product_storage_unit_id"  # the attribute of a line; "": left out
    _known: dict[CodeList, dict[Key, Id | None]] = field(default_factory=dict)  # None: Clarus does not have it
    _failed: dict[tuple[CodeList, Key], _Failure] = field(default_factory=dict)
    _storage_units: dict[Id, Id | None] = field(default_factory=dict)  # of priority 0, by product
    _explained: dict[tuple[CodeList, Key], str] = field(default_factory=dict)
    _fresh: set[tuple[CodeList, Key]] = field(default_factory=set)  # made in this run: nothing hangs on them yet
    _owners: dict[CodeList, dict[str, bool]] = field(default_factory=dict)  # whether an owner has a record of the list
    _firsts: set[tuple[CodeList, Key]] = field(default_factory=set)  # sent as the first of their owner

    def learn(self, codes: CodeList, key: Key, record: int, fresh: bool = False) -> None:
        """Note the id of a record that was met in this run, or made in it (`fresh`)."""
        self._note(codes, key, record)
        self._failed.pop((codes, key), None)
        if fresh:
            self._fresh.add((codes, key))

    def promise(self, codes: CodeList, key: Key, placeholder: str) -> None:
        """Note a record that a rehearsal would make: its id is not known, and these words stand in its place."""
        if self._known.get(codes, {}).get(key) is None:
            self._note(codes, key, Promise(placeholder))

    def _note(self, codes: CodeList, key: Key, record: Id) -> None:
        self._known.setdefault(codes, {})[key] = record
        if (codes, key) in self._firsts and (product := self._known[PRODUCTS].get(key[:1])) is not None:
            self._storage_units[product] = record  # a lookup right after it was made might miss it

    def fail(self, codes: CodeList, key: Key, status: Status, culprit: str, only_if_absent: bool = False) -> None:
        """Note that a record of this run did not get into Clarus; who names it must wait."""
        if self._known.get(codes, {}).get(key) is None:
            self._failed.setdefault((codes, key), _Failure(status, culprit, only_if_absent))

    def explain(self, codes: CodeList, key: Key, why: str) -> None:
        """Note what to say if Clarus does not have a record that could have been made."""
        self._explained[codes, key] = why

    async def resolve(self, documents: Sequence[Document]) -> list[Resolved | Unresolved]:
        """Look up every code that is not known yet and return the documents, in their order, with ids.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        await self._ask({code for document in documents for _, code in _codes(document)})
        if self.storage_unit_field:
            await self._ask_storage_units(documents)
        await self._ask_owners(documents)
        return [self._resolved(document) for document in documents]

    async def ask(self, codes: CodeList, keys: Collection[Key]) -> None:
        """Make sure that these codes are known, or known to be absent."""
        known = self._known.setdefault(codes, {})
        missing = {key for key in keys if key not in known and not self._surely_failed(codes, key)}
        if missing:
            found = await self.lists.find(codes, missing)
            known.update({key: found[key][0] if key in found else None for key in missing})

    def _surely_failed(self, codes: CodeList, key: Key) -> bool:
        failure = self._failed.get((codes, key))
        return failure is not None and not failure.only_if_absent

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
        missing = {product for product in named if isinstance(product, int) and product not in self._storage_units}
        if missing:
            found = await self.lists.first_storage_units(missing)
            self._storage_units.update({product: found.get(product) for product in missing})

    async def _ask_owners(self, documents: Sequence[Document]) -> None:
        """Find out whether the owners of first records have one already."""
        for listed in {d.record.listed for d in documents if d.record.first_gets and d.record.listed is not None}:
            owners = self._owners.setdefault(listed, {})
            new = {document.key[0] for document in documents if document.record.listed is listed} - owners.keys()
            fresh = {owner for owner in new if (PRODUCTS, (owner,)) in self._fresh}
            having = await self.lists.owners(listed, new - fresh) if new - fresh else set()
            owners.update({owner: owner in having for owner in new})

    def _resolved(self, document: Document) -> Resolved | Unresolved:
        unknown, statuses = [], set()
        for row, code in _codes(document):
            record, failure = self._known[code.codes].get(code.key), self._failed.get((code.codes, code.key))
            if failure and (record is None or not failure.only_if_absent):
                waits = failure.status in (Status.PENDING, Status.UNKNOWN)
                statuses.add(Status.PENDING if waits else Status.BLOCKED)
                message = f"{code} {'is not in Clarus yet' if waits else 'failed'}: {failure.culprit}"
                unknown.append(Problem(row, code.heading, code.key[-1], message))
            elif record is None:
                statuses.add(Status.INVALID)
                hint = f"correct the code, or create the {code.codes.noun} in Clarus first"
                hint = self._explained.get((code.codes, code.key), hint)
                unknown.append(Problem(row, code.heading, code.key[-1], f"{code} is not in Clarus", hint))
        if unknown:
            worst = next(s for s in (Status.INVALID, Status.BLOCKED, Status.PENDING) if s in statuses)
            return Unresolved(document, worst, None if _by_ids(document) else document.key, tuple(unknown))
        return self._written(document)

    def _written(self, document: Document) -> Resolved:
        record = document.record
        attributes = {**document.attributes, **self._ids(code for _, code in document.codes), **self._first(document)}
        key: Key | None = document.key
        if _by_ids(document):
            ids = [attributes[record.columns[heading].attribute] for heading in record.key]
            key = None if any(isinstance(own, Promise) for own in ids) else tuple(map(str, ids))
        path = record.path or f"/{record.resource}"
        in_path = [name for name in attributes if f"{{{name}}}" in path]
        path = path.format(**{name: attributes.pop(name) for name in in_path})
        body = orjson.dumps(self._body(document, attributes))
        return Resolved(document, path, body, attributes, key, tuple(self._without_storage_unit(document)))

    def _first(self, document: Document) -> dict[str, Any]:
        """The attributes that only the first record of its owner gets."""
        listed = document.record.listed
        if not document.record.first_gets or listed is None or self._owners[listed][document.key[0]]:
            return {}
        self._owners[listed][document.key[0]] = True
        self._firsts.add((listed, document.key))
        return dict(document.record.first_gets)

    def _body(self, document: Document, attributes: dict[str, Any]) -> dict[str, Any]:
        record = document.record
        if record.has_lines:
            attributes["lines_changes"] = [self._line(document, line) for line in document.lines]
        if document.address and record.address_attribute:
            attributes[record.address_attribute] = document.address
        data: dict[str, Any] = {"type": record.resource, "attributes": attributes}
        if document.address and not record.address_attribute:
            data["relationships"] = {"address": {"data": {"type": "addresses", "attributes": document.address}}}
        return {"data": data}

    def _line(self, document: Document, line: Line) -> dict[str, Any]:
        attributes = {**self._ids(line.codes), **line.attributes}
        if document.record.names_storage_unit and (unit := self._storage_unit(line)) is not None:
            attributes[self.storage_unit_field] = unit
        return {"type": "ADD", "attributes": attributes}

    def _ids(self, codes: Collection[Code] | Iterator[Code]) -> dict[str, Any]:
        return {code.attribute: self._known[code.codes][code.key] for code in codes}

    def _storage_unit(self, line: Line) -> Id | None:
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


def _by_ids(document: Document) -> bool:
    return document.record.listed is not None and document.record.listed.by_ids
