"""Text files: what is read, under which row numbers, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract
from pipeline.values.problems import Severity
from pipeline.values.tables import Table
from tests.support.records import cells_by_row

HEAD = "customer_code,customer_name,postcode\n"
ADDRESS = {"customer_code": "A1", "customer_name": "Ann", "postcode": "N1"}


def read(folder: Path, content: str | bytes, options: Options | None = None, name: str = "addresses.csv") -> Table:
    """Write a file and read its only table."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [table] = extract(path, options or Options())
    return table


def rows(table: Table) -> dict[int, dict[str, str]]:
    """The filled cells of each row."""
    return {
        int(str(row)): {str(column): str(cell) for column, cell in cells.items() if pd.notna(cell)}
        for row, cells in table.frame.iterrows()
    }


def messages(table: Table, row: int) -> list[str]:
    """What is said of a row."""
    return [problem.message for problem in table.problems if problem.row == row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_dialect_is_recognised(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    """Encoding, delimiter and line end need no configuration."""
    text = (
        end.join(delimiter.join(cells) for cells in [("customer_code", "customer_name"), ("A1", "Zoë"), ("A2", "東京")])
        + end
    )

    table = read(tmp_path, text.encode(encoding))

    assert rows(table) == {
        2: {"customer_code": "A1", "customer_name": "Zoë"},
        3: {"customer_code": "A2", "customer_name": "東京"},
    }
    assert table.problems == ()
    assert table.dialect is not None
    assert table.dialect.delimiter == delimiter


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\xff\xfe"])
def test_both_byte_orders_of_utf_16(tmp_path: Path, mark: bytes) -> None:
    """The byte order mark tells the order."""
    order = "utf-16-be" if mark == b"\xfe\xff" else "utf-16-le"

    table = read(tmp_path, mark + "customer_code\tcustomer_name\nA1\tZoë\n".encode(order), name="a.TXT")

    assert rows(table) == {2: {"customer_code": "A1", "customer_name": "Zoë"}}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str) -> None:
    """Databases leave the mark out."""
    table = read(tmp_path, "customer_code\tcustomer_name\nA1\tZoë\nA2\t東京\n".encode(encoding))

    assert rows(table) == {
        2: {"customer_code": "A1", "customer_name": "Zoë"},
        3: {"customer_code": "A2", "customer_name": "東京"},
    }
    assert table.problems == ()


def test_fallback_encoding_is_announced(tmp_path: Path) -> None:
    """A file that is not Unicode is read with the fallback, and says so."""
    table = read(
        tmp_path, "customer_code,customer_name\nA1,Zoë\n".encode("cp1252"), Options(fallback_encoding="cp1252")
    )

    assert rows(table)[2]["customer_name"] == "Zoë"
    assert [(p.row, p.severity, p.message) for p in table.problems] == [
        (0, Severity.WARNING, "the file is not UTF-8: read as cp1252")
    ]


def test_without_fallback_other_encodings_are_refused(tmp_path: Path) -> None:
    """An empty fallback refuses what is not Unicode."""
    with pytest.raises(UnreadableFile, match="is not UTF-8"):
        read(tmp_path, "customer_code,customer_name\nA1,Zoë\n".encode("cp1252"), Options(fallback_encoding=""))


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp1252", "mac_roman", "gbk"])
def test_letters_of_an_encoding_that_nobody_named_hold_their_rows(tmp_path: Path, encoding: str) -> None:
    """Which letters they are would be a guess; rows of plain ASCII go on, and the words name the key to set."""
    letter = "Ж" if encoding in ("cp1251", "gbk") else "é"

    table = read(tmp_path, f"customer_code,customer_name\nA1,{letter}{letter}x\nA2,Ann\n".encode(encoding))

    assert rows(table) == {3: {"customer_code": "A2", "customer_name": "Ann"}}
    [problem] = [problem for problem in table.problems if problem.row == 2]
    assert problem.severity is Severity.ERROR
    assert "fallback_encoding" in problem.hint


def test_two_encodings_in_one_file_are_not_guessed(tmp_path: Path) -> None:
    """The lines of either are held where neither is named."""
    lines = b"customer_code,customer_name\n" + "A1,Zoë\n".encode() + 2 * b"A2,Andr\xe9\n" + b"A3,Ann\n"

    table = read(tmp_path, lines)

    assert list(rows(table)) == [5]
    assert list(table.broken) == [2, 3, 4]


def test_headings_of_an_encoding_that_nobody_named_name_the_key(tmp_path: Path) -> None:
    """Headings cannot be held row by row: the file is refused."""
    with pytest.raises(UnreadableFile, match="set fallback_encoding"):
        read(tmp_path, "customer_code,customer_name,Größe\nA1,Ann,x\n".encode("cp1252"))


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ('A1,"Mug\nA2,Bowl",\nA3,Cup\n', [2]),
        ('A1,"Mug\nA2,Bowl\nA4,TV 32"\nA3,Cup\n', [2]),
        ('A1,"Mug"\nA2,"Dear Bob,\nmany thanks, Ann"\n', []),
        ('A1,"one\ntwo"\n', []),
    ],
)
def test_rows_swallowed_by_quotes_are_found_in_narrow_tables(tmp_path: Path, text: str, broken: list[int]) -> None:
    """Two stray quotes make one valid cell of whole rows; a note of several lines is none of them."""
    table = read(tmp_path, f"customer_code,customer_name\n{text}")

    assert list(table.broken) == broken


def test_rows_swallowed_by_quotes_in_neighbouring_rows_are_found(tmp_path: Path) -> None:
    """The first ends and the last begins in the middle: neither line alone is in the cell."""
    head = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,address1,address3"
    lines = 'O-1,A,2026-06-10,P,1,"Happy Ltd,York\nO-2,A,2026-06-10,P,1,Screens 32",Hull\n'

    table = read(tmp_path, f"{head}\n{lines}O-3,A,2026-06-10,P,1,Road,Leeds\n")

    assert list(table.broken) == [2]
    assert list(rows(table)) == [3]


def test_a_blank_before_a_quote_that_tears_a_cell_is_told(tmp_path: Path) -> None:
    """The reader takes such a quote for a letter, and divides the cell at its comma."""
    table = read(tmp_path, 'customer_code, customer_name, postcode\nA1, "Mug, blue", LS1\nA2, "Mug", LS1\n')

    assert list(table.broken) == [2]
    assert "blank stands before a quote" in messages(table, 2)[0]


def test_bytes_that_no_character_has_are_named_by_row(tmp_path: Path) -> None:
    """A byte that cp1252 does not define breaks its row alone."""
    western = Options(fallback_encoding="cp1252")

    table = read(tmp_path, b"customer_code,customer_name\nA1,Zo\xeb\nA2,b\x81d\nA3,fine\n", western)

    assert list(rows(table)) == [2, 4]
    assert table.broken == {3: ("A2", "b\ufffdd")}
    assert "no characters" in messages(table, 3)[0]


def test_a_damaged_line_does_not_make_a_file_cp1252(tmp_path: Path) -> None:
    """Where most lines are UTF-8, one that is not is damaged; the others are not garbled."""
    table = read(tmp_path, "customer_code,customer_name\nA1,Zoë\nA2,Chloé\n".encode() + b"A3,Andr\xe9\n")

    assert rows(table) == {
        2: {"customer_code": "A1", "customer_name": "Zoë"},
        3: {"customer_code": "A2", "customer_name": "Chloé"},
    }
    assert list(table.broken) == [4]


def test_blanks_around_values_go(tmp_path: Path) -> None:
    """Blanks, no-break spaces, zero-width characters and marks at the ends are no part of a value."""
    table = read(tmp_path, HEAD + " A1\t,\u00a0Ann\u200b Lee\ufeff,\u2007 \u200b\nA1,Ann\u200b Lee,\n")

    assert rows(table) == {
        2: {"customer_code": "A1", "customer_name": "Ann\u200b Lee"},
        3: {"customer_code": "A1", "customer_name": "Ann\u200b Lee"},
    }
    assert list(table.frame["customer_code"].cat.categories) == ["A1"]
    assert "postcode" not in table.frame
    assert table.headings["postcode"] == "postcode"


def test_rows_without_a_value_keep_their_number(tmp_path: Path) -> None:
    """Blank lines, rows of commas and rows of blanks count as rows, and are no data."""
    table = read(tmp_path, HEAD + "\nA1,Ann,N1\n,,\n   \n , \u00a0,\n,,,,,\nA2,Bob,N2\n\n")

    assert list(rows(table)) == [3, 8]
    assert table.problems == ()


def test_a_line_break_inside_a_cell_is_no_row(tmp_path: Path) -> None:
    """Row numbers count rows, not lines."""
    table = read(tmp_path, HEAD + 'A1,"Ann\r\nLee",N1\nA2,Bob,N2\n')

    assert rows(table)[2]["customer_name"] == "Ann\r\nLee"
    assert list(rows(table)) == [2, 3]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("A2,Bob,N2,extra", "4 fields where the headings have 3"),
        ("A2,Bob", "2 fields where the headings have 3"),
        ('A2,"Bob" Lee,N2', "text follows a closing quote"),
        ("A2,B\0b,N2", "NUL"),
        ("A2," + "x" * 131_073 + ",N2", "131072"),
        ('A2,"Bob,N2', "never closed"),
    ],
)
def test_a_row_that_cannot_be_split_is_broken_alone(tmp_path: Path, line: str, says: str) -> None:
    """Nothing is shifted or padded: the row is named, the rows around it are read."""
    table = read(tmp_path, HEAD + f"A1,Ann,N1\n{line}\nA3,Cat,N3\n")

    assert list(rows(table)) == [2, 4]
    assert list(table.broken) == [3]
    assert table.broken[3][0] == "A2"
    assert says in messages(table, 3)[0]
    assert all(problem.hint and problem.severity is Severity.ERROR for problem in table.problems)


def test_extra_blank_fields_are_harmless(tmp_path: Path) -> None:
    """Delimiters at the end of a row hold nothing."""
    table = read(tmp_path, HEAD + "A1,Ann,N1,, \n")

    assert rows(table) == {2: ADDRESS}
    assert table.problems == ()


def test_delimiters_behind_the_last_heading_are_harmless(tmp_path: Path) -> None:
    """Headings that end with delimiters ask nothing of the rows."""
    table = read(tmp_path, "customer_code,customer_name,,\nA1,Ann\nA2,Bob,\nA3,Cat,,\nA4\n")

    assert list(rows(table)) == [2, 3, 4]
    assert list(table.broken) == [5]


def test_an_open_quote_is_named_where_it_opens(tmp_path: Path) -> None:
    """The rows before and after an unclosed quote are read wherever they split into the right number of cells."""
    table = read(tmp_path, HEAD + 'A1,Ann,N1\nA2,"Bob,N2\nA3,"Cat",N3\nA4,Dan\nA5,Eve,N5\n')

    assert list(rows(table)) == [2, 4, 6]
    assert list(table.broken) == [3, 5]
    assert "never closed" in messages(table, 3)[0]


def test_a_quote_inside_an_unquoted_cell_is_a_character(tmp_path: Path) -> None:
    """Inches need no quoting."""
    table = read(tmp_path, HEAD + 'A1,5" pipe,N1\nA2,Bob,N2\n')

    assert rows(table)[2]["customer_name"] == '5" pipe'


def test_titles_above_the_headings_are_skipped_and_said(tmp_path: Path) -> None:
    """The headings may stand further down; rows keep their numbers."""
    table = read(tmp_path, "Address list,,\n,,\n" + HEAD + "A1,Ann,N1\n")

    assert table.heading_row == 3
    assert rows(table) == {4: ADDRESS}
    assert [p.message for p in table.problems] == ["the headings are in row 3: rows 1 to 2 above them are not read"]


def test_excels_delimiter_line_is_no_row(tmp_path: Path) -> None:
    """Excel does not show `sep=;` as a row."""
    table = read(tmp_path, "sep=;\ncustomer_code;customer_name\nA1;Ann\n")

    assert rows(table) == {2: {"customer_code": "A1", "customer_name": "Ann"}}
    assert table.dialect is not None
    assert list(cells_by_row(table.path, table.dialect)) == [
        (1, ["customer_code", "customer_name"]),
        (2, ["A1", "Ann"]),
    ]


def test_headings_alone_are_an_empty_table(tmp_path: Path) -> None:
    """A file without rows is fine."""
    table = read(tmp_path, "customer_code,customer_name")

    assert table.frame.empty
    assert table.frame.index.name == "row"
    assert table.frame.index.dtype == "int64"


def test_unknown_headings_are_counted(tmp_path: Path) -> None:
    """What no contract knows is not read, and how much of it there is is told, repeated headings together."""
    table = read(
        tmp_path,
        "customer_code,customer_name,postcode,colour,Colour,colour\nA1,Ann,N1,red,blue,green\nA2,Bob,, ,,red\n",
    )

    assert table.unknown == {"colour": 3, "Colour": 1}


def test_cells_without_a_heading_are_told(tmp_path: Path) -> None:
    """Data under a blank heading would be lost: it is a warning. A blank column is nothing."""
    table = read(tmp_path, "customer_code,customer_name,,\nA1,Ann,lost,\n,,only,\n")

    assert rows(table) == {2: {"customer_code": "A1", "customer_name": "Ann"}}
    assert [p.message for p in table.problems] == ["column C has no heading: its 2 filled cells are not read"]


def test_result_columns_are_kept(tmp_path: Path) -> None:
    """A results file that is dropped in again brings its status along, after the columns of the contract."""
    table = read(tmp_path, "clarus_status,Clarus ID,customer_name,customer_code\ncreated,12,Ann,A1\n")

    assert list(table.frame.columns) == ["customer_code", "customer_name", "clarus_status", "clarus_id"]
    assert table.unknown == {}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n , \n", "has no filled cell"),
        (b"," * 2**20, "has no filled cell"),
        (b"PK\x03\x04....", "workbook"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(40)) + bytes(40), "is not a text file"),
        (b"Order Referense,quantity\nO1,1\n", '"Order Referense" looks like order_reference'),
        (b'customer_code,"customer_name\nA1,Ann\n', "row 1, the headings: a quote that is opened"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    """A file of another kind is refused with a sentence that begins with its name."""
    with pytest.raises(UnreadableFile, match=says) as refusal:
        read(tmp_path, content)

    assert str(refusal.value).startswith("addresses.csv: ")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is called like a file is no file."""
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(UnreadableFile, match=r"folder\.csv: cannot be read: Is a directory"):
        extract(tmp_path / "folder.csv", Options())


def test_half_a_utf_16_character_is_refused(tmp_path: Path) -> None:
    """A file that ends inside a character was cut off."""
    with pytest.raises(UnreadableFile, match="damaged"):
        read(tmp_path, "customer_code,customer_name\nA1,Ann\n".encode("utf-16") + b"\x41")


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    """What has no line ends is no table, and is not held in memory."""
    with pytest.raises(UnreadableFile, match="a line of more than 16 MB"):
        read(tmp_path, b"customer_code,customer_name\n" + b"A1,Ann," * (3 * 2**20))


def test_rows_beyond_the_first_block_are_numbered_on(tmp_path: Path) -> None:
    """Blocks do not show: neither at a cell that spans two of them nor after broken rows."""
    lines = [f'A{n},"long\n{"x" * 900}",N{n}\n' if n % 7 == 0 else f"A{n},{'y' * 900},N{n}\n" for n in range(6000)]
    lines[3000] = "A3000,short\n"

    table = read(tmp_path, HEAD + "".join(lines))

    assert table.dialect is not None
    assert dict(cells_by_row(table.path, table.dialect))[3002] == ["A3000", "short"]
    assert list(table.broken) == [3002]
    assert list(table.frame.index) == [row for row in range(2, 6002) if row != 3002]
    assert list(table.frame["customer_code"]) == [f"A{row - 2}" for row in table.frame.index]


def test_raw_records_give_the_file_back(tmp_path: Path) -> None:
    """Blank rows, blanks and broken rows come out again, under the row numbers of the table."""
    table = read(tmp_path, HEAD + ' A1,Ann,"N\n1"\n\nA2,Bob\n,,\nA3,Cat,N3\n')

    assert table.dialect is not None
    assert list(cells_by_row(table.path, table.dialect)) == [
        (1, ["customer_code", "customer_name", "postcode"]),
        (2, [" A1", "Ann", "N\n1"]),
        (3, []),
        (4, ["A2", "Bob"]),
        (5, ["", "", ""]),
        (6, ["A3", "Cat", "N3"]),
    ]


def test_templates_of_clarus_are_read(tmp_path: Path) -> None:
    """Every column of Clarus's own templates is known."""
    contract = os.environ.get("CLARUS_OPENAPI")
    folder = Path(contract).parent if contract else Path(__file__).parents[3] / "shared" / "clarus"
    names = ("address", "order", "pre_receipt", "product")
    templates = [folder / "templates" / f"standard_{name}_import_template.csv" for name in names]
    if not templates[0].exists():
        pytest.skip("the templates of Clarus are not at hand")

    tables = [table for template in templates for table in extract(template, Options())]

    assert [table.record.name for table in tables] == ["addresses", "orders", "receipts", "products"]
    assert all(not table.unknown and not table.problems and not table.frame.empty for table in tables)


def test_rows_between_two_stray_quotes_are_no_cell(tmp_path: Path) -> None:
    """A quote that opens a cell and one that happens to close it rows below: valid, but nobody means it."""
    lines = [
        "customer_code,customer_name,postcode,address_1,address_3",
        'A1,Ann,N1,Road,"Leeds',
        "A2,Bob,N2,Road,York",
        'A3,Cat,N3,Road,12"',
        'A4,Dan,N4,Road,"Flat 1,\nLeeds"',
        "A5,Eve,N5,Road,Hull",
    ]

    table = read(tmp_path, "\n".join(lines) + "\n")

    assert [row["customer_code"] for row in rows(table).values()] == ["A4", "A5"]
    assert messages(table, 2) == ["a cell of it holds whole rows: a quote before them is never closed"]


def test_delimiters_up_to_a_stray_cell_are_no_headings(tmp_path: Path) -> None:
    """A spreadsheet writes them in every row."""
    far = "," * 1200

    table = read(tmp_path, f"customer_code,customer_name{far}\nA1,Ann{far}\n")

    assert rows(table) == {2: {"customer_code": "A1", "customer_name": "Ann"}}
