"""How Clarus spells references and codes, where it does not keep them as they are sent: learnt from what it repeats."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Self

from pipeline.errors import LookupRefused
from pipeline.ledger import Identity
from pipeline.load.collaborators import CodeLists
from pipeline.load.digests import identity_of
from pipeline.load.posting import Key
from schemas import RECORD_TYPES
from schemas.vocabulary.lists import CodeList

_FindHolders = Callable[[str, str, Collection[int]], Awaitable[dict[int, Identity]]]


def _as_it_is(text: str) -> str:
    return text


def _with_single_blanks(text: str) -> str:
    return " ".join(text.split())


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _without_zeros(text: str) -> str:
    return text.lstrip("0") or "0"


_BLANKS = (_as_it_is, _with_single_blanks, _without_blanks)
_CASES = (_as_it_is, str.upper, str.lower)
_ZEROS = (_as_it_is, _without_zeros)


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a server makes of a reference."""

    steps: tuple[Callable[[str], str], ...]
    length: int | None = None  # characters that it keeps; None: all

    def of(self, text: str) -> str:
        """The reference as the server keeps it."""
        for step in self.steps:
            text = step(text)
        return text[: self.length].rstrip() if self.length else text


@dataclass(slots=True)
class Spellings:
    """What a run has learnt; `learnt` counts upwards, so that who has looked before knows that there is more."""

    learnt: int = 0
    _of: dict[CodeList, list[Spelling]] = field(default_factory=lambda: defaultdict(list))
    _proven: set[CodeList] = field(default_factory=set)  # lists of which a reference has come back, or none ever does
    _turns: dict[CodeList, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @classmethod
    def of(cls, kept: Iterable[tuple[str, str, str, bool]]) -> Self:
        """Learn from what earlier runs have seen: the name of the list, ours, what is kept, and whether it was cut."""
        spellings, lists = (
            cls(),
            {record.listed.name: record.listed for record in RECORD_TYPES.values() if record.listed},
        )
        for name, ours, theirs, cut in kept:
            if name in lists:
                spellings.learn(lists[name], ours, theirs, cut)
        return spellings

    def learn(self, codes: CodeList, ours: str, kept: str, cut: bool) -> bool:
        """Learn from what a server keeps for a reference of ours; return whether that was new."""
        if any(spelling.of(ours) == kept for spelling in self._of[codes]):
            return False
        for steps in product(_BLANKS, _CASES, _ZEROS):
            spelling = Spelling(steps, len(kept) if cut else None)
            if spelling.of(ours) == kept:
                self._of[codes].append(spelling)
                self.learnt += 1
                return True
        return False

    def variants(self, codes: CodeList, key: Key) -> dict[Key, bool]:
        """How the server may keep this key, other than as it is; and whether others may have become the same."""
        found = {(*key[:-1], each.of(key[-1])): each.length is not None for each in self._of.get(codes, ())}
        found.pop(key, None)
        return found

    def turn(self, codes: CodeList | None, key: Key) -> asyncio.Lock | None:
        """The turn to wait for, since the first reference that may be spelt otherwise goes alone; None: go at once."""
        text = key[-1]
        if codes is None or codes in self._proven or text == text.upper() == _without_blanks(text).lstrip("0"):
            return None
        return self._turns[codes]

    def answered(self, codes: CodeList) -> None:
        """A record was made, and what the server says of its reference is known."""
        self._proven.add(codes)


@dataclass(frozen=True, slots=True)
class SpelledLists:
    """Clarus's lists, asked for references as we spell them, and as Clarus is known to keep them."""

    lists: CodeLists
    spellings: Spellings
    find_holders: _FindHolders
    tenant: str

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys; what the ledger has for another document is not among them.

        Raises:
            LookupRefused: Clarus cuts references, and several records may be the one that is asked for.
        """
        variants = {key: others for key in keys if (others := self.spellings.variants(codes, key))}
        if not variants:
            return await self.lists.find(codes, keys)
        found = await self.lists.find(codes, {*keys, *(variant for each in variants.values() for variant in each)})
        result = {key: found[key] for key in keys if key in found}
        for key, others in variants.items():
            if key in result:
                continue
            ids = {record for variant in others for record in found.get(variant, ())}
            name = identity_of(key, _record_name(codes), self.tenant)
            holders = await self.find_holders(self.tenant, name.record, ids) if ids else {}
            own = sorted(record for record in ids if holders.get(record, name) == name)
            if len(own) > 1 and any(others.values()):
                raise LookupRefused(
                    f"Clarus keeps only the beginning of references such as {key[-1]}, and has {len(own)} records that "
                    "may be this one: use shorter references"
                )
            if own:
                result[key] = own
        return result


def _record_name(codes: CodeList) -> str:
    """How the ledger calls the records of a list."""
    return next((record.ledger_name for record in RECORD_TYPES.values() if record.listed is codes), codes.name)
