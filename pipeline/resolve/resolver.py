"""Turn the codes of documents into Clarus's ids."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from pipeline.event_loop import in_turns
from pipeline.resolve.codes import Failure, Key, codes_of, is_keyed_by_ids, lists_named
from pipeline.resolve.storage_units import StorageUnits, UnitLists
from pipeline.values.documents import Code, Document, Id, Line, Promise
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.resolved import Resolved, Unresolved
from schemas.vocabulary.lists import PRODUCT_STORAGE_UNITS, PRODUCTS, CodeList


class CodeLists(UnitLists, Protocol):
    """Clarus's lists, asked many codes at a time."""

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys."""


@dataclass(slots=True)
class Resolver:
    """Knows the ids of codes: each is asked once a run, those of records made in this run never."""

    lists: CodeLists
    storage_unit_field: str = "product_storage_unit_id"  # the attribute of a line; "": left out
    settle: float = 0.0  # seconds after which a list is trusted to show what was made before
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep  # for so many seconds; may raise why the run must end
    units: StorageUnits = field(init=False)
    # Nobody names the records of other lists, and a million of them would fill the memory.
    _named: set[CodeList] = field(default_factory=lists_named)
    _known: dict[CodeList, dict[Key, Id | None]] = field(default_factory=dict)  # None: Clarus does not have it
    _failed: dict[tuple[CodeList, Key], Failure] = field(default_factory=dict)
    _failed_units: dict[str, tuple[str, Failure]] = field(default_factory=dict)  # what failed, by its product's code
    _explained: dict[tuple[CodeList, Key], str] = field(default_factory=dict)
    _ambiguous: dict[tuple[CodeList, Key], list[int]] = field(default_factory=dict)  # the records of one code

    def __post_init__(self) -> None:
        self.units = StorageUnits(self.lists, self.settle, self.wait)

    def learn(self, codes: CodeList, key: Key, record: Id, fresh: bool = False) -> None:
        """Note the id of a record that was met in this run, or made in it (`fresh`)."""
        if codes is PRODUCT_STORAGE_UNITS:
            self.units.made(key, record)
        elif codes in self._named:
            self._known.setdefault(codes, {})[key] = record
            self._failed.pop((codes, key), None)
            if fresh and codes is PRODUCTS:
                self.units.product_is_new(key[0])

    def promise(self, codes: CodeList, key: Key, placeholder: str) -> None:
        """Note a record that a rehearsal would make: its id is not known, and these words stand in its place."""
        if self._known.get(codes, {}).get(key) is None:
            self.learn(codes, key, Promise(placeholder), fresh=True)

    def fail(self, codes: CodeList, key: Key, status: Status, culprit: str, only_if_absent: bool = False) -> None:
        """Note that a record of this run did not get into Clarus; who names it must wait."""
        failure = Failure(status, culprit, only_if_absent)
        if codes is PRODUCT_STORAGE_UNITS:
            if not failure.waits:
                self.units.refused(key)
            self._failed_units.setdefault(key[0], (f"{codes.noun} {key[0]}, {'/'.join(key[1:])},", failure))
        elif codes in self._named and self._known.get(codes, {}).get(key) is None:
            self._failed.setdefault((codes, key), failure)

    def has_failed(self, codes: CodeList, key: Key) -> bool:
        """Whether this run has tried to bring a record into Clarus, in vain."""
        return (codes, key) in self._failed

    def explain(self, codes: CodeList, key: Key, why: str) -> None:
        """Note what to say if Clarus does not have a record that could have been made."""
        self._explained[codes, key] = why

    async def resolve(self, documents: Sequence[Document]) -> list[Resolved | Unresolved]:
        """Look up every code that is not known yet and return the documents, in their order, with ids.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        await self._ask({code for document in documents for _, code in codes_of(document)})
        if self.storage_unit_field:
            await self.units.ask_for_priority_0(self._products_of_lines(documents))
        await self.units.ask_whether_any({d.key[0] for d in documents if d.record.first_gets})
        return [self._resolved(document) async for document in in_turns(documents)]

    async def ask(self, codes: CodeList, keys: Collection[Key]) -> None:
        """Make sure that these codes are known, or known to be absent."""
        known = self._known.setdefault(codes, {})
        missing = {key for key in keys if key not in known and not self._surely_failed(codes, key)}
        if missing:
            found = await self.lists.find(codes, missing)
            known.update({key: found[key][0] if len(found.get(key, ())) == 1 else None for key in missing})
            self._ambiguous.update({(codes, key): ids for key, ids in found.items() if len(ids) > 1})

    def _surely_failed(self, codes: CodeList, key: Key) -> bool:
        failure = self._failed.get((codes, key))
        return failure is not None and not failure.only_if_absent

    async def _ask(self, codes: Collection[Code]) -> None:
        by_list: dict[CodeList, set[Key]] = {}
        for code in codes:
            by_list.setdefault(code.codes, set()).add(code.key)
        await asyncio.gather(*(self.ask(codes_of, keys) for codes_of, keys in by_list.items()))

    def _products_of_lines(self, documents: Sequence[Document]) -> dict[str, int]:
        """The products, by code and id, of lines that name a storage unit."""
        named = {
            code.key[0]: self._known[PRODUCTS].get(code.key)
            for document in documents
            if document.record.names_storage_unit
            for _, code in codes_of(document)
            if code.codes is PRODUCTS
        }
        return {code: product for code, product in named.items() if isinstance(product, int)}

    def _resolved(self, document: Document) -> Resolved | Unresolved:
        unknown = [why for row, code in codes_of(document) if (why := self._why_not(document, row, code)) is not None]
        if not unknown:
            return self._written(document)
        statuses = {status for status, _ in unknown}
        worst = next(s for s in (Status.INVALID, Status.BLOCKED, Status.PENDING) if s in statuses)
        key = None if is_keyed_by_ids(document) else document.key
        return Unresolved(document, worst, key, tuple(problem for _, problem in unknown))

    def _why_not(self, document: Document, row: int, code: Code) -> tuple[Status, Problem] | None:
        """Why a code cannot be sent as an id; None where it can."""
        record, failure = self._known[code.codes].get(code.key), self._failed.get((code.codes, code.key))
        if record is not None and failure is None:
            what, failure = self._without_its_unit(document, code)
            if failure is None:
                return None
        else:
            what = str(code)
        if failure and (record is None or not failure.only_if_absent):
            message = f"{what} {'is not in Clarus yet' if failure.waits else 'failed'}: {failure.culprit}"
            status = Status.PENDING if failure.waits else Status.BLOCKED
            return status, Problem(row, code.heading, code.key[-1], message)
        if record is None and (ids := self._ambiguous.get((code.codes, code.key))):
            message = f"{code} stands for {len(ids)} records in Clarus (ids {', '.join(map(str, ids[:5]))})"
            hint = "give each of them a code of its own in Clarus"
            return Status.INVALID, Problem(row, code.heading, code.key[-1], message, hint)
        if record is None:
            hint = f"correct the code, or create the {code.codes.noun} in Clarus first"
            hint = self._explained.get((code.codes, code.key), hint)
            return Status.INVALID, Problem(row, code.heading, code.key[-1], f"{code} is not in Clarus", hint)
        return None

    def _without_its_unit(self, document: Document, code: Code) -> tuple[str, Failure | None]:
        """The storage unit of this run that a line would name, where it has failed: sent now, it would name none."""
        if not self._failed_units or code.codes is not PRODUCTS or not self._names_unit(document):
            return "", None
        if self.units.of_priority_0(code.key[0]) is not None:
            return "", None
        return self._failed_units.get(code.key[0], ("", None))

    def _names_unit(self, document: Document) -> bool:
        return document.record.names_storage_unit and self.storage_unit_field != ""

    def _written(self, document: Document) -> Resolved:
        record = document.record
        attributes = {**document.attributes, **self._ids(code for _, code in document.codes)}
        if record.first_gets and self.units.is_first(document.key):
            attributes.update(record.first_gets)
        key: Key | None = document.key
        if is_keyed_by_ids(document):
            ids = [attributes[record.columns[heading].attribute] for heading in record.key]
            key = None if any(isinstance(own, Promise) for own in ids) else tuple(map(str, ids))
        path = record.path or f"/{record.resource}"
        in_path = [name for name in attributes if f"{{{name}}}" in path]
        path = path.format(**{name: attributes.pop(name) for name in in_path})
        body = orjson.dumps(self._body(document, attributes))
        return Resolved(document, path, body, attributes, key, tuple(self._without_storage_unit(document)))

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
        if self._names_unit(document) and (unit := self._storage_unit(line)) is not None:
            attributes[self.storage_unit_field] = unit
        return {"type": "ADD", "attributes": attributes}

    def _ids(self, codes: Collection[Code] | Iterator[Code]) -> dict[str, Any]:
        return {code.attribute: self._known[code.codes][code.key] for code in codes}

    def _storage_unit(self, line: Line) -> Id | None:
        products = (code.key[0] for code in line.codes if code.codes is PRODUCTS)
        return next((unit for product in products if (unit := self.units.of_priority_0(product)) is not None), None)

    def _without_storage_unit(self, document: Document) -> Iterator[Problem]:
        if not self._names_unit(document):
            return
        for line in document.lines:
            for code in line.codes:
                if code.codes is PRODUCTS and self._storage_unit(line) is None:
                    message = f"{code} has no storage unit of priority 0: the line is sent without one"
                    yield Problem(line.row, code.heading, code.key[-1], message, severity=Severity.WARNING)
