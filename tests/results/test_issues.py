"""issues.csv, the causes and summary.json."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from pipeline.results.causes import summarise
from pipeline.results.issues import write_issues
from pipeline.results.summary import write_summary
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import RowResult, held_because_of

HELD = RowResult(Status.INVALID, error="held back by row 3, priority: 2000 is not between 1 and 99")


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_issues_are_ordered_by_file_sheet_and_row(tmp_path: Path, report: Any) -> None:
    """Problems of all tables and of files that could not be read, one line each."""
    later = report(tmp_path / "b.xlsx", {}, [Problem(9, "c", "v", "m", "h"), Problem(2, "c", "v", "m")], sheet="S")
    earlier = report(tmp_path / "a.csv", {}, [Problem(0, "c", "", "is not sent", severity=Severity.WARNING)])

    path = write_issues(tmp_path, [later, earlier], [("broken.csv", Problem(0, "", "", "is no text"))])

    assert path.read_bytes().startswith(b"\xef\xbb\xbffile,sheet,row,column,value,severity,message,hint\r\n")
    found = [(line["file"], line["sheet"], line["row"], line["severity"]) for line in lines_of(path)]
    assert found == [
        ("a.csv", "", "", "warning"),
        ("b.xlsx", "S", "2", "error"),
        ("b.xlsx", "S", "9", "error"),
        ("broken.csv", "", "", "error"),
    ]


def test_a_row_with_an_error_and_no_problem_has_a_line(tmp_path: Path, report: Any) -> None:
    """Rows that Clarus refused, or whose document is held; a row's own problem is not told twice."""
    results = {
        2: HELD,
        3: RowResult(Status.INVALID, error="priority: 2000 is not between 1 and 99"),
        4: RowResult(Status.CREATED, 1),
        5: RowResult(Status.REJECTED, error="Clarus: reference is taken"),
    }
    made = report(tmp_path / "a.csv", results, [Problem(3, "priority", "2000", "2000 is not between 1 and 99")])

    path = write_issues(tmp_path, [made])

    assert [(line["row"], line["column"], line["message"]) for line in lines_of(path)] == [
        ("2", "", HELD.error),
        ("3", "priority", "2000 is not between 1 and 99"),
        ("5", "", "Clarus: reference is taken"),
    ]


def test_texts_of_issues_never_turn_into_formulas(tmp_path: Path, report: Any) -> None:
    """Values are for reading; plain numbers stay numbers."""
    problems = [Problem(2, "=c", '=HYPERLINK("x")', "@m", "+h"), Problem(3, "c", "-5", "-5 is negative")]

    path = write_issues(tmp_path, [report(tmp_path / "a.csv", {}, problems)])

    first, second = lines_of(path)
    assert (first["column"], first["value"], first["message"], first["hint"]) == (
        "'=c",
        '\'=HYPERLINK("x")',
        "'@m",
        "'+h",
    )
    assert second["value"] == "-5"


def test_one_cause_is_told_once_with_its_count(tmp_path: Path, report: Any) -> None:
    """The frequent before the rare, errors before warnings."""
    problems = [Problem(row, "product_code", "ABC", "unknown product ABC") for row in range(2, 214)]
    problems += [Problem(5, "priority", "x", "x is no number", "write 5")]
    problems += [Problem(0, "colour", "", "is not sent", severity=Severity.WARNING)]

    causes = summarise([report(tmp_path / "a.csv", {}, problems)])

    assert [cause.sentence for cause in causes] == [
        "a.csv rows 2, 3, 4, 5, 6 and 207 more, product_code: unknown product ABC",
        "a.csv row 5, priority: x is no number (write 5)",
        "a.csv, colour: is not sent",
    ]
    assert causes[0].first_rows == (2, 3, 4, 5, 6)


def test_many_values_with_one_message_are_one_cause(tmp_path: Path, report: Any) -> None:
    """A thousand unknown products read as one line with examples; a handful are told one by one."""
    many = [Problem(row, "product_code", f"P{row}", f"unknown product P{row}") for row in range(2, 1002)]
    few = [Problem(row, "carrier", f"C{row}", f"unknown carrier C{row}") for row in (2, 3)]

    causes = summarise([report(tmp_path / "a.csv", {}, [*many, *few])])

    assert [cause.sentence for cause in causes] == [
        "a.csv rows 2, 3, 4, 5, 6 and 995 more, product_code: unknown product …, for example P2, P3, P4",
        "a.csv row 2, carrier: unknown carrier C2",
        "a.csv row 3, carrier: unknown carrier C3",
    ]


def test_a_row_held_by_another_is_no_cause_of_its_own(tmp_path: Path, report: Any) -> None:
    """Whoever corrects the one row has corrected the document; the held rows still have their line in issues.csv."""
    results = {
        2: RowResult(Status.INVALID, error="priority: 2000 is not between 1 and 99"),
        3: held_because_of([2], "order"),
    }
    made = report(tmp_path / "a.csv", results, [Problem(2, "priority", "2000", "2000 is not between 1 and 99")])

    causes = summarise([made])
    path = write_issues(tmp_path, [made])

    assert [cause.first_rows for cause in causes] == [(2,)]
    assert [line["row"] for line in lines_of(path)] == ["2", "3"]


def test_a_warning_of_a_row_that_is_done_is_told_once(tmp_path: Path, report: Any) -> None:
    """It stands in the results beside the row as well, and is still one line."""
    warning = Problem(2, "product_code", "A1", "product A1 has no storage unit", severity=Severity.WARNING)
    made = report(tmp_path / "a.csv", {2: RowResult(Status.CREATED, 1, error=warning.sentence)}, [warning])

    path = write_issues(tmp_path, [made])

    assert [(line["row"], line["column"]) for line in lines_of(path)] == [("2", "product_code")]


def test_errors_that_differ_in_a_number_are_one_cause(tmp_path: Path, report: Any) -> None:
    """Rows held back by ten different rows do not fill the screen."""
    results = {
        row: RowResult(Status.BLOCKED, error=f"product A{row} failed: products.csv row {row}") for row in range(2, 12)
    }

    [cause] = summarise([report(tmp_path / "a.csv", results)])

    assert (cause.message, cause.rows) == ("product A… failed: products.csv row …", 10)


def test_causes_beyond_the_most_are_counted(tmp_path: Path, report: Any) -> None:
    """Nothing is left out unsaid."""
    problems = [Problem(row, f"column {row}", "", "is blank") for row in range(2, 32)]

    causes = summarise([report(tmp_path / "a.csv", {}, problems)], most=5)

    assert len(causes) == 5
    assert causes[-1].sentence == "26 other causes in 26 rows"


def test_the_summary_replaces_an_earlier_one(tmp_path: Path) -> None:
    """summary.json is JSON in UTF-8, whole or as it was."""
    write_summary(tmp_path, {"exit_code": 1})

    path = write_summary(tmp_path, {"exit_code": 0, "file": "Aufträge.csv"})

    assert json.loads(path.read_text(encoding="utf-8")) == {"exit_code": 0, "file": "Aufträge.csv"}
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]
