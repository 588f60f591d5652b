"""An empty file with every accepted column, for `clarus-batch template`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.config import Settings
from pipeline.config.adapted import adapted
from pipeline.describe.fields import FieldLine, describe, file_headings, rule
from pipeline.errors import UsageError
from schemas import Column, Level, RecordType

_LAST_ROW = 1_048_576  # of a sheet in Excel
_LONGEST_LIST = 255  # characters of a drop-down list in Excel
_REQUIRED = PatternFill("solid", fgColor="FFF2CC")
_BOLD, _UNSENT = Font(bold=True), Font(bold=True, color="808080")
# Text keeps leading zeros and long numbers as they are typed. Real dates are kept: Excel's cannot be misread.
_FORMATS = {"datetime": "yyyy-mm-dd hh:mm", "integer": "General", "number": "General"}
_COMMENT_WIDTH, _COMMENT_LINE = 320, 22  # pixels


def write_template(
    record: RecordType,
    target: Path | BinaryIO,
    kind: Literal["csv", "xlsx"],
    settings: Settings | None = None,
    all_columns: bool = False,
) -> None:
    """Write an empty file with the heading of every column that can be filled, in the order of the contract.

    Where the configuration names a heading for a column, that one is used. Columns that Clarus's templates lack and few
    need are there with `all_columns` only.

    Raises:
        UsageError: the target is there already, or cannot be written.
    """
    settings = settings or Settings()
    headings = file_headings(adapted(record, settings), settings, all_columns)
    content = _csv(headings) if kind == "csv" else _xlsx(adapted(record, settings), settings, headings)
    if not isinstance(target, Path):
        target.write(content)
        return
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise UsageError(f"{target} already exists: name another file, or move it away") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error


def _csv(headings: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(headings.values())
    # Excel takes UTF-8 for ANSI unless the file starts with a BOM.
    return text.getvalue().encode("utf-8-sig")


def _xlsx(record: RecordType, settings: Settings, headings: Mapping[str, str]) -> bytes:
    workbook = Workbook()
    sheet = workbook.create_sheet(record.name, 0)
    del workbook[workbook.sheetnames[1]]
    lines = [line for line in describe(record, settings) if line.heading in headings]
    for number, line in enumerate(lines, start=1):
        _write_column(sheet, number, headings[line.heading], record.columns[line.heading], line)
    sheet.freeze_panes = "A2"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _write_column(sheet: Worksheet, number: int, heading: str, column: Column, line: FieldLine) -> None:
    letter = get_column_letter(number)
    cell = sheet.cell(1, number, ILLEGAL_CHARACTERS_RE.sub("", heading))
    cell.data_type = "s"  # a heading that begins with = is no formula
    cell.font = _UNSENT if column.level is Level.UNSENT else _BOLD
    if column.required:
        cell.fill = _REQUIRED
    text = ILLEGAL_CHARACTERS_RE.sub("", rule(line))
    lines = sum(1 + len(part) // 45 for part in text.split("\n"))
    cell.comment = Comment(text, "clarus-batch", height=_COMMENT_LINE * (lines + 1), width=_COMMENT_WIDTH)
    dimension = sheet.column_dimensions[letter]
    dimension.width = max(12, len(heading) + 4)
    dimension.number_format = _FORMATS.get(column.kind.name, "@")
    if words := _words(column, line):
        listed = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True, errorStyle="warning")
        listed.error = f"{heading}: {line.holds}"[:_LONGEST_LIST]
        listed.add(f"{letter}2:{letter}{_LAST_ROW}")
        sheet.add_data_validation(listed)


def _words(column: Column, line: FieldLine) -> list[str]:
    """What the drop-down list offers: the file's own words first, where the configuration has some."""
    match column.kind.name:
        case "flag":
            words = [*line.words, "TRUE", "FALSE"]
        case "choice":
            words = [*line.words, *column.kind.checks["isin"]["allowed_values"]]
        case _:
            return []
    words = [word for word in words if "," not in word and '"' not in word]
    return words if len(",".join(words)) <= _LONGEST_LIST else []
