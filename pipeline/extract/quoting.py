"""Text files in which quotes mean something else, brought into the form that is split: quotes doubled inside quotes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from pipeline.errors import UnreadableFile

_PIECE = 2**20  # characters that are handed on together


def requoted(blocks: Iterable[bytes], delimiter: str, quoting: str) -> Iterator[bytes]:
    """Rewrite blocks of whole lines of a file in which quotes are ordinary, or are escaped by a backslash."""
    if quoting == "none":
        return (_with_quotes_quoted(block, delimiter.encode()) for block in blocks)
    if quoting == "backslash":
        return _without_backslashes(blocks, delimiter)
    return iter(blocks)


def _with_quotes_quoted(block: bytes, delimiter: bytes) -> bytes:
    if b'"' not in block:
        return block
    return b"".join(
        line if b'"' not in line else _line_quoted(line, delimiter) for line in block.splitlines(keepends=True)
    )


def _line_quoted(line: bytes, delimiter: bytes) -> bytes:
    text = line.rstrip(b"\r\n")
    cells = (b'"' + cell.replace(b'"', b'""') + b'"' if b'"' in cell else cell for cell in text.split(delimiter))
    return delimiter.join(cells) + line[len(text) :]


def _without_backslashes(blocks: Iterable[bytes], delimiter: str) -> Iterator[bytes]:
    # The word for nothing of databases is a backslash and a letter: it is no escaped letter.
    nothing = re.compile(rf"(?:(?<=^)|(?<={re.escape(delimiter)}))\\N(?=$|[\r\n]|{re.escape(delimiter)})")
    lines = (
        nothing.sub(r"\\\\N", line) if "\\N" in line else line
        for block in blocks
        for line in io.StringIO(block.decode("utf-8", "surrogateescape"), newline="")
    )
    piece = io.StringIO(newline="")
    writer = csv.writer(piece, delimiter=delimiter, lineterminator="\n")
    try:
        for cells in csv.reader(lines, delimiter=delimiter, escapechar="\\", doublequote=True):
            writer.writerow(cells)
            if piece.tell() > _PIECE:
                yield piece.getvalue().encode("utf-8", "surrogateescape")
                piece.seek(0)
                piece.truncate()
    except csv.Error as error:
        raise UnreadableFile(f"cannot be divided into cells by quoting = backslash: {error}") from error
    yield piece.getvalue().encode("utf-8", "surrogateescape")
