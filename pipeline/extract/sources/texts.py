"""The different texts of a column as pyarrow holds them, worked on all at once.

A text is never missing: "" is a blank cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.extract.blanks import BLANKS
from schemas.vocabulary.headings import fold_word

TEXT = pa.large_string()  # the joined texts of a million rows may take more than the 2 GB of a string


def texts_of(texts: Iterable[str]) -> pa.LargeStringArray:
    """Take up texts; those of a pandas index are not copied."""
    if isinstance(texts, pd.Index):
        found = pa.array(texts.array, TEXT)
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return pa.array(texts, TEXT)


def trimmed(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts without blanks and invisible characters at their ends."""
    return pc.utf8_trim(texts, BLANKS)


def folded(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts as words are compared: see `fold_word`."""
    return beyond_ascii(texts, pc.ascii_lower(trimmed(texts)), fold_word)


def beyond_ascii(
    texts: pa.LargeStringArray, of_ascii: pa.LargeStringArray, work_out: Callable[[str], str]
) -> pa.LargeStringArray:
    """Work texts with letters beyond ASCII out one by one; for the others `of_ascii` is right, and came quickly."""
    others = pc.invert(pc.string_is_ascii(texts))
    return replaced(of_ascii, others, map(work_out, texts.filter(others).to_pylist()))


def replaced(texts: pa.LargeStringArray, where: pa.BooleanArray, by: Iterable[str]) -> pa.LargeStringArray:
    """Put other texts into the places that are marked, in their order."""
    new = pa.array(by, TEXT)
    return pc.replace_with_mask(texts, where, new) if len(new) else texts
