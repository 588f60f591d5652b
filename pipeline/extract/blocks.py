"""A text file in blocks of whole lines, so that a large one never has to be held at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import UnreadableFile
from pipeline.extract.encoding import utf8_pieces

LONGEST_LINE = 16 * 2**20  # bytes; beyond, the file is no table of rows

# Tells Excel the delimiter; Excel does not show it as a row.
_DIRECTIVE = re.compile(rb'"?sep=[^\r\n]"?(?:\r\n|\n|\r)', re.IGNORECASE)


def blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """Read a text file as UTF-8, some MB at a time; each block ends with a line, the last one perhaps without its end.

    Raises:
        UnreadableFile: a line has no end, or the file breaks off inside a character.
    """
    rest = b""
    first = True
    for piece in utf8_pieces(path, encoding):
        rest += piece
        if len(rest) <= 3:  # only what stood where a byte order mark may stand
            continue
        if first:
            rest = _DIRECTIVE.sub(b"", rest, count=1) if _DIRECTIVE.match(rest) else rest
            first = False
        cut = _end_of_last_line(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LONGEST_LINE:
            raise UnreadableFile(f"has a line of more than {LONGEST_LINE >> 20} MB: it is not a table of rows")
    if rest:
        yield rest


def _end_of_last_line(block: bytes) -> int:
    # A carriage return at the very end may be the first half of a line end.
    return block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, len(block) - 1) + 1
