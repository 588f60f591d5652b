"""Workbooks made to exhaust the machine are refused, or read, within little time and memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

HEADINGS = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("customer_code", "customer_name"))
HEAD = f'<row r="1">{HEADINGS}</row>'
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

# In a process of its own, so that its memory can be limited: 400 MB beyond what the libraries take.
READ = """
import resource, sys
from pathlib import Path
import pyarrow.csv, pandas, openpyxl
from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract, workbook
size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 400 * 2**20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
try:
    print("read", [len(table.frame) for table in extract(Path(sys.argv[1]), Options())])
except UnreadableFile as error:
    print("refused", error)
"""


def arm(folder: Path, part: str, pieces: Iterator[bytes]) -> Path:
    """Write a workbook of which one part is something else."""
    book = openpyxl.Workbook()
    book.active.append(["code", "name"])
    book.save(folder / "plain.xlsx")
    with (
        zipfile.ZipFile(folder / "plain.xlsx") as plain,
        zipfile.ZipFile(folder / "armed.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as armed,
    ):
        for name in plain.namelist():
            if name != part:
                armed.writestr(name, plain.read(name))
        with armed.open(part, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
    return folder / "armed.xlsx"


def sheet(*rows: str, dimension: str = "A1", times: int = 1) -> Iterator[bytes]:
    """The XML of a sheet whose rows are repeated."""
    yield f'<worksheet xmlns="{SPACE}"><dimension ref="{dimension}"/><sheetData>{HEAD}'.encode()
    for _ in range(times):
        yield from (row.encode() for row in rows)
    yield b"</sheetData></worksheet>"


def outcome(path: Path) -> str:
    """Read a workbook within limits and return what came of it."""
    done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, timeout=30, check=False)
    return done.stdout or f"died of {done.returncode}: {done.stderr[-500:]}"


FAR = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
ROW = '<row r="2"><c t="inlineStr"><is><t>A1</t></is></c></row>'


@pytest.mark.parametrize(
    ("part", "pieces", "expected"),
    [
        pytest.param(SHEET, sheet("<c/>" * 2**18, times=100), "refused armed.xlsx: unpacks to 100 MB", id="sheet bomb"),
        pytest.param(TEXTS, iter([b"<sst>", *[b"<si/>" * 2**18] * 100]), "refused", id="texts bomb"),
        pytest.param(SHEET, sheet(ROW, FAR), "read [1]", id="far cell"),
        pytest.param(SHEET, sheet(ROW, dimension="A1:XFD1048576"), "read [1]", id="giant dimension"),
        pytest.param(SHEET, sheet(ROW, ROW), "refused armed.xlsx: is damaged", id="row twice"),
        pytest.param(SHEET, sheet('<row r="1048577"/>'), "refused armed.xlsx: has a row 1048577", id="row too far"),
        pytest.param(
            SHEET,
            sheet('<row r="2"><c r="XFE2"><v>1</v></c></row>'),
            "refused armed.xlsx: has a column XFE",
            id="column",
        ),
        pytest.param(
            SHEET,
            iter([b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>']),
            "refused armed.xlsx: has a document type",
            id="entities",
        ),
        pytest.param(
            SHEET, sheet(f'<row r="2"><c t="str"><v>{"x" * (15 * 2**20)}'), "refused armed.xlsx: is damaged", id="text"
        ),
    ],
)
def test_weapons_are_harmless(tmp_path: Path, part: str, pieces: Iterator[bytes], expected: str) -> None:
    """Each has one outcome, within ten seconds and 400 MB."""
    path = arm(tmp_path, part, pieces)

    result = outcome(path)

    assert result.startswith(expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param(2**32 - 2, "refused armed.xlsx: unpacks to more than 2 GB", id="enormous"),
        pytest.param(50, "refused armed.xlsx: is damaged", id="understated"),
    ],
)
def test_declared_sizes_are_binding(tmp_path: Path, size: int, expected: str) -> None:
    """A part is never unpacked beyond what the directory declares, and too much declared is not unpacked at all."""
    path = arm(tmp_path, SHEET, sheet(ROW))
    content = bytearray(path.read_bytes())
    entry = content.rindex(SHEET.encode()) - 46  # of the directory, ahead of the name
    content[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)

    result = outcome(path)

    assert result.startswith(expected)
