"""What comes back for a workbook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.extract import Options, extract
from pipeline.results.write import write_results
from pipeline.values.outcomes import Status
from pipeline.values.problems import NamedRows, Problem, Severity
from pipeline.values.row_results import RowResult, held_because_of
from pipeline.values.tables import RESULT_COLUMNS

CREATED = RowResult(Status.CREATED, clarus_id=70, line_id=701)
INVALID = RowResult(Status.INVALID, error="quantity: -2 is not above 0 (type a positive number)")
NEGATIVE = Problem(3, "Quantity", "-2", "-2 is not above 0", "type a positive number")

RED, YELLOW = "FFF4756F", "FFFFF3B1"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A workbook as a customer sends it: a sheet of two orders and one of notes."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Orders"
    sheet.append(["code", "Quantity", "due", "note"])
    sheet.append(["0012", 1, datetime(2024, 3, 4), "=1+1"])
    sheet.append(["0012", -2, datetime(2024, 3, 5), None])
    sheet.append(["B1", 3, datetime(2024, 3, 6), "last"])
    sheet["D2"].data_type = "s"  # a text that looks like a formula
    sheet["C2"].number_format = "dd/mm/yyyy"
    sheet["A2"].fill = PatternFill("solid", fgColor="FF00B0F0")
    sheet["A2"].comment = Comment("ask Ann", "Ann")
    sheet.column_dimensions["A"].width = 33
    notes = workbook.create_sheet("Notes")
    notes["A1"] = "=SUM(Orders!B2:B4)"
    path = tmp_path / "orders.xlsx"
    workbook.save(path)
    return path


@pytest.fixture
def write(tmp_path: Path, report: Any) -> Callable[..., list[Worksheet]]:
    """Writes the results of a workbook's orders; returns the data sheets of the files written."""

    def write(source: Path, results: dict[int, RowResult], problems: list[Problem], **more: Any) -> list[Worksheet]:
        made = report(source, results, problems, sheet="Orders", **more)
        written = write_results(source, tmp_path, [made], no_records)
        return [openpyxl.load_workbook(path)["Orders"] for path in written]

    return write


def no_records(*_: object) -> Any:
    raise AssertionError("a workbook has no text records")


def colour(sheet: Worksheet, cell: str) -> str:
    fill = sheet[cell].fill
    return fill.fgColor.rgb if fill.patternType == "solid" else ""


def comment(sheet: Worksheet, cell: str) -> str:
    return sheet[cell].comment.text if sheet[cell].comment else ""


def values(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def test_every_row_comes_back_with_its_status(source: Path, write: Any) -> None:
    """Behind the input's columns; ids are numbers, statuses have their colours, errors wrap."""
    waiting = RowResult(Status.PENDING)

    results, _ = write(source, {2: CREATED, 3: INVALID, 4: waiting}, [NEGATIVE])

    assert [row[4:] for row in values(results)] == [
        RESULT_COLUMNS,
        ("created", 70, 701, None, None),
        ("invalid", None, None, INVALID.error, None),
        ("pending", None, None, None, None),
    ]
    assert [colour(results, cell) for cell in ("E2", "E3", "E4")] == ["FFC6EFCE", "FFFFC7CE", "FFFFD9A0"]
    assert results["H3"].alignment.wrap_text
    assert results.column_dimensions["H"].width == 90


def test_ids_that_excel_would_round_are_texts(source: Path, write: Any) -> None:
    """It keeps fifteen digits of a number; ids may have nineteen."""
    long, longest = 2**53 + 1, 2**63 - 1

    [sheet] = write(source, {2: RowResult(Status.CREATED, 7, longest), 3: RowResult(Status.CREATED, long)}, [])

    assert [sheet["F2"].value, sheet["G2"].value, sheet["F3"].value] == [7, str(longest), str(long)]


def test_rows_are_as_high_as_their_errors(source: Path, write: Any) -> None:
    """Programs that do not find heights by themselves would lay one error over the next; a chosen height stays."""
    workbook = openpyxl.load_workbook(source)
    workbook["Orders"].row_dimensions[4].height = 40
    workbook.save(source)
    long = RowResult(Status.INVALID, error="x" * 250)

    results, _ = write(source, {2: CREATED, 3: long, 4: long}, [NEGATIVE])

    assert [results.row_dimensions[row].height for row in (2, 3, 4)] == [None, 45, 40]


def test_rows_that_moved_are_named_where_they_are_now(source: Path, write: Any) -> None:
    """The failed file speaks of its own rows."""
    held = held_because_of([3, 4], "order")
    contradicts = Problem.naming(4, "note", "b", NamedRows("b contradicts a in", (3,), " of the same order"))
    documents = {2: 1, 3: 2, 4: 2}

    results, failed = write(source, {2: CREATED, 3: held, 4: INVALID}, [contradicts], documents=documents)

    assert results["H3"].value == held.error
    assert failed["H2"].value == "not sent because of rows 2, 3: the order goes whole or not at all"
    assert comment(failed, "D3") == "b contradicts a in row 2 of the same order"


def test_the_look_of_the_original_stays(source: Path, write: Any) -> None:
    """Values, formats, fills, widths, comments and sheets without data are as they were."""
    before = openpyxl.load_workbook(source)

    results, failed = write(source, {2: CREATED, 3: INVALID, 4: CREATED}, [NEGATIVE])

    assert [row[:4] for row in values(results)] == values(before["Orders"])
    assert results["C2"].number_format == "dd/mm/yyyy"
    assert (colour(results, "A2"), comment(results, "A2")) == ("FF00B0F0", "ask Ann")
    assert results.column_dimensions["A"].width == 33
    assert results.parent["Notes"]["A1"].value == "=SUM(Orders!B2:B4)"
    assert failed.parent.sheetnames == ["Orders", "Notes"]


def test_the_heading_is_bold_frozen_and_filtered(source: Path, write: Any) -> None:
    """The filter reaches over the status columns, so that sorting keeps rows and statuses together."""
    results, failed = write(source, {2: CREATED, 3: INVALID, 4: CREATED}, [NEGATIVE])

    assert all(cell.font.bold for cell in results[1])
    assert not results["A2"].font.bold
    assert (results.freeze_panes, results.auto_filter.ref) == ("A2", "A1:I4")
    assert (failed.freeze_panes, failed.auto_filter.ref) == ("A2", "A1:I2")


def test_wrong_cells_are_red_and_say_why(source: Path, write: Any) -> None:
    """Also a cell that is blank; what concerns a whole column is on its heading, in yellow when only a warning."""
    blank = Problem(3, "note", "", "is blank")
    unsent = Problem(0, "due", "", "is not sent", severity=Severity.WARNING)

    results, _ = write(source, {2: CREATED, 3: INVALID, 4: CREATED}, [NEGATIVE, blank, unsent])

    assert (colour(results, "B3"), comment(results, "B3")) == (RED, "-2 is not above 0 (type a positive number)")
    assert (colour(results, "D3"), comment(results, "D3")) == (RED, "is blank")
    assert (colour(results, "C1"), comment(results, "C1")) == (YELLOW, "is not sent")
    assert results["B3"].comment.author == "clarus-batch"
    assert [colour(results, cell) for cell in ("A1", "B2", "C3", "D4")] == [""] * 4


def test_the_failed_file_holds_whole_documents(source: Path, write: Any) -> None:
    """Moved up below the heading, with their look, colours and comments."""
    results = {2: CREATED, 3: CREATED, 4: RowResult(Status.REJECTED, error="refused")}
    documents = {2: 0, 4: 0, 3: 1}

    _, failed = write(source, results, [Problem(4, "due", "…", "is in the past")], documents=documents)

    assert [row[0] for row in values(failed)] == ["code", "0012", "B1"]
    assert (colour(failed, "A2"), comment(failed, "A2")) == ("FF00B0F0", "ask Ann")
    assert (colour(failed, "C3"), comment(failed, "C3")) == (RED, "is in the past")
    assert failed.max_row == 3


def test_marks_of_an_earlier_round_go(source: Path, write: Any, tmp_path: Path) -> None:
    """Results that come in again, saved by another program, are marked for what is wrong now; all else stays."""
    write(source, {2: CREATED, 3: INVALID, 4: INVALID}, [NEGATIVE, Problem(4, "note", "last", "is wrong")])
    again = tmp_path / "again.xlsx"
    edited = openpyxl.load_workbook(tmp_path / "orders.results.xlsx")
    edited["Orders"]["J1"] = "mine"
    edited["Orders"]["J2"] = "a column of their own"
    edited.save(again)

    results, _ = write(again, {2: CREATED, 3: CREATED, 4: INVALID}, [Problem(4, "Quantity", "3", "is too many")])

    assert values(results)[0] == ("code", "Quantity", "due", "note", *RESULT_COLUMNS, "mine")
    assert values(results)[2][4:] == ("created", 70, 701, None, None, None)
    assert [colour(results, cell) for cell in ("B3", "D4", "B4", "A2")] == ["", "", RED, "FF00B0F0"]
    assert [comment(results, cell) for cell in ("B3", "D4", "B4", "A2")] == ["", "", "is too many", "ask Ann"]


def test_rounds_leave_no_trace(source: Path, write: Any, tmp_path: Path) -> None:
    """Later rounds add no more columns, styles or comments than the first ones."""
    results = {2: CREATED, 3: INVALID, 4: CREATED}
    rounds = [write(source, results, [NEGATIVE])[0]]

    for _ in range(4):
        again = (tmp_path / "orders.results.xlsx").rename(source)
        rounds.append(write(again, results, [NEGATIVE])[0])

    sheet = rounds[-1]
    assert values(sheet) == values(rounds[0])
    assert len(sheet.parent._cell_styles) == len(rounds[1].parent._cell_styles)
    assert [cell for row in sheet for cell in row if cell.comment and cell.comment.author == "clarus-batch"] == [
        sheet["B3"]
    ]


def test_a_comment_of_the_user_stays_beside_the_reason(source: Path, write: Any) -> None:
    """A cell has room for one comment: the reason comes first, and goes again when the cell is right."""
    results, _ = write(source, {2: INVALID, 3: CREATED, 4: CREATED}, [Problem(2, "code", "0012", "is unknown")])
    results.parent.save(source)
    [corrected] = write(source, {2: CREATED, 3: CREATED, 4: CREATED}, [])

    assert comment(results, "A2") == "clarus-batch: is unknown\nask Ann"
    assert (comment(corrected, "A2"), corrected["A2"].comment.author) == ("ask Ann", "Ann")


@pytest.mark.parametrize("error", ["=1+1", "+1", "-1", "@x", "bell \x07 and \x00", "a < b & c > d", "]]>", "\ud800"])
def test_errors_are_text_whatever_they_hold(source: Path, write: Any, error: str) -> None:
    """Never a formula, and never a file that Excel cannot open."""
    told = RowResult(Status.REJECTED, error=error)

    results, _ = write(source, {2: told, 3: CREATED, 4: CREATED}, [Problem(2, "Quantity", error, error)])

    shown = error.translate({7: "\ufffd", 0: "\ufffd", 0xD800: "\ufffd"})
    assert (results["H2"].value, results["H2"].data_type) == (shown, "s")
    assert comment(results, "B2") == shown


def test_formulas_stay_where_they_are_right(source: Path, write: Any) -> None:
    """In the results they keep their place; in the failed file, where rows move, they become values.

    One that was never calculated has none: its text is shown, and is no formula any more.
    """
    workbook = openpyxl.load_workbook(source)
    workbook["Orders"]["D3"] = "=B3*2"
    workbook.save(source)

    results, failed = write(source, {2: CREATED, 3: INVALID, 4: CREATED}, [])

    assert results["D3"].value == "=B3*2"
    assert (failed["D2"].value, failed["D2"].data_type) == ("=B3*2", "s")  # openpyxl has not calculated it


def test_a_table_grows_with_the_status_columns(source: Path, write: Any) -> None:
    """Else sorting it would tear rows and statuses apart."""
    workbook = openpyxl.load_workbook(source)
    workbook["Orders"].add_table(Table(displayName="Orders1", ref="A1:D4"))
    workbook.save(source)

    results, failed = write(source, {2: CREATED, 3: INVALID, 4: CREATED}, [NEGATIVE])

    assert results.tables["Orders1"].ref == "A1:I4"
    assert [column.name for column in results.tables["Orders1"].tableColumns][4:] == list(RESULT_COLUMNS)
    assert results.auto_filter.ref is None
    assert failed.tables["Orders1"].ref == "A1:I2"


def test_status_columns_stand_behind_everything(source: Path, write: Any) -> None:
    """Cells beyond the last heading are not written over."""
    workbook = openpyxl.load_workbook(source)
    workbook["Orders"]["F4"] = "a remark"
    workbook.save(source)

    results, _ = write(source, {2: CREATED, 3: INVALID, 4: CREATED}, [NEGATIVE])

    assert results["F4"].value == "a remark"
    assert values(results)[0][4:] == (None, None, *RESULT_COLUMNS)


def test_marks_on_merged_cells_are_to_be_seen(source: Path, write: Any) -> None:
    """A cell that is merged with those above shows nothing: its mark stands on the first one."""
    workbook = openpyxl.load_workbook(source)
    workbook["Orders"].merge_cells("D3:D4")
    workbook["Orders"].merge_cells("B3:C3")
    workbook.save(source)
    problems = [
        Problem(3, "due", "", "is blank"),
        Problem(4, "note", "", "is merged"),
        Problem(4, "code", "B1", "is x"),
    ]

    results, _ = write(source, {2: CREATED, 3: INVALID, 4: INVALID}, problems)

    assert {cell: colour(results, cell) for cell in ("B3", "D3", "A4")} == dict.fromkeys(("B3", "D3", "A4"), RED)
    assert [comment(results, cell) for cell in ("B3", "D3", "A4")] == ["is blank", "row 4: is merged", "is x"]


def test_the_failed_file_keeps_cells_merged(source: Path, write: Any) -> None:
    """Where all their rows are kept: without, a merged reference would be blank on the next round."""
    workbook = openpyxl.load_workbook(source)
    workbook["Orders"].merge_cells("A3:A4")
    workbook["Orders"].merge_cells("D2:D3")
    workbook.save(source)

    _, failed = write(source, {2: CREATED, 3: INVALID, 4: INVALID}, [], documents={2: 1, 3: 2, 4: 2})

    assert [str(cells) for cells in failed.merged_cells.ranges] == ["A2:A3"]


def test_titles_and_blank_rows_keep_their_places(tmp_path: Path, write: Any) -> None:
    """Nothing is said of them, and the heading stays in its row in both files."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Orders"
    sheet["A1"] = "Orders of May"
    sheet["A1"].font = Font(size=20)
    sheet.merge_cells("A1:C1")
    for row, code in ((3, "code"), (4, "A1"), (6, "A2")):
        sheet.cell(row, 1, code)
    source = tmp_path / "may.xlsx"
    workbook.save(source)

    results, failed = write(source, {4: CREATED, 6: INVALID}, [], heading_row=3)

    assert [row[:2] for row in values(results)] == [
        ("Orders of May", None),
        (None, None),
        ("code", "clarus_status"),
        ("A1", "created"),
        (None, None),
        ("A2", "invalid"),
    ]
    assert [row[0] for row in values(failed)] == ["Orders of May", None, "code", "A2"]
    assert [str(merged) for merged in failed.merged_cells.ranges] == ["A1:C1"]
    assert results.freeze_panes == "A4"


def test_the_loop_reads_back_what_was_sent_out(tmp_path: Path, report: Any) -> None:
    """Results saved in another program and dropped in again hold the same cells, and their statuses."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["customer_code", "customer_name", "postcode"])
    sheet.append(["0012", "=Ltd", "00123"])
    sheet["B2"].data_type = "s"
    source = tmp_path / "addresses.xlsx"
    workbook.save(source)
    [table] = extract(source, Options())
    written = write_results(source, tmp_path, [report(source, {2: INVALID}, sheet=table.sheet)], no_records)

    for path in written:
        openpyxl.load_workbook(path).save(path)
        [back] = extract(path, Options())
        assert back.frame.loc[2, ["customer_code", "customer_name", "postcode"]].to_list() == ["0012", "=Ltd", "00123"]
        assert back.frame.loc[2, "clarus_status"] == "invalid"
        assert back.frame.loc[2, "clarus_error"] == INVALID.error


_CELLS = st.one_of(
    st.none(),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=6
    ),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda when: when.replace(microsecond=0)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=6), data=st.data())
def test_input_columns_come_back_as_they_were(report: Any, rows: list[list[Any]], data: st.DataObject) -> None:
    """Whatever the cells hold and whichever are wrong; the failed file holds the rows that are not done."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["row", "a", "b", "c"])
    for number, cells in enumerate(rows, start=2):
        for column, value in enumerate([number, *cells], start=1):
            if value is not None:
                cell = sheet.cell(number, column, value)
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
    failing = {number: data.draw(st.booleans()) for number in range(2, len(rows) + 2)}
    results = {number: INVALID if fails else CREATED for number, fails in failing.items()}
    problems = [
        Problem(number, data.draw(st.sampled_from("abc")), "", "is wrong") for number in failing if failing[number]
    ]
    with TemporaryDirectory() as folder:
        source = Path(folder, "random.xlsx")
        workbook.save(source)
        before = values(openpyxl.load_workbook(source).active)

        made = report(source, results, problems, sheet=sheet.title)
        written = write_results(source, Path(folder), [made], no_records)

        back = [values(openpyxl.load_workbook(path).active) for path in written]
        assert [row[:4] for row in back[0]] == before
        assert [row[4] for row in back[0][1:]] == [result.status for result in results.values()]
        kept = [before[number - 1] for number in failing if failing[number]]
        assert [row[:4] for each in back[1:] for row in each[1:]] == kept
