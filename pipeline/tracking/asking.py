"""Clarus asked about many orders or receipts at once: by reference, account by account, and matched by id."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from pipeline.clarus.ids import as_id
from pipeline.clarus.lists import Lists
from pipeline.errors import LookupRefused
from pipeline.ledger.tracking import Tracked
from pipeline.load import Spellings
from pipeline.tracking.looks import ORDERS, RECEIPTS, Line, Shown, has_begun
from schemas.vocabulary.lists import ORDER_LINES, CodeList
from schemas.vocabulary.lists import ORDERS as ORDER_LIST
from schemas.vocabulary.lists import RECEIPTS as RECEIPT_LIST

_PAGE = 100  # records: larger batches only make the answers longer, in as many requests
# Lines of orders that nobody has begun with say only what was ordered: that is worth so many orders' requests.
_LINES_BEFORE = 500

_LISTS: Mapping[str, tuple[CodeList, str]] = {
    ORDERS: (ORDER_LIST, "id reference expected_date_of_dispatch goods_out_status { code name }"),
    RECEIPTS: (RECEIPT_LIST, "id reference status expected_date_of_receipt actual_date_of_receipt"),
}
_LINE = "id order_quantity pick_quantity dispatch_quantity short_status goods_out { id }"


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one tenant's lists."""

    lists: Lists
    spellings: Spellings
    page_size: int
    with_lines: bool

    async def about(self, records: Sequence[Tracked]) -> dict[tuple[str, int], Shown]:
        """Return what Clarus shows of these records, by type and id; what it does not list is absent.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        found: dict[tuple[str, int], Shown] = {}
        for record in (ORDERS, RECEIPTS):
            own = [each for each in records if each.record == record]
            shown = await self._statuses(record, own)
            if record == ORDERS and self.with_lines:
                shown = await self._with_lines(shown)
            found.update({(record, clarus_id): each for clarus_id, each in shown.items()})
        return found

    async def _statuses(self, record: str, records: Sequence[Tracked]) -> dict[int, Shown]:
        listed, fields = _LISTS[record]
        wanted = {each.clarus_id for each in records}
        by_account: dict[str, set[str]] = {}
        for each in records:
            by_account.setdefault(each.account, set()).update(self._spelled(listed, each))
        filters = [
            {"reference": {"in": batch}} for references in by_account.values() for batch in self._batches(references)
        ]
        pages = await asyncio.gather(*(self.lists.nodes(listed, fields, filter_) for filter_ in filters))
        nodes = {as_id(node["id"]): node for node in chain.from_iterable(pages)}
        return {each: _shown(record, nodes[each]) for each in wanted if each in nodes}

    def _spelled(self, listed: CodeList, record: Tracked) -> Iterator[str]:
        """The reference, as we spell it and as Clarus may keep it."""
        key = (record.account, record.reference)
        yield record.reference
        yield from (variant[-1] for variant in self.spellings.variants(listed, key))

    async def _with_lines(self, shown: Mapping[int, Shown]) -> dict[int, Shown]:
        begun = [order for order, each in shown.items() if has_begun(each)]
        asked = [*shown] if len(shown) - len(begun) <= _LINES_BEFORE else begun
        filters = [{"goods_out_id": {"in": batch}} for batch in self._batches(asked)]
        try:
            pages = await asyncio.gather(*(self.lists.nodes(ORDER_LINES, _LINE, filter_) for filter_ in filters))
        except LookupRefused as error:
            hint = "where the lines of orders may not be read, set lines = false under [tracking]"
            raise LookupRefused(f"{error}; {hint}") from error
        lines: dict[int, list[Line]] = {order: [] for order in asked}
        for node in chain.from_iterable(pages):
            order = as_id((node.get("goods_out") or {}).get("id"))
            if order in lines:
                lines[order].append(_line(node))
        return {order: replace(each, lines=lines.get(order)) for order, each in shown.items()}

    def _batches(self, values: Collection[Any]) -> Iterable[list[Any]]:
        ordered, size = sorted(values), min(_PAGE, self.page_size)
        return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _shown(record: str, node: Mapping[str, Any]) -> Shown:
    if record == RECEIPTS:
        dates = _text(node.get("expected_date_of_receipt")), _text(node.get("actual_date_of_receipt"))
        return Shown(_text(node.get("status")), "", *dates)
    status = node.get("goods_out_status") or {}
    return Shown(_text(status.get("code")), _text(status.get("name")), _text(node.get("expected_date_of_dispatch")))


def _line(node: Mapping[str, Any]) -> Line:
    ordered, picked, dispatched = (
        _number(node.get(name)) for name in ("order_quantity", "pick_quantity", "dispatch_quantity")
    )
    return Line(ordered, picked, dispatched, _text(node.get("short_status")))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float | None:
    """A quantity: servers write some of them as texts."""
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
