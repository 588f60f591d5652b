"""Which texts of a column deserve a closer look: found by one search over all of them, in compiled code."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Letters of Latin, Greek, Cyrillic and Hebrew are ordinary, but for those with which letters encoded twice begin.
_UNUSUAL = (
    r"[^\x{20}-\x{7e}\x{a1}-\x{ac}\x{ae}-\x{c1}\x{c4}-\x{cf}\x{d2}-\x{e1}\x{e3}-\x{ff}\x{100}-\x{101}\x{104}-\x{138}"
    r"\x{13b}-\x{2ff}\x{370}-\x{41f}\x{422}-\x{5ff}]"
)
_MARKS = r"""^['"=#]"""
_WORDS = r"^(?i:\\n|\(null\)|\[null\]|<null>|null|nan|none|nat|<na>|undefined|true|false|err:\d+)$"
_NUMBERS = r"^[+-]?\d+(?:[.,]\d+ ?[eE][+-]?\d+|[eE]\+\d+|\.0+)$|^\d{17,}$"
_ODD = "|".join((_UNUSUAL, _MARKS, _WORDS, _NUMBERS))


def odd_texts(texts: pd.Index[str]) -> npt.NDArray[np.int64]:
    """Return the places of the texts that may hold a mark, an invisible character or what no one meant."""
    found = pc.match_substring_regex(pa.array(texts, pa.large_string()), _ODD)
    return np.flatnonzero(found.to_numpy(zero_copy_only=False))
