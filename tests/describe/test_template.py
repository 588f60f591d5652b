from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.config import load_settings
from pipeline.describe.template import write_template
from pipeline.errors import UsageError
from pipeline.extract import Options, extract
from schemas import RECORD_TYPES, Level, RecordType
from schemas.vocabulary.headings import fold

EVERY_RECORD_TYPE = pytest.mark.parametrize("record", RECORD_TYPES.values(), ids=list(RECORD_TYPES))


def sheet_of(record: RecordType, folder: Path) -> Worksheet:
    write_template(record, folder / "template.xlsx", "xlsx", all_columns=True)
    return openpyxl.load_workbook(folder / "template.xlsx").active


def headings_of(path: Path) -> list[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file))
    return [cell.value for cell in openpyxl.load_workbook(path).active[1]]


def append(path: Path, row: list[str]) -> None:
    if path.suffix == ".csv":
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(row)
        return
    workbook = openpyxl.load_workbook(path)
    workbook.active.append(row)
    workbook.save(path)


@EVERY_RECORD_TYPE
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_template_has_every_column_of_the_contract(record: RecordType, kind: str, tmp_path: Path) -> None:
    """One row, the headings, in the order of the contract."""
    path = tmp_path / f"template.{kind}"

    write_template(record, path, kind, all_columns=True)  # type: ignore[arg-type]

    assert headings_of(path) == list(record.columns)


@EVERY_RECORD_TYPE
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_filled_template_is_read_back(record: RecordType, kind: str, tmp_path: Path) -> None:
    """What somebody fills into the template is found again, in every column and with its leading zeros."""
    path = tmp_path / f"template.{kind}"
    write_template(record, path, kind, all_columns=True)  # type: ignore[arg-type]
    row = [f"00{number}" for number in range(len(record.columns))]

    append(path, row)
    (table,) = extract(path, Options())

    assert (table.record, table.unknown, table.problems) == (record, {}, ())
    assert dict(table.headings) == {heading: heading for heading in record.columns}
    assert table.frame.loc[2, list(record.columns)].astype(str).tolist() == row


def test_a_csv_template_opens_in_excel() -> None:
    """UTF-8 with a BOM and nothing but the headings."""
    stream = io.BytesIO()

    write_template(RECORD_TYPES["orders"], stream, "csv")

    content = stream.getvalue()
    assert content.startswith(b"\xef\xbb\xbforder_reference,account_code,")
    assert content.count(b"\r\n") == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_configured_headings_are_used(kind: str, tmp_path: Path) -> None:
    """The template has the headings that the files of this warehouse have, and each stands for one column."""
    config = tmp_path / "clarus.toml"
    config.write_text('[columns.orders]\n"=PO, Number" = "order_reference"\nnotes = "delivery_notes"', encoding="utf-8")
    settings = load_settings(config, environ={})
    orders = RECORD_TYPES["orders"]

    write_template(orders, tmp_path / f"template.{kind}", kind, settings, all_columns=True)  # type: ignore[arg-type]

    headings = headings_of(tmp_path / f"template.{kind}")
    assert headings[0] == "=PO, Number"
    assert headings.count("notes") == 1
    meant = {settings.columns["orders"].get(fold(heading), heading) for heading in headings}
    assert meant == orders.columns.keys() - {"notes"}


def test_the_workbook_explains_itself(tmp_path: Path) -> None:
    """Headings are bold, stay in sight and carry their rule; required ones are marked."""
    sheet = sheet_of(RECORD_TYPES["orders"], tmp_path)

    headings = {cell.value: cell for cell in sheet[1]}

    assert sheet.title == "orders"
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in headings.values())
    assert headings["order_reference"].fill.fgColor.rgb == "00FFF2CC"
    assert headings["notes"].fill.fill_type is None
    assert headings["priority"].comment.text == "Whole number from 1 to 99\nOrder: priority"


@EVERY_RECORD_TYPE
def test_the_workbook_keeps_what_is_typed(record: RecordType, tmp_path: Path) -> None:
    """Columns of texts and codes are Text, so that Excel leaves leading zeros and long numbers alone."""
    sheet = sheet_of(record, tmp_path)

    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}

    for heading, column in record.columns.items():
        if column.kind.name not in ("integer", "number", "datetime"):
            assert formats[heading] == "@", heading


def test_the_workbook_offers_the_words_of_clarus(tmp_path: Path) -> None:
    """Choices and flags have a drop-down list over the whole column."""
    sheet = sheet_of(RECORD_TYPES["orders"], tmp_path)

    lists = {str(listed.sqref).split("2:")[0]: listed for listed in sheet.data_validations.dataValidation}
    letters = {cell.value: cell.column_letter for cell in sheet[1]}

    assert lists[letters["pick_type"]].formula1 == '"standard,tote"'
    assert lists[letters["allow_duplicate"]].formula1 == '"TRUE,FALSE"'
    assert str(lists[letters["pick_type"]].sqref).endswith("1048576")
    expected = [c for c in RECORD_TYPES["orders"].columns.values() if c.kind.name in ("flag", "choice")]
    assert len(lists) == len(expected)


def test_columns_without_attribute_are_marked(tmp_path: Path) -> None:
    """Whoever fills the template sees which columns Clarus's API does not have."""
    receipts = RECORD_TYPES["receipts"]

    sheet = sheet_of(receipts, tmp_path)

    unsent = {column.heading for column in receipts.at(Level.UNSENT)}
    for cell in sheet[1]:
        assert ("not in Clarus's API" in cell.comment.text) == (cell.value in unsent)


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """Somebody may have filled it in already."""
    path = tmp_path / "orders.csv"
    path.write_text("filled in", encoding="utf-8")

    with pytest.raises(UsageError, match=r"orders\.csv already exists"):
        write_template(RECORD_TYPES["orders"], path, "csv")

    assert path.read_text(encoding="utf-8") == "filled in"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A sentence, no traceback."""
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        write_template(RECORD_TYPES["orders"], tmp_path / "nowhere" / "orders.csv", "csv")
