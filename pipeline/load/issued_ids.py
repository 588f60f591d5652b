"""The ids that Clarus has given to our records: none is given twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pipeline.ledger import Identity

_HighestId = Callable[[str, str], Awaitable[int]]
_AllIds = Callable[[str, str], Awaitable[dict[int, Identity]]]


async def _none_before(tenant: str, record: str) -> int:
    return 0


async def _nobody(tenant: str, record: str) -> dict[int, Identity]:
    return {}


@dataclass(slots=True)
class IssuedIds:
    """Tells whose record an id is, as far as the ledger and this run know.

    Clarus counts upwards, so that the ids of earlier runs are hardly ever needed: they are read when the first id comes
    that is not above them.
    """

    highest_id: _HighestId = _none_before
    all_ids: _AllIds = _nobody
    _highest: dict[str, int] = field(default_factory=dict)  # of earlier runs, by record type
    _before: dict[str, dict[int, Identity]] = field(default_factory=dict)
    _now: dict[str, dict[int, Identity]] = field(default_factory=dict)

    async def holder(self, identity: Identity, record: int) -> Identity | None:
        """Return whose record it is if it is another document's, else remember that it is this one's."""
        name = identity.record
        holder = self._now.setdefault(name, {}).get(record)
        if holder is None and name not in self._highest:
            self._highest[name] = await self.highest_id(identity.tenant, name)
        if holder is None and record <= self._highest[name]:
            if name not in self._before:
                self._before[name] = await self.all_ids(identity.tenant, name)
            holder = self._before[name].get(record)
        if holder is not None and holder != identity:
            return holder
        self._now[name][record] = identity
        return None
