"""The promise proved: every record that was made is in Clarus exactly once, under our id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.ledger import Entry, Identity
from pipeline.load.collaborators import CodeLists
from pipeline.load.digests import key_of
from pipeline.load.posting import Key
from schemas import RECORD_TYPES, RecordType
from schemas.vocabulary.lists import CodeList

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 15.0  # seconds between two looks for what is not there


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one record that was made: it is gone, or there are several of it."""

    entry: Entry
    ids: tuple[int, ...]  # of the records that Clarus has now

    @property
    def is_gone(self) -> bool:
        """Whether our record is not there any more."""
        return self.entry.clarus_id not in self.ids


def audited_types() -> dict[str, RecordType]:
    """The record types whose records Clarus lists, by the name that the ledger has for them."""
    types = [*RECORD_TYPES.values(), *(part for record in RECORD_TYPES.values() for part in record.part_types.values())]
    return {record.ledger_name: record for record in types if record.listed is not None}


@dataclass(frozen=True, slots=True)
class Audit:
    """Looks up what was made, in batches; what is not there is looked for again until the doubt is over."""

    lists: CodeLists
    doubt_seconds: float  # after its sending, until which a record may not be listed yet
    wait: Callable[[float], Awaitable[None]]  # for so many seconds; may raise why the run must end
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def find_faults(self, entries: Iterable[Entry]) -> list[Finding]:
        """Return what is wrong, of entries of records that were made.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        return [fault async for faults in self.by_type(entries) for fault in faults]

    async def by_type(self, entries: Iterable[Entry], at_once: bool = False) -> AsyncIterator[list[Finding]]:
        """Yield the same for each record type, as the answers come.

        `at_once`: without waiting for what may not be listed yet: of that nothing is said.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        types = audited_types()
        by_type: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.identity.record in types and entry.clarus_id is not None:
                by_type.setdefault(entry.identity.record, []).append(entry)
        for name, own in by_type.items():
            if at_once:
                faults = await self._look(types[name], own, await self._listed_keys(types[name], own))
                yield [fault for fault in faults if not (fault.is_gone and self._is_young(fault.entry))]
            else:
                yield await self._of_type(types[name], own)

    async def find(self, entries: Iterable[Entry]) -> dict[Identity, list[int]]:
        """Return the ids of the records that Clarus has for these entries; those it does not list are absent.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        types, found = audited_types(), dict[Identity, list[int]]()
        by_type: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.identity.record in types:
                by_type.setdefault(entry.identity.record, []).append(entry)
        for name, own in by_type.items():
            listed = types[name].listed
            assert listed is not None, "only listed types are audited"
            keys = await self._listed_keys(types[name], own)
            ids = await self.lists.find(listed, set(keys.values()))
            found.update({identity: ids[key] for identity, key in keys.items() if key in ids})
        return found

    async def _of_type(self, record: RecordType, entries: Sequence[Entry]) -> list[Finding]:
        keys = await self._listed_keys(record, entries)
        faults = await self._look(record, entries, keys)
        seconds = _FIRST_WAIT
        while missing := [fault.entry for fault in faults if fault.is_gone and self._is_young(fault.entry)]:
            left = max(self._seconds_left(entry) for entry in missing)
            await self.wait(min(seconds, max(left, 0.05)))
            seconds = min(seconds * 2, _LONGEST_WAIT)
            again = {fault.entry.identity: fault for fault in await self._look(record, missing, keys)}
            names = {entry.identity for entry in missing}
            faults = [fault for fault in faults if fault.entry.identity not in names] + list(again.values())
        return faults

    async def _look(self, record: RecordType, entries: Sequence[Entry], keys: Mapping[Identity, Key]) -> list[Finding]:
        assert record.listed is not None, "only listed types are audited"
        found = await self.lists.find(
            record.listed, {keys[entry.identity] for entry in entries if entry.identity in keys}
        )
        faults = []
        for entry in entries:
            if entry.identity not in keys:
                continue  # what it is named by is not in Clarus any more: that is told of itself
            ids = found.get(keys[entry.identity], [])
            if not _is_right(record.listed, entry, ids):
                faults.append(Finding(entry, tuple(ids)))
        return faults

    async def _listed_keys(self, record: RecordType, entries: Sequence[Entry]) -> dict[Identity, Key]:
        """By what Clarus's list knows each record: its codes, or the ids of these."""
        assert record.listed is not None, "only listed types are audited"
        keys = {entry.identity: key_of(entry.identity, len(record.key)) for entry in entries}
        if not record.listed.by_ids:
            return keys
        lookups = [record.columns[heading].lookup for heading in record.key]
        ids = [await self._ids(codes, {key[at] for key in keys.values()}) for at, codes in enumerate(lookups)]
        named = ((name, [known.get(part) for known, part in zip(ids, key, strict=True)]) for name, key in keys.items())
        return {name: tuple(map(str, parts)) for name, parts in named if None not in parts}

    async def _ids(self, codes: CodeList | None, values: Collection[str]) -> dict[str, int]:
        assert codes is not None, "the key of such a list is of codes that are looked up"
        found = await self.lists.find(codes, {(value,) for value in values})
        return {key[-1]: ids[0] for key, ids in found.items() if ids}

    def _is_young(self, entry: Entry) -> bool:
        return self._seconds_left(entry) > 0

    def _seconds_left(self, entry: Entry) -> float:
        if entry.changed_at is None:
            return 0.0
        return self.doubt_seconds - (self.now() - entry.changed_at).total_seconds()


def _is_right(listed: CodeList, entry: Entry, ids: Sequence[int]) -> bool:
    """Whether exactly our record is there; beside those that were there before, where a duplicate was allowed."""
    if entry.known_ids or listed.doubtful:
        return entry.clarus_id in ids
    return list(ids) == [entry.clarus_id]
