"""How orders and receipts are tracked after they were sent: the table [tracking]."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict


class TrackingSettings(BaseModel):
    """Which statuses are the last ones, and how far back is asked. Words are compared without case."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    final_orders: tuple[str, ...] = ("COMPLETED", "CANCELLED")
    final_receipts: tuple[str, ...] = ("completed", "cancelled")
    since_days: Annotated[int, Strict(), Field(ge=1)] = 60  # records that were made earlier are not asked about
    lines: Annotated[bool, Strict()] = True  # ask for the lines of orders: ordered, picked, dispatched, short
