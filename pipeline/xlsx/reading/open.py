"""A workbook file as the zip that it is, opened only after a look at its directory.

A zip of 4 MB can unpack to 4 GB: no part is read before the sizes that the directory declares are found bearable, and
zipfile never unpacks more than it declares.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from pipeline.errors import UnreadableFile
from pipeline.xlsx.part_names import with_usual_names

_LARGEST = 2 * 2**30  # bytes unpacked, all parts together; a million full rows take about half
_LARGEST_IN_MEMORY = 128 * 2**20  # bytes unpacked of a part that is held as a whole, such as the shared texts
_LARGEST_TREE = 16 * 2**20  # bytes unpacked of a part whose elements are all held, at thirty times its size
_TREES = ("styles.xml", "workbook.xml", ".rels", "[content_types].xml")
_STEEPEST = 100  # times smaller when packed; sheets get 5 to 30 times smaller
_SMALL = 16 * 2**20  # bytes unpacked; below, no packing is suspicious
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = 0x1
_START = 100  # bytes that tell what a file is


@contextmanager
def open_workbook(path: Path) -> Iterator[ZipFile]:
    """Open a workbook's zip.

    Raises:
        UnreadableFile: encrypted, damaged, no workbook at all, or larger inside than any workbook.
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        raise UnreadableFile("is empty")
    if start.startswith(_OLE):
        raise UnreadableFile("is encrypted or an old .xls; save it in Excel as .xlsx without a password")
    if is_markup(start):
        raise UnreadableFile("is a web page or XML, not a workbook; open it in Excel and save it as .xlsx")
    if not start.startswith(b"PK"):
        raise UnreadableFile("is not a workbook; if it holds text, rename it to .csv, else save it in Excel as .xlsx")
    try:
        package = with_usual_names(ZipFile(path))
    except BadZipFile as error:
        raise UnreadableFile("is cut off or damaged; copy it again") from error
    with package:
        _refuse_weapons(package)
        yield package


def _refuse_weapons(package: ZipFile) -> None:
    parts = package.infolist()
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise UnreadableFile("is encrypted; save it without a password")
    if sum(part.file_size for part in parts) > _LARGEST:
        raise UnreadableFile(f"unpacks to more than {_LARGEST >> 30} GB: split it into smaller workbooks")
    for part in parts:
        if part.file_size > _SMALL and part.file_size > _STEEPEST * part.compress_size:
            raise UnreadableFile(
                f"unpacks to {part.file_size >> 20} MB of next to nothing; save the filled rows as a new workbook"
            )
        if part.file_size > _LARGEST_IN_MEMORY and "/worksheets/" not in part.filename:
            raise UnreadableFile(f"has {part.file_size >> 20} MB of texts or formats: split it into smaller workbooks")
        if part.file_size > _LARGEST_TREE and part.filename.lower().endswith(_TREES):
            raise UnreadableFile(
                f"has {part.file_size >> 20} MB of formats: save the filled rows, without formats, as a new workbook"
            )


# Web applications like to call a page of HTML an Excel file.
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|meta|\?xml)\b", re.IGNORECASE)


def is_markup(start: bytes) -> bool:
    """Whether a file that begins so is a web page or XML."""
    return _MARKUP.match(start.removeprefix(codecs.BOM_UTF8)) is not None
