"""Record types whose documents say that one thing is made of another: bills of materials."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from pipeline.transform.assembly import documents_in
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Document
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import held_because_of
from schemas import Column, Level
from schemas.vocabulary.kinds import Json

Children = dict[str, set[str]]  # by parent


def without_cycles(tables: Sequence[DocumentTable]) -> list[DocumentTable]:
    """Hold the documents that make a thing a part of itself; each names the cycle it closes."""
    children = _children([document for table in tables for document in documents_in(table)])
    while (cycle := _cycle(children)) is not None:
        closing = list(pairwise(cycle))
        shown = " → ".join(cycle)
        tables = [_holding(table, set(closing), shown) for table in tables]
        for parent, child in closing:
            children[parent].discard(child)
    return list(tables)


def by_level(documents: Sequence[Document]) -> list[list[Document]]:
    """Return the documents level by level, children before the parents that are made of them."""
    children = _children(documents)
    level: dict[str, int] = {}
    for name in TopologicalSorter(children).static_order():
        level[name] = 1 + max((level[child] for child in children.get(name, ())), default=-1)
    levels: list[list[Document]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for document in documents:
        levels[level[document.key[0]]].append(document)
    return [each for each in levels if each]


def attributes_of_parents(tables: Sequence[CleanTable]) -> dict[str, dict[str, Json]]:
    """Gather the attributes that rows give to their parents, by the parent's code; the first row counts.

    Whatever has components is given the attributes that make it something to be made of components.
    """
    attributes: dict[str, dict[str, Json]] = {}
    for clean in tables:
        for parent in _parents(clean):
            attributes.setdefault(parent, dict(clean.table.record.of_parents))
        for cell in _cells_of_parents(clean):
            attributes.setdefault(cell.parent, {}).setdefault(cell.column.attribute, cell.value)
    return attributes


def with_parents(tables: Sequence[CleanTable], parents: Sequence[DocumentTable]) -> list[CleanTable]:
    """Add the problems of what rows say of their parents: contradictions, and parents that are not in this run.

    What a parent's own row says counts before what other rows say of it.
    """
    wanted = {column.attribute for clean in tables for column in clean.table.record.at(Level.PARENT)}
    first = dict(_given_by_parents(parents, wanted))
    in_run = {key[-1] for table in parents for key, _ in table.document_keys()}
    checked = []
    for clean in tables:
        problems = list(clean.problems)
        for cell in _cells_of_parents(clean):
            shown = clean.table.headings[cell.column.heading]
            here = f"{clean.table.name} row {cell.row}"
            value, where = first.setdefault((cell.parent, cell.column.attribute), (cell.value, here))
            if value != cell.value:
                message = f"{cell.text} contradicts {value} in {where}, of the same parent"
                problems.append(Problem(cell.row, shown, cell.text, message, "make them equal, or leave one blank"))
            elif cell.parent not in in_run:
                message = "is not sent: it goes with the parent's own row, which is in no file of this run"
                problems.append(Problem(cell.row, shown, cell.text, message, severity=Severity.WARNING))
        checked.append(replace(clean, problems=problems))
    return checked


def _given_by_parents(
    parents: Sequence[DocumentTable], wanted: Collection[str]
) -> Iterator[tuple[tuple[str, str], tuple[Json, str]]]:
    """What the parents' own rows say, by their code and the attribute, and where."""
    for table in parents:
        clean = table.clean
        columns = [column for column in clean.table.record.at(Level.HEADER) if column.attribute in wanted]
        for column in columns:
            if column.heading not in table.first:
                continue
            cells, places = clean.columns[column.heading], table.first[column.heading].tolist()
            for (key, _), place in zip(table.document_keys(), places, strict=True):
                if place >= 0 and (value := cells.values[cells.codes[place]]) is not None:
                    yield (key[-1], column.attribute), (value, f"{clean.table.name} row {clean.rows[place]}")


@dataclass(frozen=True, slots=True)
class _CellOfParent:
    row: int
    parent: str
    column: Column
    value: Json
    text: str


def _parents(clean: CleanTable) -> Iterator[str]:
    parents = clean.columns.get(clean.table.record.key[0])
    if parents is not None:
        yield from (str(parents.values[code]) for code in set(parents.codes.tolist()) - {-1} if parents.values[code])


def _cells_of_parents(clean: CleanTable) -> Iterator[_CellOfParent]:
    parents = clean.columns.get(clean.table.record.key[0])
    for column in clean.table.record.at(Level.PARENT):
        cells = clean.columns.get(column.heading)
        if cells is None or parents is None:
            continue
        for row, parent, code in zip(clean.rows.tolist(), parents.codes.tolist(), cells.codes.tolist(), strict=True):
            if parent >= 0 and code >= 0 and cells.values[code] is not None:
                yield _CellOfParent(row, str(parents.values[parent]), column, cells.values[code], cells.texts[code])


def _children(documents: Sequence[Document]) -> Children:
    children: Children = {}
    for document in documents:
        children.setdefault(document.key[0], set()).add(document.key[1])
    return children


def _cycle(children: Children) -> list[str] | None:
    try:
        TopologicalSorter(children).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))  # graphlib names it from child to parent
    return None


def _holding(table: DocumentTable, closing: set[tuple[str, str]], cycle: str) -> DocumentTable:
    shown = table.clean.table.headings[table.clean.table.record.reference]
    keys = {key: (number, row) for number, (key, row) in enumerate(table.document_keys())}
    problems, held = list(table.problems), dict(table.held)
    for parent, child in closing:
        if (parent, child) in keys:
            number, row = keys[parent, child]
            message = f"{child} is made of {parent} itself, in a circular bill of materials: {cycle}"
            problems.append(Problem(row, shown, child, message, "remove one of these rows"))
            held[number] = held_because_of([row], table.clean.table.record.noun)
    return replace(table, problems=sorted(problems, key=lambda p: p.row), held=held)
