"""Which block of the configuration a file is read by."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath

from pipeline.config.source_blocks import Source


def source_for(place: PurePath, sheet: str, sources: Sequence[Source]) -> Source | None:
    """The first block whose pattern matches a file, and its sheet where the block names one; case does not count.

    Args:
        place: of the file, from wherever: as many folders of it count as the pattern has.
        sheet: "" for a text file.
    """
    for source in sources:
        if matches(place, source) and (not source.sheet or fnmatchcase(sheet.casefold(), source.sheet.casefold())):
            return source
    return None


def matches(place: PurePath, source: Source) -> bool:
    """Whether a block is for files of this name."""
    pattern = source.match.replace("\\", "/").casefold()
    size = pattern.count("/") + 1
    parts = place.parts[-size:]
    wanted = pattern.split("/")
    return len(parts) == size and all(map(fnmatchcase, (part.casefold() for part in parts), wanted))


def folders_named(sources: Sequence[Source]) -> list[str]:
    """The patterns of sub-folders of the inbox that blocks name."""
    patterns = (source.match.replace("\\", "/") for source in sources)
    return list(dict.fromkeys(pattern.rpartition("/")[0] for pattern in patterns if "/" in pattern))
