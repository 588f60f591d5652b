"""The quick way through a block gives what the careful way gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.careful_split import decoded, split
from pipeline.extract.fast_split import cells_of

ROUGH = st.binary(max_size=60) | st.text('a,";\r\n\t \0éä', max_size=60).map(str.encode)
CELL = st.text("ab é", max_size=3)
QUOTED = st.text('ab,\n\r" é', max_size=4).map(lambda text: '"' + text.replace('"', '""') + '"')


@st.composite
def even_blocks(draw: st.DrawFn) -> bytes:
    """Rows of one width, such as the quick way takes."""
    width = draw(st.integers(1, 4))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    rows = draw(st.lists(st.lists(CELL | QUOTED, min_size=width, max_size=width), max_size=5))
    return "".join(",".join(row) + end for row in rows).encode()


@settings(max_examples=1500, deadline=None)
@given(block=ROUGH | even_blocks(), width=st.integers(1, 4))
def test_both_ways_give_the_same_cells(block: bytes, width: int) -> None:
    """Whatever the quick way takes, the careful way reads alike and without a fault."""
    plain = cells_of(block, ",", width)

    if plain is not None:
        size, columns = plain
        found = split(decoded(block), ",")
        cells = [[""] * size if column is None else column.to_pylist() for column in columns]
        assert not found.faults
        assert not found.rest
        # A blank line is a record without cells to one and a row of blank cells to the other.
        assert [record or [""] * width for record in found.cells] == [list(row) for row in zip(*cells, strict=True)]


def test_plainly_quoted_rows_are_taken() -> None:
    """An export that quotes every cell goes the quick way."""
    block = b'"a","b,c"\r\n"","d\ne"\r\n'

    plain = cells_of(block, ",", 2)

    assert plain is not None
    assert [column.to_pylist() for column in plain[1] if column] == [["a", ""], ["b,c", "d\ne"]]
