"""A Clarus in memory and in simulated time that holds one order, which is changed while answers are lost."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from simulated import now
from simulated_clarus import Fate, Key

from pipeline.clarus.answers import Answer
from pipeline.errors import ClarusUnreachable

ORDER = 1  # its id


@dataclass(slots=True)
class Held:
    """A line, and between which moments a lookup sees it."""

    product: int
    quantity: int
    seen_from: float
    seen_until: float = float("inf")


@dataclass(slots=True)
class SimulatedOrders:
    """`fates` are met one by one by changes, then all goes well. It outlives those who talk to it."""

    fates: list[Fate] = field(default_factory=list)
    lag: float = 0.0  # seconds until a lookup sees a change
    late: float = 0.0  # seconds after its answer until a change is made, where a gateway has given up
    content: Any = None
    lines: dict[int, Held] = field(default_factory=dict)
    gone: list[tuple[int, Held]] = field(default_factory=list)
    under_way: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)
    writes: int = 0
    next_line: int = 100

    async def write(self, method: str, path: str, body: bytes, rested: bool = False) -> Answer:
        await asyncio.sleep(0.1)
        self.writes += 1
        self.settle()
        asked = orjson.loads(body)["data"]["attributes"]
        fate = self.fates.pop(0) if self.fates and method == "PATCH" else Fate.WELL
        if fate is Fate.UNREACHABLE:
            self.writes -= 1
            raise ClarusUnreachable("out of reach")
        answer = None
        if fate is Fate.REFUSED:
            answer = Answer(422, {"errors": [{"details": "refused"}]})
        elif fate is Fate.LATE:
            self.under_way.append((now() + self.late, asked))
        elif fate is not Fate.LOST_BEFORE:
            answer = self._changed() if self._apply(asked, now()) else _no_line()
        await asyncio.sleep(0.1)
        match fate:
            case Fate.LOST_BEFORE | Fate.LOST_AFTER:
                return Answer(None, trouble="lost")
            case Fate.FAILED_AFTER:
                return Answer(502)
            case Fate.LATE:
                return Answer(504)
            case Fate.WITHOUT_ID:
                return Answer(200, {"data": []})
        assert answer is not None
        return answer

    def confirm(self) -> None:
        """Nothing waits for that here."""

    def settle(self, until: float | None = None) -> None:
        """Make the changes that were late, as far as their time has come."""
        due = [each for each in self.under_way if until is not None or each[0] <= now()]
        self.under_way = [each for each in self.under_way if each not in due]
        for at, asked in sorted(due, key=lambda each: each[0]):
            self._apply(asked, at)

    async def find(self, codes: Any, keys: Collection[Key]) -> dict[Key, list[int]]:
        await asyncio.sleep(0.05)
        return {key: [ORDER] for key in keys if self.lines}

    async def records(self, codes: Any, fields: tuple[str, ...], values: Collection[str]) -> list[Mapping[str, Any]]:
        await asyncio.sleep(0.05)
        self.settle()
        if codes.name == "goods_outs":
            return [{"id": str(ORDER), "reference": "A", "goods_out_status": {"code": "PENDING"}}]
        seen = [*self.lines.items(), *self.gone]
        return [
            {
                "id": str(line_id),
                "order_quantity": float(line.quantity),
                "goods_out": {"id": str(ORDER)},
                "product": {"code": f"P-{line.product}"},
            }
            for line_id, line in seen
            if line.seen_from <= now() < line.seen_until
        ]

    def _apply(self, asked: Mapping[str, Any], at: float) -> bool:
        """Make a change whole, or not at all where it names a line that is not there."""
        changes = asked.get("lines_changes", ())
        if any(change["type"] != "ADD" and change["id"] not in self.lines for change in changes):
            return False
        self.content = asked.get("content", self.content)
        for change in changes:
            attributes = change.get("attributes", {})
            match change["type"]:
                case "ADD":
                    product, quantity = attributes["product_id"], attributes["order_quantity"]
                    self.lines[self.next_line] = Held(product, quantity, at + self.lag)
                    self.next_line += 1
                case "UPDATE":
                    line = self.lines[change["id"]]
                    line.quantity = attributes.get("order_quantity", line.quantity)
                case _:
                    line = self.lines.pop(change["id"])
                    line.seen_until = at + self.lag
                    self.gone.append((change["id"], line))
        return True

    def _changed(self) -> Answer:
        lines = [
            {"type": "ADD", "id": line_id, "attributes": {"product_id": line.product, "order_quantity": line.quantity}}
            for line_id, line in self.lines.items()
        ]
        attributes = {"reference": "A", "lines_changes": lines}
        return Answer(200, {"data": {"id": ORDER, "type": "goods_outs", "attributes": attributes}})


def _no_line() -> Answer:
    return Answer(422, {"errors": [{"details": "lines_changes[0].id is no line of this record"}]})
