"""The quick way through a block of lines: pyarrow splits it in compiled code, wherever nothing is unusual.

pyarrow is lenient with quotes and knows no NUL, so a block that holds anything of the kind is left to `records`.
On what it takes, both give the same cells.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.extract.careful_split import LONGEST_CELL, swallows_rows

_QUOTE, _CR, _LF = b'"\r\n'


def cells_of(block: bytes, delimiter: str, width: int) -> tuple[int, list[pa.StringArray | None]] | None:
    """Split a block that begins and ends with a record.

    Returns:
        The number of rows and the cells of each column, None for a blank column; or None for the whole where the block
        has rows of another width, mistakes, or quotes in the middle of a cell. A blank line is a row.
    """
    quoted = b'"' in block
    if b"\0" in block or (quoted and not _quotes_are_plain(block, delimiter)):
        return None
    names = [str(position) for position in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = [_unless_blank(column.chunk(0)) for column in table.columns]
    # In bytes, of which a text has no fewer than characters.
    if any(column is not None and _longest(column) > LONGEST_CELL for column in columns):
        return None
    if quoted and any(c is not None and _swallows(c, place, delimiter, width) for place, c in enumerate(columns)):
        return None
    return table.num_rows, columns


def _quotes_are_plain(block: bytes, delimiter: str) -> bool:
    """Whether each quote opens a cell at its beginning, closes it at its end, or is one of two that stand for one.

    Two that stand for one are, to this count, an end and at once a beginning.
    """
    characters = np.frombuffer(block, dtype=np.uint8)
    places = np.flatnonzero(characters == _QUOTE)
    if len(places) % 2:
        return False
    # The line before and the line after the block stand for its edges.
    before = characters[places[0::2] - 1]
    if places[0] == 0:
        before[0] = _LF
    closing = places[1::2] + 1
    after = np.append(characters, np.uint8(_LF))[closing]
    edges = np.array([ord(delimiter), _CR, _LF, _QUOTE], dtype=np.uint8)
    return bool(np.isin(before, edges).all() and np.isin(after, edges).all())


def _unless_blank(column: pa.StringArray) -> pa.StringArray | None:
    texts = column.buffers()[2]
    return column if texts is not None and texts.size else None


def _swallows(column: pa.StringArray, place: int, delimiter: str, width: int) -> bool:
    several = column.filter(pc.match_substring(column, "\n")).to_pylist()
    return any(swallows_rows(cell, place, delimiter, width) for cell in several)


def _longest(column: pa.StringArray) -> int:
    return int(pc.max(pc.binary_length(column)).as_py() or 0)
