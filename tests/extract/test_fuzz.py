"""Whatever bytes a file holds, it is read or refused in words."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract
from tests.support.records import cells_by_row

HEADINGS = "Code;Description;Unit Stock Unit Type Code;Stop;remark\r\n"
TEXT = (
    HEADINGS + 'A1;"one\nline";EACH;;x\r\n\r\nB2;"two";EACH;yes;\r\n ;;;;\r\nC3;caf\xe9;EACH;no;"""q"""\r\n'
).encode()


def workbook() -> bytes:
    """A small valid workbook."""
    book = openpyxl.Workbook()
    for row in [["Code", "Description", "Unit Stock Unit Type Code"], ["A1", "one", 12.0], ["B2", None, "=1+1"]]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WORKBOOK = workbook()
SHEET = "xl/worksheets/sheet1.xml"


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """A valid file after a few accidents."""
    damaged = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(damaged) - 1, 0)))
        accident = draw(st.sampled_from(["change", "insert", "cut", "drop"]))
        if accident == "change" and damaged:
            damaged[at] = draw(st.integers(0, 255))
        elif accident == "insert":
            damaged[at:at] = draw(st.sampled_from([b'"', b"\0", b"\r", b"\n", b";", b"\xff", b"\xef\xbb\xbf", b'"\n"']))
        elif accident == "cut":
            del damaged[at:]
        else:
            del damaged[at : at + draw(st.integers(1, 9))]
    return bytes(damaged)


def repacked(sheet: bytes) -> bytes:
    """The workbook with another sheet inside."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.namelist():
            new.writestr(part, sheet if part == SHEET else old.read(part))
    return file.getvalue()


def read(name: str, content: bytes) -> None:
    """Read a file; anything but tables or UnreadableFile fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        try:
            tables = extract(path, Options())
        except UnreadableFile:
            return
        for table in tables:
            assert table.frame.index.is_unique
            assert not set(table.broken).intersection(table.frame.index)
            assert set(table.broken) <= {problem.row for problem in table.problems}
            if table.dialect:
                rows = [row for row, _ in cells_by_row(path, table.dialect)]
                assert rows == list(range(1, len(rows) + 1))
                assert max([*table.frame.index, *table.broken], default=0) <= len(rows)


@settings(max_examples=400, deadline=None)
@given(content=mutated(TEXT) | st.binary(max_size=200).map(HEADINGS.encode().__add__) | st.binary(max_size=100))
def test_text_files_are_read_or_refused(content: bytes) -> None:
    """Random and damaged text files give tables that add up, or a sentence."""
    read("fuzz.csv", content)


@settings(max_examples=300, deadline=None)
@given(sheet=mutated(zipfile.ZipFile(io.BytesIO(WORKBOOK)).read(SHEET)))
def test_sheets_are_read_or_refused(sheet: bytes) -> None:
    """Damage in the XML of a sheet never shows as anything but a sentence."""
    read("fuzz.xlsx", repacked(sheet))


@settings(max_examples=400, deadline=None)
@given(content=mutated(WORKBOOK) | st.binary(max_size=100) | st.binary(max_size=100).map(b"PK\x03\x04".__add__))
def test_workbooks_are_read_or_refused(content: bytes) -> None:
    """Random and damaged workbooks give tables, or a sentence."""
    read("fuzz.xlsx", content)
