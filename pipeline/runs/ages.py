"""Ages as people write them: `90d`, `12w`, `36h`."""

from __future__ import annotations

import re
from datetime import timedelta

from pipeline.errors import UsageError

_AGE = re.compile(r"(\d{1,5})\s*([hdw])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def age_of(text: str, option: str) -> timedelta:
    """Read an age.

    Raises:
        UsageError: it is none; names the option.
    """
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{option} {text}: write a number and h, d or w for hours, days or weeks, such as 90d")
    return int(match[1]) * _UNITS[match[2].lower()]
