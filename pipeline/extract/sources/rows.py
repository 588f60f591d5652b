"""The rules of a source for rows: words for nothing, cells that take the value above, rows that are left out."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.source_blocks import Skip
from schemas.vocabulary.headings import fold_word

Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


def without_words(column: pd.Categorical, words: Collection[str]) -> pd.Categorical:
    """A column in which words for nothing are blank."""
    blank = np.flatnonzero(column.categories.isin(list(words)))
    if not len(blank):
        return column
    codes = column.codes.astype(np.int32)
    return pd.Categorical.from_codes(
        np.where(np.isin(codes, blank), -1, codes), categories=column.categories, validate=False
    )


def filled_down(codes: Codes, groups: Codes | None, barriers: Flags) -> tuple[Codes, Flags]:
    """Give blank cells the value of the nearest filled one above.

    Args:
        codes: of the cells, -1 for blank.
        groups: what `fill_within` has in each row: only cells of one group are above one another, and a row without
            a group takes nothing. None: all rows are one group.
        barriers: rows before which one could not be read: what stands above is not known there, and below it until
            the next filled cell.

    Returns:
        The codes, and the rows whose value cannot be known because of a barrier.
    """
    places = np.arange(len(codes))
    section = np.cumsum(barriers)
    if groups is None:
        last = np.maximum.accumulate(np.where(codes >= 0, places, -1))
    else:
        order = np.argsort(groups, kind="stable")
        within = codes[order] >= 0
        ranks = np.maximum.accumulate(np.where(within, np.arange(len(codes)), -1))
        last = np.full(len(codes), -1, dtype=np.int64)
        found = ranks >= 0
        same = found & (groups[order[ranks]] == groups[order]) & (groups[order] >= 0)
        last[order] = np.where(same, order[ranks], -1)
    there = last >= 0
    crossed = (codes < 0) & (section > 0) & (section[last] != section) & there
    if groups is None:
        crossed |= (codes < 0) & (section > 0) & ~there
    filled = np.where(codes >= 0, codes, np.where(there & ~crossed, codes[last], -1)).astype(np.int32)
    return filled, crossed


def skipped(column: pd.Categorical | None, size: int, rule: Skip) -> Flags:
    """Which rows a rule leaves out; a blank cell is no word, and so `is_not` leaves it out."""
    codes = np.full(size, -1, dtype=np.int32) if column is None else column.codes.astype(np.int32)
    if rule.condition == "blank":
        return (codes < 0) if rule.wanted else (codes >= 0)
    words = [fold_word(word) for word in rule.words]
    texts = [] if column is None else [fold_word(text) for text in column.categories.tolist()]
    if rule.condition == "starts":
        hits = [text.startswith(tuple(words)) for text in texts]
    else:
        hits = [text in words for text in texts]
    # The last one is that of blank cells, whose code is -1.
    found: Flags = np.array([*hits, False], dtype=bool)[codes]
    return np.logical_not(found) if rule.condition == "is_not" else found
