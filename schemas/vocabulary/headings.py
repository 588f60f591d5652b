"""When two headings are the same."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=10_000)  # some hundred headings, compared under each delimiter with those of each record type
def fold(heading: str) -> str:
    """Reduce a heading to what counts: `Order Reference`, `order-reference` and ` ORDER__REFERENCE` are one."""
    return re.sub(r"[\s_\-]+", "_", heading.casefold()).strip("_")


def nearest(heading: str, known: Iterable[str]) -> str:
    """Return the known heading that looks most like this one, or ""."""
    by_folded = {fold(name): name for name in known}
    close = difflib.get_close_matches(fold(heading), by_folded, n=1, cutoff=0.75)
    return by_folded[close[0]] if close else ""
