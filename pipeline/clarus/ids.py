"""Ids of Clarus's records, as its answers write them."""

from __future__ import annotations

import re
from typing import Any

_ID = re.compile(r"[0-9]{1,19}")
_GREATEST_ID = 2**63 - 1


def as_id(value: Any) -> int | None:
    """Clarus writes ids as integers or as strings of digits; inside the program they are integers.

    None for anything else, such as a number that no database counts to.
    """
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _GREATEST_ID
    return value if is_id else None
