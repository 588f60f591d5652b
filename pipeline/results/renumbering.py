"""What errors say of other rows, in a file where those rows have moved up."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Where a message names rows of its own file; those of other files stand behind the file's name.
_ROWS = re.compile(r"(\b(?:because of|contradicts .*? in|merged with) rows? )(\d+(?:, \d+)*)", re.DOTALL)


def with_rows_moved(error: str, places: Mapping[int, int]) -> str:
    """Name rows by their numbers in the file that is written: `places` has them by number in the input."""

    def moved(match: re.Match[str]) -> str:
        numbers = map(int, match[2].split(", "))
        return match[1] + ", ".join(str(places.get(number, number)) for number in numbers)

    return _ROWS.sub(moved, error)
