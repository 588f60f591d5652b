"""Which line of a file is which line in Clarus: by its own number, else by product and occurrence, never by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.load.digests import DIGITS, digests
from pipeline.load.known_lines import KnownLine, KnownLines
from pipeline.values.documents import Document
from pipeline.values.problems import NamedRows, Problem


def match_lines(document: Document, known: KnownLines) -> list[KnownLine | None] | list[Problem]:
    """Return the line in Clarus of each line of the file, None for a new one; or what makes that ambiguous."""
    keys, lines = digests(document)["line_keys"], digests(document)["lines"]
    numbers = [key[DIGITS:] for key in keys]
    if problems := [*_repeated(document, numbers), *_carried_twice(document, numbers, known)]:
        return problems
    left, matched = list(known.lines), dict[int, KnownLine]()

    def take(at: int, line: KnownLine) -> None:
        matched[at] = line
        left.remove(line)

    for at, number in enumerate(numbers):
        if number and (line := next((line for line in left if line.number == number), None)) is not None:
            take(at, line)
    for product in dict.fromkeys(key[:DIGITS] for key in keys):
        open_ = [at for at, key in enumerate(keys) if at not in matched and key[:DIGITS] == product]
        of_product = [line for line in left if line.product == product]
        if len(open_) != len(of_product):  # with lines gone or new, those that are as they were stay themselves
            for at in open_:
                same = next((line for line in left if line.product == product and line.digest == lines[at]), None)
                if same is not None and _may_match(numbers[at], same):
                    take(at, same)
        for at in open_:
            if at in matched:
                continue
            line = next((line for line in left if line.product == product and _may_match(numbers[at], line)), None)
            if line is not None:
                take(at, line)
    return [matched.get(at) for at in range(len(keys))]


def _may_match(number: str, line: KnownLine) -> bool:
    """A line that has another number of its own is another line."""
    return not (number and line.number)


def _repeated(document: Document, numbers: Sequence[str]) -> list[Problem]:
    """Numbers that several lines of the file carry."""
    often = {number for number, count in Counter(filter(None, numbers)).items() if count > 1}
    rows: dict[str, list[int]] = {}
    for at, number in enumerate(numbers):
        if number in often:
            rows.setdefault(number, []).append(at)
    problems = []
    for places in rows.values():
        for at in places:
            value, others = _number(document, at), tuple(document.lines[each].row for each in places if each != at)
            named = NamedRows(f"{value} is the number of", others, " too: which line in Clarus is meant is not clear")
            hint = "give each line of the document a number of its own"
            problems.append(Problem.naming(document.lines[at].row, _heading(document), value, named, hint))
    return problems


def _carried_twice(document: Document, numbers: Sequence[str], known: KnownLines) -> list[Problem]:
    """Numbers of the file that several lines in Clarus carry."""
    often = {number for number, count in Counter(line.number for line in known.lines).items() if number and count > 1}
    hint = "change these lines in Clarus"
    return [
        Problem(
            document.lines[at].row,
            _heading(document),
            value := _number(document, at),
            f"{value} is the number of several lines in Clarus: which of them is meant is not clear",
            hint,
        )
        for at, number in enumerate(numbers)
        if number in often
    ]


def _number(document: Document, at: int) -> str:
    attributes: Mapping[str, Any] = document.lines[at].attributes
    return str(attributes.get(document.record.line_number, ""))


def _heading(document: Document) -> str:
    columns = (column for column in document.record.columns.values() if column.attribute == document.record.line_number)
    return next((column.heading for column in columns), "")
