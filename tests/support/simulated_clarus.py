"""A Clarus in memory and in simulated time, which loses answers, shows writes late and refuses at will."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from simulated import now

from pipeline.clarus.answers import Answer
from pipeline.errors import ClarusUnreachable, LookupRefused

Key = tuple[str, ...]


class Fate(StrEnum):
    """What becomes of one request."""

    WELL = "well"
    UNREACHABLE = "unreachable"  # nothing leaves, the run must stop
    REFUSED = "refused"  # nothing is made, and that is said (a lookup: not allowed)
    LOST_BEFORE = "lost before"  # nothing is made, no answer comes
    LOST_AFTER = "lost after"  # made, no answer comes
    FAILED_AFTER = "failed after"  # made, the answer is 502
    WITHOUT_ID = "without id"  # made, the answer does not say as what
    LATE = "late"  # the answer is 504, and it is made up to `late` seconds afterwards
    FOREIGN = "foreign"  # made, the answer is that of the record before it


@dataclass(frozen=True, slots=True)
class Made:
    """A record, from when on it is there, and from when on a lookup sees it."""

    id: int
    key: Key
    seen_from: float
    made_at: float = float("-inf")
    seeded: bool = False


@dataclass(slots=True)
class SimulatedClarus:
    """Holds records by key; `fates` are met one by one, then all goes well. It outlives those who talk to it."""

    fates: list[Fate]
    lag: float  # seconds until a lookup sees a write
    late: float = 0.0  # seconds after its answer until a write is committed, where a gateway has given up
    unique: bool = False  # whether a second record of one key is refused
    records: list[Made] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    confirmed: int = 0

    def add(self, key: Key, seeded: bool = False, late: float = 0.0) -> Made:
        number = len(self.records) + 1
        if seeded:
            made = Made(number, key, float("-inf"), seeded=True)
        else:
            made = Made(number, key, now() + late + self.lag, now() + late)
        self.records.append(made)
        return made

    def of(self, key: Key) -> list[int]:
        return [record.id for record in self.records if record.key == key]

    async def write(self, method: str, path: str, body: bytes, rested: bool = False) -> Answer:
        await asyncio.sleep(0.1)
        fate = self.fates.pop(0) if self.fates else Fate.WELL
        if fate is Fate.UNREACHABLE:
            raise ClarusUnreachable("out of reach")
        # From here on it has left: what happens there happens, whether the sender lives or not.
        asked = orjson.loads(body)["data"]
        key = tuple(asked["attributes"].get("key", ()))  # a change has none
        taken = method == "POST" and self.unique and bool(self.of(key))  # also by one that is on its way
        answer = None
        if fate is Fate.REFUSED or taken:
            words = "code has already been taken" if taken else "refused"
            answer = Answer(422, {"errors": [{"details": words}]})
        if answer is None and fate is not Fate.LOST_BEFORE:
            late = self.late if fate is Fate.LATE else 0.0
            record = int(path.rpartition("/")[2]) if method == "PATCH" else self.add(key, late=late).id
            if method == "PATCH":
                self.changed.append(record)
            before = [each.id for each in self.records if each.id < record and not each.seeded]
            told = before[-1] if fate is Fate.FOREIGN and before and method == "POST" else record
            repeated = {"reference": self.records[told - 1].key[-1]}
            answer = Answer(200, {"data": {"id": told, "type": asked["type"], "attributes": repeated}})
        await asyncio.sleep(0.1)
        match fate:
            case Fate.LOST_BEFORE | Fate.LOST_AFTER:
                return Answer(None, trouble="lost")
            case Fate.FAILED_AFTER:
                return Answer(502)
            case Fate.LATE if method == "POST":
                return Answer(504)
            case Fate.WITHOUT_ID if not taken:
                return Answer(200, {"data": {}})
        assert answer is not None
        return answer

    def confirm(self) -> None:
        self.confirmed += 1

    async def find(self, codes: Any, keys: Collection[Key]) -> dict[Key, list[int]]:
        await asyncio.sleep(0.05)
        fate = self.fates.pop(0) if self.fates else Fate.WELL
        if fate is Fate.UNREACHABLE:
            raise ClarusUnreachable("out of reach")
        if fate is Fate.REFUSED:
            raise LookupRefused("not allowed")
        seen = [record for record in self.records if record.seen_from <= now() and record.key in keys]
        await asyncio.sleep(0.05)
        return {key: [record.id for record in seen if record.key == key] for key in {record.key for record in seen}}
