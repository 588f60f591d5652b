"""What stands around the rows of a sheet: frozen heading, filter, widths, drawings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.markup import Cell, Element

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
            first, last = span(column.xml)
            styles.update(dict.fromkeys(range(first, min(last, 1000) + 1), int(style)))
    return styles


def span(column: str) -> tuple[int, int]:
    return int(markup.attribute(column, "min") or 1), int(markup.attribute(column, "max") or 1)


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
