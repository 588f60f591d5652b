"""Random cells of every kind and every record type: what is sent is what the cell shows, or somebody is told."""

from __future__ import annotations

import csv
import random
import unicodedata
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.extract import Options, extract
from pipeline.extract.blanks import stripped
from pipeline.validate import Rules, validate
from schemas import RECORD_TYPES, Column, Level, RecordType
from schemas.vocabulary.dates import Reading

PIECES = (
    *"0123456789.,-+eE'\"=#/: \t\n\\()%;|_",
    *("00123", "1.234", "2,5", "1 500", ".0", "E+11", "12", "999", "-1", "1e5", "0x1F", "٣", "１２"),
    *("NULL", "null", "(null)", "\\N", "nan", "None", "TRUE", "false", "yes", "no", "NA", "N/A", "#N/A", "########"),
    *("2026-06-10", "10/06/2026", "06/25/2026", "14:30", " UTC", "Z", "+01:00", "2026-02-30", "T", "CEST", "24:00"),
    *(
        "\u00a0",
        "\u202f",
        "\u200b",
        "\u00ad",
        "\u202a",
        "\u202c",
        "\ufeff",
        "\u200d",
        "\u0301",
        "\ufffd",
        "\x07",
        "\x85",
    ),
    *("é", "e\u0301", "Ã¼", "â€™", "Łódź", "ß", "東京", "😀", "Анна", "İ", "’", "'s-", '="', '"'),
    *("SKU-1", "unit", "case", "GB", "CA-ON", "a@b.co", "sales_order", "Kettle", "a" * 60),
)
FORMATS = ("%d/%m/%Y", "%d/%m/%Y %H:%M")
ZONE = ZoneInfo("Europe/London")
RULES = Rules(Reading(ZONE, FORMATS))
TRUE, FALSE = {"true", "t", "yes", "y", "1", "on", "x"}, {"false", "f", "no", "n", "0", "off"}


def a_cell(chance: random.Random) -> str:
    """Mostly one or two pieces: longer ones are seldom anything but text."""
    return "".join(chance.choices(PIECES, k=chance.choice((1, 1, 1, 2, 2, 3, 5))))


def shows(cell: str, column: Column, value: object) -> bool:
    """Whether a value is what a person reads in the cell, judged without the code that made it."""
    text = stripped(cell)
    match column.kind.name:
        case "number" | "integer" | "id":
            return _is_number(text, value)
        case "flag":
            word = "1" if _is_number(text, 1) else "0" if _is_number(text, 0) else text.lower()
            return (value is True and word in TRUE) or (value is False and word in FALSE)
        case "datetime":
            return any(datetime.fromisoformat(str(value)) == when for when in _moments(text))
        case "choice" | "country":
            return str(value).lower() == text.lower()
        case _:
            return value == unicodedata.normalize("NFC", text)


def _is_number(text: str, value: object) -> bool:
    try:
        return text.isascii() and "e" not in text.lower() and Decimal(text) == Decimal(str(value))
    except InvalidOperation:
        return False


def _moments(text: str) -> list[datetime]:
    """Everything that a date may mean here: ISO 8601 and two forms, in London unless it names another zone."""
    found = []
    plain = text.upper().replace(" UTC", "+00:00").replace("UTC", "+00:00")
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", *FORMATS):
        for zone in ("", "%z", " %z"):
            try:
                when = datetime.strptime(plain, form + zone)
            except ValueError:
                continue
            found.append(when if when.tzinfo else when.replace(tzinfo=ZONE))
    return found


def misread(record: RecordType, rows: int, seed: int, folder: Path) -> list[str]:
    """Cells that became something else without a word, in a table of random cells."""
    chance = random.Random(seed)
    columns = [column for column in record.columns.values() if column.level is not Level.UNSENT]
    table = [[a_cell(chance) for _ in columns] for _ in range(rows)]
    path = folder / f"{record.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[column.heading for column in columns], *table])

    [read] = extract(path, Options(holds=record.name))
    clean = validate(read, RULES)

    told = {(problem.row, problem.column) for problem in clean.problems}
    # A mark is told once for its column, and which cells had one can be seen.
    marked = {column for row, column in told if row == 0}
    wrong = []
    for column in columns:
        if column.heading not in clean.columns:
            continue
        cells = clean.columns[column.heading]
        for row, code in zip(clean.rows.tolist(), cells.codes.tolist(), strict=True):
            cell = table[row - 2][columns.index(column)]
            silent = not {(row, column.heading), (row, "")} & told
            if not silent or (column.heading in marked and _has_mark(cell)):
                continue
            if code < 0 and stripped(cell):
                wrong.append(f"{column.heading}: {cell!r} was dropped")
            elif code >= 0 and not shows(cell, column, cells.values[code]):
                wrong.append(f"{column.heading} ({column.kind.name}): {cell!r} became {cells.values[code]!r}")
    return wrong


def _has_mark(cell: str) -> bool:
    text = stripped(cell)
    return text[:1] in "'\"=" or not text.isascii() or not text.isprintable()


@pytest.mark.parametrize("rows", [70, pytest.param(1400, marks=pytest.mark.slow)])
@pytest.mark.parametrize("record", RECORD_TYPES.values(), ids=lambda record: record.name)
def test_no_cell_becomes_another_value_without_a_word(record: RecordType, rows: int, tmp_path: Path) -> None:
    """About 50,000 cells in all, or 1,000,000 in the slow tests; never a traceback."""
    columns = sum(column.level is not Level.UNSENT for column in record.columns.values())
    every = sum(column.level is not Level.UNSENT for each in RECORD_TYPES.values() for column in each.columns.values())
    cells = 700 * rows * columns // every

    assert misread(record, max(cells // columns, 1), 20_260_610 + rows, tmp_path) == []
