"""One column of ours out of columns of the file: each different text, or combination of texts, is worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.source_blocks import ColumnRule
from pipeline.extract.sources.numbers import NumberForm
from pipeline.extract.sources.rules import joined_texts, texts_by_rule

_Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A column of ours."""

    cells: pd.Categorical | None  # None: every cell is blank
    shown: str  # the heading under which people find it in their file


def of_constant(text: str, size: int) -> pd.Categorical:
    """A column with the same text in every row."""
    return _categorical(np.zeros(size, dtype=np.int32), [text])


def built_column(
    columns: Sequence[pd.Categorical | None], rule: ColumnRule, form: NumberForm, size: int
) -> tuple[pd.Categorical | None, dict[int, str]]:
    """Work out a column; what is wrong with some of its texts comes by their place among its categories."""
    assert rule.source is not None
    if rule.source.is_joined:
        codes, texts = _joined(columns, rule, size)
    elif (column := columns[0]) is not None:
        codes, texts = column.codes.astype(np.int32), column.categories.tolist()
    else:
        return None, {}
    results, wrong = texts_by_rule(texts, rule, form)
    if results == texts and all(texts):
        return _categorical(codes, texts), wrong
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(text, len(numbers)) if text else -1 for text in results]
    faults = {places[place]: fault for place, fault in wrong.items() if places[place] >= 0}
    again = np.array([*places, -1], dtype=np.int32)[codes]
    return (_categorical(again, list(numbers)) if numbers else None), faults


def _joined(columns: Sequence[pd.Categorical | None], rule: ColumnRule, size: int) -> tuple[_Codes, list[str]]:
    """The different combinations of cells, each joined once."""
    assert rule.source is not None
    texts = [["", *([] if column is None else column.categories.tolist())] for column in columns]
    codes = [
        np.zeros(size, dtype=np.int64) if column is None else column.codes.astype(np.int64) + 1 for column in columns
    ]
    combined = np.zeros(size, dtype=np.int64)
    for own in codes:
        combined, _ = pd.factorize(combined * (int(own.max(initial=0)) + 1) + own)
    firsts = np.zeros(int(combined.max(initial=-1)) + 1, dtype=np.int64)
    firsts[combined[::-1]] = np.arange(size)[::-1]
    rows = [
        [own[code] for own, code in zip(texts, found, strict=True)]
        for found in zip(*(c[firsts] for c in codes), strict=True)
    ]
    return combined.astype(np.int32), joined_texts(rows, rule.source)


def _categorical(codes: _Codes, texts: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(texts), dtype="str"), validate=False)
