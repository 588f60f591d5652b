"""A workbook whose cells are all texts, written as a stream of rows (ECMA-376, part 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO
from zipfile import ZIP_DEFLATED, ZipFile

from pipeline.xlsx.editing.markup import content, letters

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT_FORMAT = 49  # the built-in number format @
_COMPRESSION = 3  # takes half the time of zip's usual 6, and a tenth more room
_LONGEST_NAME = 31  # characters of a sheet's name
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell looks; its text stays a text when somebody types in it."""

    fill: str = ""  # ARGB; "": none
    bold: bool = False
    wrapped: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class TextCell:
    """A cell: its text, its look, and the place that a click on it leads to (`'orders'!C5`)."""

    text: str
    style: CellStyle = CellStyle()
    leads_to: str = ""


@dataclass(slots=True)
class TextSheet:
    """A sheet that is being written."""

    file: TextIO
    number_of: Mapping[CellStyle, int]
    rows: int = 0
    _links: list[str] = field(default_factory=list)

    def add(self, cells: Sequence[TextCell | None]) -> None:
        """Write the next row; None is a cell that is not there."""
        self.rows += 1
        parts = [f'<row r="{self.rows}">']
        for column, cell in enumerate(cells, start=1):
            if cell is None:
                continue
            reference = f"{letters(column)}{self.rows}"
            style = self.number_of[cell.style]
            if cell.text:
                text = f'<is><t xml:space="preserve">{content(cell.text)}</t></is>'
                parts.append(f'<c r="{reference}" s="{style}" t="inlineStr">{text}</c>')
            else:
                parts.append(f'<c r="{reference}" s="{style}"/>')
            if cell.leads_to:
                self._links.append(f'<hyperlink ref="{reference}" location="{content(cell.leads_to)}"/>')
        parts.append("</row>")
        self.file.write("".join(parts))

    def end(self, filtered: str) -> None:
        """Write what stands behind the rows."""
        self.file.write("</sheetData>")
        if filtered:
            self.file.write(f'<autoFilter ref="{filtered}"/>')
        if self._links:
            self.file.write(f"<hyperlinks>{''.join(self._links)}</hyperlinks>")
        self.file.write("</worksheet>")


class TextWorkbook:
    """`with` it; its sheets are written one after the other. The first is shown when the workbook is opened."""

    def __init__(self, target: Path, styles: Sequence[CellStyle]) -> None:
        self._archive = ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self._styles = list(dict.fromkeys((CellStyle(), *styles)))
        self._names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write_parts()
        finally:
            self._archive.close()

    @contextmanager
    def sheet(self, name: str, widths: Sequence[float], frozen: int = 1, filtered: int = 0) -> Iterator[TextSheet]:
        """Write a sheet.

        Args:
            name: What is forbidden in names of sheets is left out.
            widths: Of its columns, in characters.
            frozen: So many rows stay when it is scrolled.
            filtered: The number of the row of headings that get filters; 0: none.
        """
        self._names.append(self.name_for(name))
        number = len(self._names)
        with (
            self._archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as raw,
            TextIOWrapper(raw, "utf-8", newline="") as file,
        ):
            file.write(f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"')
            file.write(' tabSelected="1">' if number == 1 else ">")
            if frozen:
                below = f'topLeftCell="A{frozen + 1}" activePane="bottomLeft" state="frozen"'
                file.write(f'<pane ySplit="{frozen}" {below}/><selection pane="bottomLeft"/>')
            file.write(f"</sheetView></sheetViews>{_columns(widths)}<sheetData>")
            sheet = TextSheet(file, {style: at for at, style in enumerate(self._styles)})
            yield sheet
            last = f"{letters(max(len(widths), 1))}{max(sheet.rows, filtered, 1)}"
            sheet.end(f"A{filtered}:{last}" if filtered else "")

    def name_for(self, name: str) -> str:
        """The name that a sheet gets: what Excel forbids is left out, and none is there twice."""
        plain = name.translate(_FORBIDDEN_IN_NAMES).strip(" '")[:_LONGEST_NAME] or "Sheet"
        taken, number, free = {other.casefold() for other in self._names}, 1, plain
        while free.casefold() in taken:
            number += 1
            free = f"{plain[: _LONGEST_NAME - 4]} {number}"
        return free

    def _write_parts(self) -> None:
        numbers = range(1, len(self._names) + 1)
        overrides = [("workbook.xml", "sheet.main"), ("styles.xml", "styles")]
        overrides += [(f"worksheets/sheet{number}.xml", "worksheet") for number in numbers]
        listed = "".join(
            f'<Override PartName="/xl/{part}" ContentType="{_PARTS}.{kind}+xml"/>' for part, kind in overrides
        )
        relations = "application/vnd.openxmlformats-package.relationships+xml"
        defaults = f'<Default Extension="rels" ContentType="{relations}"/>'
        defaults += '<Default Extension="xml" ContentType="application/xml"/>'
        self._write("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{listed}</Types>')
        self._write("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        sheets = "".join(
            f'<sheet name="{content(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, self._names, strict=True)
        )
        book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{sheets}</sheets></workbook>'
        self._write("xl/workbook.xml", book)
        links = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
        self._write(
            "xl/_rels/workbook.xml.rels", _relations([*links, (f"rId{len(links) + 1}", "styles", "styles.xml")])
        )
        self._write("xl/styles.xml", _styles(self._styles))

    def _write(self, part: str, xml: str) -> None:
        self._archive.writestr(part, f"{_DECLARATION}{xml}")


def _columns(widths: Sequence[float]) -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width:g}" customWidth="1" style="0"/>'
        for at, width in enumerate(widths, start=1)
    )
    return f"<cols>{columns}</cols>" if columns else ""


def _relations(links: Sequence[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_DOCUMENT}/{kind}" Target="{part}"/>' for name, kind, part in links
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles(styles: Sequence[CellStyle]) -> str:
    fills = list(dict.fromkeys(style.fill for style in styles if style.fill))
    solid = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{fill}"/><bgColor indexed="64"/></patternFill></fill>'
        for fill in fills
    )
    plain = '<sz val="11"/><name val="Calibri"/>'
    fonts = [f"<font>{plain}</font>", f"<font><b/>{plain}</font>"]
    fonts.append('<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="Calibri"/></font>')
    formats = "".join(_format(style, 2 + fills.index(style.fill) if style.fill else 0) for style in styles)
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="{len(fonts)}">{"".join(fonts)}</fonts>'
        f'<fills count="{len(fills) + 2}"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{solid}</fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(styles)}">{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _format(style: CellStyle, fill: int) -> str:
    font = 2 if style.link else int(style.bold)
    attributes = f'numFmtId="{_TEXT_FORMAT}" fontId="{font}" fillId="{fill}" borderId="0" xfId="0"'
    applied = 'applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"'
    wrap = ' wrapText="1"' if style.wrapped else ""
    return f'<xf {attributes} {applied}><alignment vertical="top"{wrap}/></xf>'
