"""Work that would keep others waiting, cut into turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

_TURN = 16  # documents: a millisecond or two


async def in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield the items, and let others go on after every few of them.

    A block of a thousand documents takes a tenth of a second to prepare. In one piece, no answer would be heard and no
    request leave for as long: at 32 requests of 20 ms at once, a sixth of the rate of posting.
    """
    for number, item in enumerate(items, start=1):
        yield item
        if number % _TURN == 0:
            await asyncio.sleep(0)
