"""What stands around the rows of a sheet: frozen heading, filter, widths, drawings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from pipeline.results.workbook import markup
from pipeline.results.workbook.layout import Layout
from pipeline.results.workbook.marks import Cell
from pipeline.results.workbook.markup import Element

ERROR_WIDTH = 90  # characters in a line of clarus_error
_WIDTHS = (16, 12, 17, ERROR_WIDTH)  # of clarus_status, clarus_id, clarus_line_id, clarus_error

# The order that the schema prescribes (ECMA-376 part 1, CT_Worksheet); Excel refuses a sheet in any other.
_SCHEMA = """sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges
    scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting
    dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties
    cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls
    webPublishItems tableParts extLst"""
_ORDER = tuple(_SCHEMA.split())
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ROWS = _ORDER.index("sheetData")


class Frame:
    """The elements of a sheet without its rows."""

    def __init__(self, head: str, tail: str) -> None:
        root = head.index("<worksheet")
        tag = markup.opening(head[root:])
        self._before = head[: root + len(tag)]
        self._elements = list(markup.children(head[root + len(tag) :]))
        self._elements += markup.children(tail[: tail.rindex("</worksheet")])

    def __getitem__(self, name: str) -> str:
        """The first element of a name, or ""."""
        return next((element.xml for element in self._elements if element.name == name), "")

    def set(self, name: str, xml: str) -> None:
        """Put an element in its place, instead of those of its name; "" leaves them out."""
        self._elements = [element for element in self._elements if element.name != name]
        if not xml:
            return
        later = frozenset(_ORDER[_ORDER.index(name) + 1 :])
        at = next((at for at, element in enumerate(self._elements) if element.name in later), len(self._elements))
        self._elements.insert(at, Element(name, xml))

    @property
    def head(self) -> str:
        """All that stands before the rows."""
        return "".join(chain([self._before], self._part(lambda order: order < _ROWS), ["<sheetData>"]))

    @property
    def tail(self) -> str:
        """All that stands behind them."""
        return "".join(chain(["</sheetData>"], self._part(lambda order: order > _ROWS), ["</worksheet>"]))

    def _part(self, wanted: Callable[[int], bool]) -> Iterable[str]:
        order = {name: number for number, name in enumerate(_ORDER)}
        return (element.xml for element in self._elements if wanted(order.get(element.name, len(_ORDER))))


def fit(frame: Frame, layout: Layout, heading_row: int, last_row: int, has_table: bool) -> None:
    """Freeze the heading, filter the whole table, and give the status columns their widths."""
    corner = f"{markup.letters(layout.last)}{last_row}"
    frame.set("dimension", f'<dimension ref="A1:{corner}"/>')
    frame.set("sheetViews", _frozen(frame["sheetViews"], heading_row))
    frame.set("cols", _columns(frame["cols"], dict(zip(layout.statuses, _WIDTHS, strict=True))))
    if not has_table:  # which has a filter of its own; two that overlap make Excel refuse the file
        frame.set("autoFilter", _filter(frame["autoFilter"], f"A{heading_row}:{corner}", heading_row))


def forget_rows(frame: Frame, heading_row: int, place_of: Callable[[int], int | None]) -> None:
    """Leave out or move what belongs to single rows, when only some rows are kept."""
    filtered = frame["autoFilter"]
    if filtered:
        frame.set("autoFilter", f"{markup.opening(filtered).rstrip('/>')}/>")
    frame.set("sheetPr", frame["sheetPr"].replace(' filterMode="1"', ""))
    frame.set("sortState", "")
    frame.set("rowBreaks", "")
    for name in ("mergeCells", "hyperlinks"):
        frame.set(name, _list(frame[name], place_of))


def set_legacy_drawing(frame: Frame, relation: str) -> None:
    """Name the drawing that holds the boxes of comments; "" names none."""
    xml = f'<legacyDrawing xmlns:r="{_RELATIONSHIPS}" r:id="{relation}"/>' if relation else ""
    frame.set("legacyDrawing", xml)


def merged_cells(frame: Frame) -> list[tuple[Cell, Cell]]:
    """The first and the last cell of each merged range, by row and column."""
    references = (
        (markup.attribute(item.xml, "ref") or "A1").partition(":")
        for item in markup.children(markup.inner(frame["mergeCells"]) if frame["mergeCells"] else "")
    )
    return [(markup.place(first), markup.place(last or first)) for first, _, last in references]


def column_styles(frame: Frame) -> dict[int, int]:
    """The styles of columns as a whole, for cells that are not there yet."""
    styles = {}
    for column in markup.children(markup.inner(frame["cols"]) if frame["cols"] else ""):
        if style := markup.attribute(column.xml, "style"):
            first, last = _span(column.xml)
            styles.update(dict.fromkeys(range(first, min(last, 1000) + 1), int(style)))
    return styles


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
        first, last = _span(column.xml)
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


def _span(column: str) -> tuple[int, int]:
    return int(markup.attribute(column, "min") or 1), int(markup.attribute(column, "max") or 1)


def _filter(existing: str, whole: str, heading_row: int) -> str:
    if not existing:
        return f'<autoFilter ref="{whole}"/>'
    first = (markup.attribute(existing, "ref") or "").partition(":")[0]
    if not first or markup.place(first)[0] != heading_row:
        return existing
    return markup.with_attribute(existing, "ref", f"{first}:{whole.partition(':')[2]}")


def _list(xml: str, place_of: Callable[[int], int | None]) -> str:
    kept = []
    for item in markup.children(markup.inner(xml) if xml else ""):
        first, _, last = (markup.attribute(item.xml, "ref") or "A1").partition(":")
        row, column = markup.place(first)
        last_row, last_column = markup.place(last or first)
        place, end = place_of(row), place_of(last_row)
        if place is None or end is None or end - place != last_row - row:
            continue  # not all of its rows are kept
        reference = f"{markup.letters(column)}{place}" + (f":{markup.letters(last_column)}{end}" if last else "")
        kept.append(markup.with_attribute(item.xml, "ref", reference))
    if not kept:
        return ""
    tag = markup.opening(xml)
    if markup.attribute(tag, "count"):
        tag = markup.with_attribute(tag, "count", len(kept))
    return f"{tag}{''.join(kept)}{xml[xml.rindex('</') :]}"
