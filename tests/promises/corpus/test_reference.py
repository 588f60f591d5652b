"""Random cells in random dialects and workbooks: `check` finds what a cell by cell reference finds."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli import main

BLANKS = ["", " ", "\u00a0", "\t "]


def is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII))


def is_quantity(text: str) -> bool:
    return is_number(text) and float(text) > 0


def is_priority(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+(\.0*)?", text, re.ASCII)) and 1 <= float(text) <= 99


def is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and 1970 <= date.fromisoformat(text).year <= 2100
    except ValueError:
        return False


def is_code(text: str) -> bool:
    return not re.fullmatch(r"\d+([.,]\d+)?[eE]\+\d+", text)


# Of each column: the rule, and words that keep it, break it, or nearly do.
COLUMNS: dict[str, tuple[Callable[[str], bool], list[str]]] = {
    "product_code": (is_code, ["P-1", "00731", "5.01E+12", "5,01e+12", "1E5", "=1+1", "5 E+12", "E+12"]),
    "quantity": (
        is_quantity,
        ["1", "12.0", ".5", "5.", "1,5", "1e3", "ten", "0", "-1", "NaN", "inf", "0.00", "+3", "1 0"],
    ),
    "priority": (is_priority, ["1", "99", "100", "0", "5.0", "5.5", "high", "-1", "1e1", "05"]),
    "expected_date_of_dispatch": (
        is_day,
        [
            "2026-06-10",
            "2024-02-29",
            "2026-02-29",
            "0024-06-10",
            "10/06/2026",
            "2026-6-1",
            "soon",
            "46183",
            "2101-01-01",
        ],
    ),
    "country_code": (
        lambda text: text.upper() in {"GB", "DE", "CA-ON"},
        ["GB", "gb", "DE", "CA-ON", "UK", "England", "Deutschland", "XX", "ß"],
    ),
    "sales_order_boolean1": (
        lambda text: text.lower() in {"true", "no", "y", "0", "1.0", "off"},
        ["TRUE", "no", "Y", "0", "1.0", "off", "maybe", "2", "-"],
    ),
    "recipient_email": (
        lambda text: text == "jo@example.com",
        ["jo@example.com", "jo@example", "a@b.c; d@e.f", "jo example.com", "@example.com"],
    ),
    "postcode": (lambda text: len(text) <= 10, ["AB1 2CD", "1234567890", "12345678901"]),
}
REQUIRED = ("expected_date_of_dispatch", "product_code", "quantity")

Row = tuple[str, ...]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[Row]]:
    """Headings in any order, and rows of which some are blank altogether."""
    headings = draw(st.permutations(list(COLUMNS)))
    cells = [st.sampled_from([*COLUMNS[heading][1], *COLUMNS[heading][1], *BLANKS]) for heading in headings]
    return headings, draw(st.lists(st.tuples(*cells) | st.just(("",) * len(headings)), max_size=12))


def expected(headings: list[str], rows: list[Row]) -> set[tuple[int, str]]:
    """Row and column of each wrong cell; every row is an order of its own."""
    wrong = set()
    for number, row in enumerate(rows, start=2):
        texts = {heading: cell.strip() for heading, cell in zip(headings, row, strict=True)}
        if not any(texts.values()):
            continue
        for heading, text in texts.items():
            if not COLUMNS[heading][0](text) if text else heading in REQUIRED:
                wrong.add((number, heading))
    return wrong


def checked(write: Callable[[Path], None], name: str) -> list[tuple[int, str]]:
    """Row and column of each error of `check`, in its order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        write(path)
        result = CliRunner().invoke(main, ["check", "--json", str(path)])
    [told] = json.loads(result.stdout)["files"]
    found = [(p["row"], p["column"]) for p in told["problems"] if p["severity"] == "error"]
    assert result.exit_code == (1 if found else 0)
    return found


def with_keys(headings: list[str], rows: list[Row]) -> list[Row]:
    """The table with an order's reference and account on each row that holds anything."""
    keyed: list[Row] = [("order_reference", "account_code", *headings)]
    for number, row in enumerate(rows):
        keys = (f"SO-{number}", "ACME") if any(cell.strip() for cell in row) else ("", "")
        keyed.append((*keys, *row))
    return keyed


@settings(max_examples=40, deadline=None)
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_text_files(table: tuple[list[str], list[Row]], delimiter: str, encoding: str, end: str) -> None:
    """The same cells are wrong, told row by row and from the left to the right."""

    def write(path: Path) -> None:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(with_keys(*table))

    found = checked(write, "orders.csv")

    places = {heading: place for place, heading in enumerate(table[0])}
    assert found == sorted(expected(*table), key=lambda cell: (cell[0], places[cell[1]]))


@settings(max_examples=25, deadline=None)
@given(table=tables(), titles=st.integers(0, 3))
def test_workbooks(table: tuple[list[str], list[Row]], titles: int) -> None:
    """The same for cells of text, wherever the headings stand."""

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for _ in range(titles):
            sheet.append(["Our orders"])
        for row in with_keys(*table):
            sheet.append([cell or None for cell in row])
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s" if cell.value else cell.data_type
        book.save(path)

    found = checked(write, "orders.xlsx")

    assert {(row - titles, column) for row, column in found} == expected(*table)
    assert [row for row, _ in found] == sorted(row for row, _ in found)
