"""What the warehouse of the demo does with what it was sent, and what `track` says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.cli.tracking import track_records
from pipeline.sandbox import Record, Sandbox


def a_day_later(journal: Path, **options: Any) -> None:
    """Let orders and receipts move on, one of the orders with a line short, and track them.

    The journal is what the sandbox remembers.
    """
    with Sandbox(journal=journal) as clarus:
        orders = [order for order in clarus.records("goods_outs") if order.status == "PENDING"]
        for receipt in clarus.records("goods_in_receipts")[:1]:
            clarus.move(receipt, "completed")
        for order in orders[:1]:
            clarus.move(order, "COMPLETED", _short(order))
        for order in orders[1:2]:
            clarus.move(order, "PICK")
    track_records((), None, **options)


def _short(order: Record) -> dict[int, float]:
    """One piece of the first line is missing."""
    line = order.lines[0]
    return {line.id: max(float(line.attributes.get("order_quantity") or 1) - 1, 0)}
