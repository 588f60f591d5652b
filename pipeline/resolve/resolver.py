"""Turn the codes of documents into Clarus's ids."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from pipeline.event_loop import in_turns
from pipeline.resolve.bodies import written
from pipeline.resolve.codes import Failure, Key, codes_of, is_keyed_by_ids, lists_named
from pipeline.resolve.storage_units import StorageUnits, UnitLists
from pipeline.values.documents import Code, Document, Id, Promise
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
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
    _explained: dict[tuple[CodeList, Key], str] = field(default_factory=dict)
    _ambiguous: dict[tuple[CodeList, Key], list[Id]] = field(default_factory=dict)  # the records of one code
    # Those that this run has met, by the code alone, of lists in which a code may stand without what narrows it.
    _met: dict[tuple[CodeList, Key], set[Id]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.units = StorageUnits(self.lists, self.settle, self.wait, self.storage_unit_field)

    def learn(self, codes: CodeList, key: Key, record: Id, fresh: bool = False) -> None:
        """Note the id of a record that was met in this run, or made in it (`fresh`)."""
        if codes is PRODUCT_STORAGE_UNITS:
            self.units.made(key, record)
        elif codes in self._named:
            self._known.setdefault(codes, {})[key] = record
            self._failed.pop((codes, key), None)
            if codes.alone and len(key) > 1:
                self._met.setdefault((codes, key[-1:]), set()).add(record)
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
            self.units.failed(key, failure)
        elif codes in self._named and self._known.get(codes, {}).get(key) is None:
            self._failed.setdefault((codes, key), failure)
            if codes.alone and len(key) > 1:  # others of this code may be in Clarus
                self._failed.setdefault((codes, key[-1:]), replace(failure, only_if_absent=True))

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
            told = await self.lists.find(codes, missing)
            found = {key: [*{*told.get(key, ()), *self._met.get((codes, key), ())}] for key in missing}
            known.update({key: ids[0] if len(ids) == 1 else None for key, ids in found.items()})
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
            return written(document, self._id_of, self.units)
        statuses = {status for status, _ in unknown}
        worst = next(s for s in (Status.INVALID, Status.BLOCKED, Status.PENDING) if s in statuses)
        key = None if is_keyed_by_ids(document) else document.key
        return Unresolved(document, worst, key, tuple(problem for _, problem in unknown))

    def _id_of(self, code: Code) -> Id:
        known = self._known[code.codes][code.key]
        assert known is not None, "asked for codes only where all of them are known"
        return known

    def _why_not(self, document: Document, row: int, code: Code) -> tuple[Status, Problem] | None:
        """Why a code cannot be sent as an id; None where it can."""
        record, failure = self._known[code.codes].get(code.key), self._failed.get((code.codes, code.key))
        if record is not None and failure is None:
            missing = self.units.missing_for(document, code.key[0]) if code.codes is PRODUCTS else None
            if missing is None:
                return None
            what, failure = missing
        else:
            what = str(code)
        if failure and (record is None or not failure.only_if_absent):
            message = f"{what} {'is not in Clarus yet' if failure.waits else 'failed'}: {failure.culprit}"
            status = Status.PENDING if failure.waits else Status.BLOCKED
            return status, Problem(row, code.heading, code.key[-1], message)
        if record is None and (ids := self._ambiguous.get((code.codes, code.key))):
            message = f"{code} stands for {len(ids)} records in Clarus (ids {', '.join(map(str, ids[:5]))})"
            hint = "give each of them a code of its own in Clarus"
            if code.codes.alone:
                hint = f"fill {document.record.columns[code.heading].within}, which says which of them is meant"
            return Status.INVALID, Problem(row, code.heading, code.key[-1], message, hint)
        if record is None:
            hint = f"correct the code, or create the {code.codes.noun} in Clarus first"
            hint = self._explained.get((code.codes, code.key), hint)
            return Status.INVALID, Problem(row, code.heading, code.key[-1], f"{code} is not in Clarus", hint)
        return None
