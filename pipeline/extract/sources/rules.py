"""The rules of a source over the different texts of a column, each once: text in, text out, "" for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.config.source_blocks import ColumnRule, Template
from pipeline.extract.blanks import stripped
from pipeline.extract.sources.numbers import NumberForm, multiplied, plain_number
from schemas.vocabulary.headings import fold_word

Step = Callable[[str], str]
NOT_A_NUMBER = "is not a number in the form that its source declares"


def texts_by_rule(texts: Sequence[str], rule: ColumnRule, form: NumberForm) -> tuple[list[str], dict[int, str]]:
    """Apply the rules of a column, in their order.

    Returns:
        The new text of each, and by place what is wrong where a text is no number and has to be multiplied; it stays
        as it was.
    """
    results, faults = list(texts), dict[int, str]()
    for step in _steps_before(rule):
        results = [step(text) if text else "" for text in results]
    if rule.times is not None:
        for place, text in enumerate(results):
            number = plain_number(stripped(text), form) if text else ""
            if number is None:
                faults[place] = NOT_A_NUMBER
            elif number:
                results[place] = multiplied(number, rule.times)
    if (words := rule.words) is not None:
        results = [words.get(fold_word(text), text) if text else "" for text in results]
    return [stripped(text) for text in results], faults


def joined_texts(rows: Sequence[Sequence[str]], template: Template) -> list[str]:
    """Join the cells of a row by a template.

    A text between two headings stands only where there is something on both sides of it; a row whose cells are all
    blank has no text at all.
    """
    return [_joined(cells, template) for cells in rows]


def _joined(cells: Sequence[str], template: Template) -> str:
    if not any(cells):
        return ""
    first, *between, last = template.texts
    text = ""
    for place, cell in enumerate(cells):
        if cell:
            text += (between[place - 1] if text else "") + cell
    return stripped(f"{first}{text}{last}")


def _steps_before(rule: ColumnRule) -> Iterator[Step]:
    """The rules that stand before `times`."""
    if rule.strip:
        yield lambda text: text.strip(rule.strip)
    if rule.strip_left:
        yield lambda text: text.lstrip(rule.strip_left)
    if rule.strip_right:
        yield lambda text: text.rstrip(rule.strip_right)
    if rule.before:
        yield lambda text: text.partition(rule.before)[0]
    if rule.after:
        yield lambda text: text.partition(rule.after)[2] if rule.after in text else text
    for old, new in rule.replace:
        yield _replacing(old, new)
    if rule.upper:
        yield str.upper
    if rule.lower:
        yield str.lower
    if rule.pad:
        to, filler = rule.pad
        yield lambda text: stripped(text).rjust(to, filler) if stripped(text) else ""


def _replacing(old: str, new: str) -> Step:
    return lambda text: text.replace(old, new)
