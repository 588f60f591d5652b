"""The rules of a source for rows: words for nothing, cells that take the value above, rows that are left out."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.source_blocks import Skip
from pipeline.extract.sources.columns import Coded, Codes, Flags
from pipeline.extract.sources.texts import folded, texts_of
from schemas.vocabulary.headings import fold_word


def without_words(column: Coded, words: Collection[str]) -> Coded:
    """A column in which words for nothing are blank."""
    blank = pc.is_in(column.texts, value_set=texts_of(list(words))).to_numpy(zero_copy_only=False)
    return column.without(blank) if blank.any() else column


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
    if not (codes < 0).any():
        return codes, np.zeros(len(codes), dtype=bool)
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


def skipped(column: Coded, rule: Skip) -> Flags:
    """Which rows a rule leaves out; a blank cell is no word, and so `is_not` leaves it out."""
    if rule.condition == "blank":
        return (column.codes < 0) if rule.wanted else (column.codes >= 0)
    # The last one is that of blank cells, whose code is -1.
    found: Flags = np.append(_hits(column.texts, rule), False)[column.codes]
    return np.logical_not(found) if rule.condition == "is_not" else found


def _hits(texts: pa.LargeStringArray, rule: Skip) -> Flags:
    """Which texts are among the words of a rule, or begin with one."""
    words = [fold_word(word) for word in rule.words]
    texts = folded(texts)
    if rule.condition != "starts":
        among: Flags = pc.is_in(texts, value_set=texts_of(words)).to_numpy(zero_copy_only=False)
        return among
    hits = np.zeros(len(texts), dtype=bool)
    for word in words:
        hits |= pc.starts_with(texts, word).to_numpy(zero_copy_only=False)
    return hits
