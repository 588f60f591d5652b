"""The rules of a column: each a pure function from the different texts of the column to as many texts.

A blank text stays blank, whatever the rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.source_blocks import ColumnRule, Template
from pipeline.extract.sources.numbers import NumberForm, multiplied
from pipeline.extract.sources.texts import TEXT, beyond_ascii, folded, texts_of, trimmed

NOT_A_NUMBER = "is not a number in the form that its source declares"


def by_rules(
    texts: pa.LargeStringArray, rule: ColumnRule, form: NumberForm
) -> tuple[pa.LargeStringArray, dict[int, str]]:
    """Apply the rules of a column, in their order.

    Returns:
        The new texts, and by place what is wrong where a text is no number and has to be multiplied; it stays as it
        was.
    """
    faults: dict[int, str] = {}
    if rule.strip:
        texts = stripped_of(texts, rule.strip)
    if rule.strip_left:
        texts = stripped_left_of(texts, rule.strip_left)
    if rule.strip_right:
        texts = stripped_right_of(texts, rule.strip_right)
    if rule.before:
        texts = before(texts, rule.before)
    if rule.after:
        texts = after(texts, rule.after)
    for old, new in rule.replace:
        texts = pc.replace_substring(texts, old, new)
    if rule.upper:
        texts = upper(texts)
    if rule.lower:
        texts = lower(texts)
    if rule.pad:
        texts = padded(texts, *rule.pad)
    if rule.times is not None:
        texts, wrong = multiplied(trimmed(texts), rule.times, form)
        faults = dict.fromkeys(wrong, NOT_A_NUMBER)
    if rule.words is not None:
        texts = mapped(texts, rule.words)
    return trimmed(texts), faults


def stripped_of(texts: pa.LargeStringArray, characters: str) -> pa.LargeStringArray:
    """Take characters off both ends."""
    return pc.utf8_trim(texts, characters)


def stripped_left_of(texts: pa.LargeStringArray, characters: str) -> pa.LargeStringArray:
    """Take characters off the beginnings."""
    return pc.utf8_ltrim(texts, characters)


def stripped_right_of(texts: pa.LargeStringArray, characters: str) -> pa.LargeStringArray:
    """Take characters off the ends."""
    return pc.utf8_rtrim(texts, characters)


def before(texts: pa.LargeStringArray, mark: str) -> pa.LargeStringArray:
    """Keep what stands before the first of a mark; a text without it stays."""
    return pc.replace_substring_regex(texts, f"(?s){re.escape(mark)}.*$", "", max_replacements=1)


def after(texts: pa.LargeStringArray, mark: str) -> pa.LargeStringArray:
    """Keep what stands after the first of a mark; a text without it stays."""
    return pc.replace_substring_regex(texts, f"(?s)^.*?{re.escape(mark)}", "", max_replacements=1)


def upper(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Write capital letters."""
    return beyond_ascii(texts, pc.ascii_upper(texts), str.upper)


def lower(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Write small letters."""
    return beyond_ascii(texts, pc.ascii_lower(texts), str.lower)


def padded(texts: pa.LargeStringArray, width: int, filler: str) -> pa.LargeStringArray:
    """Fill texts up on the left."""
    bare = trimmed(texts)
    return pc.if_else(pc.equal(bare, ""), bare, pc.utf8_lpad(bare, width=width, padding=filler))


def mapped(texts: pa.LargeStringArray, words: Mapping[str, str]) -> pa.LargeStringArray:
    """Put our word for a word of the file, which is folded among `words`; a text that is none of them stays."""
    if not words:
        return texts
    places = pc.index_in(folded(texts), value_set=texts_of(list(words)))
    return pc.coalesce(texts_of(list(words.values())).take(places), texts)


def joined(cells: Sequence[pa.LargeStringArray], template: Template) -> pa.LargeStringArray:
    """Join the cells of rows by a template, all as long.

    A text between two headings stands only where there is something on both sides of it; a row whose cells are all
    blank has no text at all.
    """
    first, *between, last = template.texts
    text = cells[0]
    for mark, cell in zip(between, cells[1:], strict=True):
        both = pc.binary_join_element_wise(text, cell, pa.scalar(mark, TEXT))
        text = pc.case_when(pc.make_struct(pc.equal(cell, ""), pc.equal(text, "")), text, cell, both)
    around = pc.binary_join_element_wise(pa.scalar(first, TEXT), text, pa.scalar(last, TEXT), pa.scalar("", TEXT))
    return trimmed(pc.if_else(pc.equal(text, ""), text, around))
