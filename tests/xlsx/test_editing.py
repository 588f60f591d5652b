"""Workbooks as other programs write them: by hand here, part by part."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.results.write import write_results
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
from pipeline.values.row_results import RowResult
from pipeline.values.tables import RESULT_COLUMNS
from pipeline.xlsx.editing.rows import SheetStream, cells_of
from pipeline.xlsx.editing.styles import EMPTY_STYLES

CREATED = RowResult(Status.CREATED, clarus_id=70)
INVALID = RowResult(Status.INVALID, error="qty: -2 is not above 0")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PLAIN = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        '<sheets><sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="inlineStr"><is><t>qty</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>A1</t></is></c><c r="B2"><v>1</v></c></row>'
    '<row r="3"><c r="A3" t="inlineStr"><is><t>A2</t></is></c><c r="B3"><v>-2</v></c></row>'
)


@pytest.fixture
def results_of(tmp_path: Path, report: Any) -> Callable[..., list[Path]]:
    """Writes a workbook with this sheet and these parts more, and its results: row 2 created, row 3 invalid."""

    def write(sheet: str, **more: str) -> list[Path]:
        source = tmp_path / "orders.xlsx"
        with ZipFile(source, "w") as archive:
            for name, xml in {**_PLAIN, "xl/worksheets/sheet1.xml": sheet, **more}.items():
                archive.writestr(name, xml)
        problem = Problem(3, "qty", "-2", "-2 is not above 0")
        made = report(source, {2: CREATED, 3: INVALID}, [problem], sheet="Orders")
        return write_results(source, tmp_path, [made], lambda *_: iter(()))

    return write


def sheet_xml(rows: str = _ROWS, head: str = "", tail: str = "") -> str:
    return f'<worksheet xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def opened(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path)["Orders"]


def part(path: Path, name: str) -> str:
    with ZipFile(path) as archive:
        return archive.read(name).decode()


def values(path: Path) -> list[tuple[Any, ...]]:
    return list(opened(path).iter_rows(values_only=True))


EXPECTED = [
    ("code", "qty", *RESULT_COLUMNS),
    ("A1", 1, "created", 70, None, None, None),
    ("A2", -2, "invalid", None, None, INVALID.error, None),
]


def test_a_workbook_without_styles_gets_some(results_of: Any) -> None:
    """Small writers leave the whole part out."""
    results, failed = results_of(sheet_xml())

    assert values(results) == EXPECTED
    assert values(failed) == [EXPECTED[0], EXPECTED[2]]
    assert opened(results)["B3"].fill.fgColor.rgb == "FFF4756F"


def test_numbers_of_rows_and_places_of_cells_may_be_left_out(results_of: Any) -> None:
    """They are optional in the format: rows and cells then follow one another."""
    rows = _ROWS
    for name in ("A1", "B1", "A2", "B2", "A3", "B3", "1", "2", "3"):
        rows = rows.replace(f' r="{name}"', "")

    results, failed = results_of(sheet_xml(rows))

    assert values(results) == EXPECTED
    assert values(failed) == [EXPECTED[0], EXPECTED[2]]


def test_elements_may_carry_a_prefix(results_of: Any) -> None:
    """As the libraries of Microsoft's own SDK write them."""
    xml = sheet_xml().replace("xmlns=", "xmlns:x=").replace("</", "</x:")
    for name in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        xml = xml.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")

    results, _ = results_of(xml)

    assert values(results) == EXPECTED


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("<sheetData>", "<sheetData><!-- <row> or </row> -->"),
        ("</row>", "</row><!-- end -->"),
        ("</row>", "</row >"),
        ("</c>", "</c\n>"),
        ("<sheetData>", "<sheetData ><?hint rows?>"),
    ],
)
def test_comments_and_blanks_in_tags_do_no_harm(results_of: Any, here: str, there: str) -> None:
    """The same sheet, written unusually: the same results."""
    [results, failed] = results_of(sheet_xml().replace(here, there))

    statuses = [[cell.value for cell in row][-5] for row in opened(results).rows]
    assert statuses == ["clarus_status", "created", "invalid"]
    assert opened(failed).max_row == 2


def test_a_sheet_in_utf16_comes_back_readable(tmp_path: Path, report: Any, results_of: Any) -> None:
    """The declaration follows the encoding of what is written."""
    results_of(sheet_xml())
    source = tmp_path / "orders.xlsx"
    with ZipFile(source, "w") as archive:
        for name, xml in _PLAIN.items():
            archive.writestr(name, xml)
        declared = f'<?xml version="1.0" encoding="UTF-16"?>{sheet_xml()}'
        archive.writestr("xl/worksheets/sheet1.xml", declared.encode("utf-16"))

    made = report(source, {2: CREATED, 3: INVALID}, sheet="Orders")
    results, _ = write_results(source, tmp_path, [made], lambda *_: iter(()))

    assert values(results) == EXPECTED


def test_a_list_of_formulas_is_left_out(results_of: Any) -> None:
    """Excel refuses a file whose calculation chain names cells that hold no formula; it makes a new one."""
    relation = f'<Relationship Id="rId9" Type="{_DOCUMENT}/calcChain" Target="calcChain.xml"/></Relationships>'
    override = f'<Override PartName="/xl/calcChain.xml" ContentType="{_TYPES}.calcChain+xml"/></Types>'
    results, _ = results_of(
        sheet_xml(),
        **{
            "xl/calcChain.xml": f'<calcChain xmlns="{_MAIN}"><c r="B2"/></calcChain>',
            "xl/_rels/workbook.xml.rels": _PLAIN["xl/_rels/workbook.xml.rels"].replace("</Relationships>", relation),
            "[Content_Types].xml": _PLAIN["[Content_Types].xml"].replace("</Types>", override),
        },
    )

    with ZipFile(results) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
    assert "calcChain" not in part(results, "xl/_rels/workbook.xml.rels") + part(results, "[Content_Types].xml")


def test_cached_values_of_formulas_stay(results_of: Any) -> None:
    """Results can be dropped in again without having been opened in Excel; the failed file has the values alone."""
    formula = _ROWS.replace('<c r="B3"><v>-2</v></c>', '<c r="B3"><f>B2*-2</f><v>-2</v></c>')

    results, failed = results_of(sheet_xml(formula))

    assert openpyxl.load_workbook(results, data_only=True)["Orders"]["B3"].value == -2
    assert opened(results)["B3"].value == "=B2*-2"
    assert opened(failed)["B2"].value == -2


def test_widths_of_column_ranges_are_split(results_of: Any) -> None:
    """Excel writes one width for all columns to the last; two that overlap make it refuse the file."""
    results, _ = results_of(sheet_xml(head='<cols><col min="1" max="16384" width="9" style="0"/></cols>'))

    xml = part(results, "xl/worksheets/sheet1.xml")
    spans = [column.split('" width')[0] for column in xml[: xml.index("</cols>")].split("<col ")[1:]]
    assert spans == ['min="1" max="2', *(f'min="{at}" max="{at}' for at in range(3, 8)), 'min="8" max="16384']


def test_a_cell_that_was_not_there_looks_like_its_column(tmp_path: Path, report: Any, results_of: Any) -> None:
    """What is typed into a red blank cell of a text column is text: its leading zeros stay."""
    rows = _ROWS.replace('<c r="B3"><v>-2</v></c>', "")
    styles = EMPTY_STYLES.replace("</cellXfs>", '<xf numFmtId="49" fontId="0" fillId="0"/></cellXfs>')
    relation = f'<Relationship Id="rId2" Type="{_DOCUMENT}/styles" Target="/xl/styles.xml"/></Relationships>'
    results, _ = results_of(
        sheet_xml(rows, head='<cols><col min="2" max="2" width="9" style="1"/></cols>'),
        **{
            "xl/styles.xml": styles,
            "xl/_rels/workbook.xml.rels": _PLAIN["xl/_rels/workbook.xml.rels"].replace("</Relationships>", relation),
        },
    )

    assert opened(results)["B3"].number_format == "@"
    assert opened(results)["B3"].fill.fgColor.rgb == "FFF4756F"


def test_elements_stand_in_the_order_of_the_schema(results_of: Any) -> None:
    """Excel refuses a sheet in any other; what we do not know goes last, as it was."""
    tail = '<mergeCells count="1"><mergeCell ref="A3:A4"/></mergeCells><pageMargins left="1"/><drawing r:id="rId7"/>'
    head = '<sheetPr/><sheetViews><sheetView topLeftCell="A2" workbookViewId="0"/></sheetViews>'

    results, failed = results_of(sheet_xml(head=head, tail=f"{tail}<extLst><ext/></extLst>"))

    xml = part(results, "xl/worksheets/sheet1.xml")
    names = ["sheetPr", "dimension", "sheetViews", "cols", "sheetData", "autoFilter", "mergeCells", "pageMargins"]
    names += ["drawing", "legacyDrawing", "extLst"]
    places = [xml.index(f"<{name}") for name in names]
    assert places == sorted(places)
    assert 'sheetView topLeftCell="A2"' not in xml
    assert "mergeCells" not in part(failed, "xl/worksheets/sheet1.xml")


def test_comments_keep_what_excel_says_of_them(results_of: Any) -> None:
    """Its own attributes, the namespaces they need, the boxes and the buttons among them."""
    comments = (
        f'<comments xmlns="{_MAIN}" xmlns:xr="urn:xr"><authors><author>Ann &amp; Bob</author></authors><commentList>'
        '<comment ref="A3" authorId="0" shapeId="0" xr:uid="{1}"><text><t>ask</t></text></comment>'
        "</commentList></comments>"
    )
    note = '<x:ClientData ObjectType="Note"><x:Row>2</x:Row><x:Column>0</x:Column></x:ClientData>'
    drawing = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        f' xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s1030">{note}</v:shape>'
        '<v:shape id="_x0000_s1031"><x:ClientData ObjectType="Button"/></v:shape></xml>'
    )
    relations = (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="c" Type="{_DOCUMENT}/comments" Target="../comments1.xml"/>'
        f'<Relationship Id="v" Type="{_DOCUMENT}/vmlDrawing" Target="../drawings/v.vml"/></Relationships>'
    )
    parts = {"xl/comments1.xml": comments, "xl/drawings/v.vml": drawing}

    results, failed = results_of(
        sheet_xml(tail='<legacyDrawing r:id="v"/>'), **parts, **{"xl/worksheets/_rels/sheet1.xml.rels": relations}
    )

    assert 'shapeId="0" xr:uid="{1}"' in part(results, "xl/comments1.xml")
    assert [opened(results)[cell].comment.text for cell in ("A3", "B3")] == ["ask", "-2 is not above 0"]
    assert [opened(failed)[cell].comment.text for cell in ("A2", "B2")] == ["ask", "-2 is not above 0"]
    boxes = re.findall(r'<v:shape id="(\w+)"', part(results, "xl/drawings/v.vml"))
    assert len(set(boxes)) == 3
    assert {"_x0000_s1030", "_x0000_s1031"} < set(boxes)


def test_links_move_with_their_rows(results_of: Any) -> None:
    """In the failed file; those of rows left out go."""
    links = '<hyperlinks><hyperlink ref="A2" location="a"/><hyperlink ref="A3" location="b"/></hyperlinks>'

    _, failed = results_of(sheet_xml(tail=links))

    assert '<hyperlinks><hyperlink ref="A2" location="b"/></hyperlinks>' in part(failed, "xl/worksheets/sheet1.xml")


class _Trickle(StringIO):
    """A stream that gives a few characters at a time."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text)
        self._size = size

    def read(self, size: int | None = -1, /) -> str:
        return super().read(self._size)


@given(
    filled=st.lists(st.lists(st.booleans(), max_size=4), max_size=6),
    size=st.integers(min_value=20, max_value=200),
)
def test_rows_are_found_wherever_the_reading_stops(filled: list[list[bool]], size: int) -> None:
    """However the text is cut into pieces, every row and cell is there once, and so is what stands around them."""
    rows = [
        "".join(f'<c r="{"ABCD"[at]}{row}"><v>{row}</v></c>' for at, there in enumerate(cells) if there)
        for row, cells in enumerate(filled, start=1)
    ]
    xml = "".join(
        f'<row r="{row}">{cells}</row>' if cells else f'<row r="{row}"/>' for row, cells in enumerate(rows, 1)
    )

    sheet = SheetStream(_Trickle(f"<worksheet><cols/><sheetData>{xml}</sheetData><tail/></worksheet>", size))
    found = list(sheet.rows())

    assert [row.cells for row in found] == rows
    assert [list(cells_of(row).values()) for row in found] == [
        [f"{cell}</c>" for cell in cells.split("</c>")[:-1]] for cells in rows
    ]
    assert (sheet.head, sheet.tail) == ("<worksheet><cols/>", "<tail/></worksheet>")
