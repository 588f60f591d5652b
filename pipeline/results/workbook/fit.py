"""The frame of a results sheet: frozen heading, filter, widths of the status columns."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.workbook.status_columns import Layout
from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.frame import Frame, span

ERROR_WIDTH = 90  # characters in a line of clarus_error


_WIDTHS = (16, 12, 17, ERROR_WIDTH, 12)  # of clarus_status, clarus_id, clarus_line_id, clarus_error, clarus_row


def fit(frame: Frame, layout: Layout, heading_row: int, last_row: int, has_table: bool) -> None:
    """Freeze the heading, filter the whole table, and give the status columns their widths."""
    corner = f"{markup.letters(layout.last)}{last_row}"
    frame.set("dimension", f'<dimension ref="A1:{corner}"/>')
    frame.set("sheetViews", _frozen(frame["sheetViews"], heading_row))
    frame.set("cols", _columns(frame["cols"], dict(zip(layout.statuses, _WIDTHS, strict=True))))
    if not has_table:  # which has a filter of its own; two that overlap make Excel refuse the file
        frame.set("autoFilter", _filter(frame["autoFilter"], f"A{heading_row}:{corner}", heading_row))


def _frozen(views: str, heading_row: int) -> str:
    if "<pane" in views:
        return views  # as the user froze it
    found = markup.children(markup.inner(views) if views else "")
    view = next((element.xml for element in found), '<sheetView workbookViewId="0"/>')
    # Scrolled down, the frozen part would show some other row.
    tag = markup.without_attribute(markup.opening(view), "topLeftCell").rstrip("/>")
    pane = f'<pane ySplit="{heading_row}" topLeftCell="A{heading_row + 1}" activePane="bottomLeft" state="frozen"/>'
    return f'<sheetViews>{tag}>{pane}<selection pane="bottomLeft"/></sheetView></sheetViews>'


def _columns(columns: str, widths: Mapping[int, int]) -> str:
    spans = []
    for column in markup.children(markup.inner(columns) if columns else ""):
        first, last = span(column.xml)
        for taken in sorted(widths):
            if first <= taken <= last:
                spans.append((first, taken - 1, column.xml))
                first = taken + 1
        spans.append((first, last, column.xml))
    spans += [(at, at, f'<col min="" max="" width="{width}" customWidth="1"/>') for at, width in widths.items()]
    placed = (
        markup.with_attribute(markup.with_attribute(xml, "min", first), "max", last)
        for first, last, xml in sorted(spans)
        if first <= last
    )
    return f"<cols>{''.join(placed)}</cols>"


def _filter(existing: str, whole: str, heading_row: int) -> str:
    if not existing:
        return f'<autoFilter ref="{whole}"/>'
    first = (markup.attribute(existing, "ref") or "").partition(":")[0]
    if not first or markup.place(first)[0] != heading_row:
        return existing
    return markup.with_attribute(existing, "ref", f"{first}:{whole.partition(':')[2]}")
