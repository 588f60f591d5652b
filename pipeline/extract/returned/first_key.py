"""Whether a file is results that came back, before anything of it is read: by the first key of a row in it."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from pipeline.values.row_keys import RowKey, read_key

_KEY = re.compile(rb"r\d{8}-\d{6}-\d{3}\.[0-9a-f]{8}\.\d{1,8}\.[0-9a-f]{2}")
_SEARCHED = 2**22  # bytes of a file, or of each part of a workbook
_PARTS = re.compile(r"xl/(?:worksheets/|sharedStrings)", re.IGNORECASE)


def first_key(path: Path) -> RowKey | None:
    """The first key of a row among the beginnings of a file; None where there is none, or the file cannot be read."""
    try:
        if not is_zipfile(path):
            with path.open("rb") as file:
                return _key_in(file.read(_SEARCHED))
        with ZipFile(path) as package:
            for name in filter(_PARTS.match, package.namelist()):
                with package.open(name) as part:
                    if key := _key_in(part.read(_SEARCHED)):
                        return key
    except (OSError, BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return None  # reading the file says what is wrong with it
    return None


def _key_in(text: bytes) -> RowKey | None:
    match = _KEY.search(text.replace(b"\0", b""))  # also in UTF-16
    return read_key(match[0].decode("ascii")) if match else None
