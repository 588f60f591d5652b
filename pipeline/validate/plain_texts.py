"""The different texts of a column without what is none of the value, and what is to be doubted about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.validate.columns_by_use import use_of
from pipeline.validate.doubts import Doubt, doubt_about
from pipeline.validate.odd_texts import odd_texts
from pipeline.validate.text_marks import without_marks
from pipeline.values.problems import Problem, Severity, shortened
from schemas import Column
from schemas.vocabulary.headings import fold_word


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """The texts of a column, place by place; a blank one holds nothing but marks."""

    texts: list[str]
    taken: dict[str, int] = field(default_factory=dict)  # what was taken off -> the place of the first such text
    doubts: dict[int, Doubt] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)


def plain_texts(originals: pd.Index[str], column: Column, words: Mapping[str, str]) -> PlainTexts:
    """Take off marks, put the words of Clarus in the place of words that the configuration names, doubt the rest.

    Args:
        originals: the different texts as they were read.
        column: what they must be.
        words: folded word of the file -> word of Clarus; what is named there is not doubted.
    """
    found = PlainTexts(originals.tolist())
    use = use_of(column)
    for place in odd_texts(originals).tolist():
        original = found.texts[place]
        if fold_word(original) in words:
            continue
        plain, taken = without_marks(original, use)
        found.texts[place] = plain
        for what in taken:
            found.taken.setdefault(what, place)
        if not plain:
            found.blank.append(place)
        elif fold_word(plain) not in words and (doubt := doubt_about(plain, use)):
            found.doubts[place] = doubt
    if words:
        found.texts[:] = [words.get(fold_word(text), text) for text in found.texts]
    return found


def taken_off(plain: PlainTexts, originals: list[str], shown: str) -> Iterator[Problem]:
    """Tell once for the column what was taken off its texts."""
    for what, place in plain.taken.items():
        after = plain.texts[place] or "a blank cell"
        message = f"{what}, for example {shortened(_visible(originals[place]))} is read as {shortened(after)}"
        yield Problem(0, shown, "", message, "", Severity.WARNING, loud=True)


def _visible(text: str) -> str:
    """A text as a person can see it: characters that show nothing by their numbers."""
    return "".join(c if c.isprintable() or c == "\n" else f"<U+{ord(c):04X}>" for c in text)
