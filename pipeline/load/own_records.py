"""Records that a list cannot tell apart, told apart by the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from pipeline.ledger import Identity
from pipeline.load.collaborators import CodeLists
from pipeline.load.digests import identity_of
from pipeline.load.posting import Key
from schemas.vocabulary.lists import CodeList

FindHolders = Callable[[str, str, Collection[int]], Awaitable[dict[int, Identity]]]


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """Clarus's lists, without what the ledger knows to be another document's record.

    A server that does not show the type of storage units finds the pallet of a product for its tote.
    """

    lists: CodeLists
    find_holders: FindHolders
    tenant: str

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys that are no other document's."""
        found = await self.lists.find(codes, keys)
        if not codes.doubtful or not found:
            return found
        holders = await self.find_holders(self.tenant, codes.name, {record for ids in found.values() for record in ids})
        own: dict[Key, list[int]] = {}
        for key, ids in found.items():
            name = identity_of(key, codes.name, self.tenant)
            if left := [record for record in ids if holders.get(record, name) == name]:
                own[key] = left
        return own
