"""Ranges that the user formatted as a table: they grow with the status columns.

Were they left as they are, sorting one would move its rows away from their status.
"""

from __future__ import annotations

import re

from pipeline.results.workbook.status_columns import Layout
from pipeline.values.tables import RESULT_COLUMNS
from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.archive import Archive


def widen_tables(
    package: Archive, sheet: str, layout: Layout, heading_row: int, last_row: int
) -> tuple[bool, list[str]]:
    """Widen the table whose heading is the sheet's, or dissolve it where it cannot grow.

    Returns:
        Whether a table with that heading is left, and the relation ids of those dissolved.
    """
    left, dissolved = False, []
    for relation in list(package.related(sheet, "table")):
        xml = package.read(relation.target)
        first, _, last = (markup.attribute(_table_tag(xml), "ref") or "A1:A1").partition(":")
        if markup.place(first)[0] > heading_row or markup.place(last or first)[0] < heading_row:
            continue
        widened = _widened(xml, layout, heading_row, last_row)
        if widened:
            package.change(relation.target, widened)
            left = True
        else:
            package.drop(sheet, relation)
            dissolved.append(relation.id)
    return left, dissolved


def without_tables(parts: str, dissolved: list[str]) -> str:
    """The sheet's list of tables without some of them."""
    if not parts:
        return ""
    kept = [
        element.xml
        for element in markup.children(markup.inner(parts))
        if not any(f'"{relation}"' in element.xml for relation in dissolved)
    ]
    if not kept:
        return ""
    return f"{markup.with_attribute(markup.opening(parts), 'count', len(kept))}{''.join(kept)}</tableParts>"


def _widened(xml: str, layout: Layout, heading_row: int, last_row: int) -> str:
    tag = _table_tag(xml)
    first, _, last = (markup.attribute(tag, "ref") or "A1:A1").partition(":")
    end = markup.place(last or first)[1]
    added = [(column, name) for column, name in zip(layout.statuses, RESULT_COLUMNS, strict=True) if column > end]
    beside = [column for column, _ in added] == list(range(end + 1, end + 1 + len(added)))
    if not beside or markup.attribute(tag, "totalsRowCount") or markup.place(first)[0] != heading_row:
        return ""
    reference = f"{first}:{markup.letters(end + len(added))}{max(last_row, heading_row + 1)}"
    columns = re.search(r"<tableColumns\b[^>]*>.*</tableColumns>", xml, re.DOTALL)
    if columns is None:
        return ""
    known = list(markup.children(markup.inner(columns[0])))
    number = max(int(markup.attribute(column.xml, "id") or 0) for column in known)
    more = [f'<tableColumn id="{number + at}" name="{name}"/>' for at, (_, name) in enumerate(added, start=1)]
    opening = markup.with_attribute(markup.opening(columns[0]), "count", len(known) + len(more))
    body = "".join((opening, *(column.xml for column in known), *more, "</tableColumns>"))
    xml = xml.replace(columns[0], body)
    xml = xml.replace(tag, markup.with_attribute(tag, "ref", reference))
    return re.sub(r"<autoFilter\b[^>]*?(?=/?>)", f'<autoFilter ref="{reference}"', xml, count=1)


def _table_tag(xml: str) -> str:
    return markup.opening(xml[xml.index("<table") :])
