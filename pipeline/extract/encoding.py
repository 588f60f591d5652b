"""How the characters of a text file are written down."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import UnreadableFile
from pipeline.xlsx.reading.open import is_markup

# Ordered: the mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SIGNATURES = {
    b"PK\x03\x04": "a workbook or another zip file; rename it to .xlsx if it is a workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel or Office file; open it in Excel and save it as CSV UTF-8 or .xlsx",
    b"%PDF": "a PDF; export the table as CSV or .xlsx",
    b"\x89PNG": "a picture; export the table as CSV or .xlsx",
    b"{\\rtf": "a text document; save the table as CSV UTF-8 or .xlsx",
    b"\x1f\x8b": "a compressed file; unpack it first",
}
UNNAMED = "ascii"  # of a file that is not Unicode, where the configuration names no encoding

_PIECE = 2**20  # bytes
_TOLD_BY = 16  # bytes: the first eight characters of the headings
# With the surrogates that stand for undecodable bytes, UTF-8 is invalid: every later check finds them.
_SURROGATES = "surrogatepass"


def find_encoding(path: Path, fallback: str | None, declared: str = "") -> str:
    """Return the codec of a text file: by its byte order mark, else the declared one, else UTF-8, else the fallback.

    Where no fallback is named, a file that is not Unicode is read as ASCII: which letters its other bytes are would be
    a guess, and a guess may not be sent.

    Raises:
        UnreadableFile: not a text file; or not Unicode, and the fallback is "".
    """
    with path.open("rb") as file:
        start = file.read(_PIECE)
    _refuse_binary(start)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    if declared:
        return declared
    if encoding := _utf16_without_mark(start):
        return encoding
    if start[:2000].count(0) > len(start[:2000]) // 8:
        raise UnreadableFile("is not a text file; save it as CSV UTF-8")
    if _is_utf8(path):
        return "utf-8"
    if fallback == "":
        raise UnreadableFile("is not UTF-8, and the configuration names no fallback_encoding; save it as CSV UTF-8")
    return fallback or UNNAMED


def _utf16_without_mark(start: bytes) -> str:
    """Databases export UTF-16 without its mark: headings, which begin in ASCII, show it beyond doubt; "" for others."""
    first = start[:_TOLD_BY]
    for encoding, high, low in (("utf-16-le", first[1::2], first[0::2]), ("utf-16-be", first[0::2], first[1::2])):
        if len(first) == _TOLD_BY and not any(high) and all(low) and low.isascii():
            return encoding
    return ""


def utf8_pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """Read a text file piece by piece as UTF-8 without a byte order mark; undecodable bytes stay invalid."""
    with path.open("rb") as file:
        if encoding in ("utf-8", "utf-8-sig"):
            start = file.read(len(codecs.BOM_UTF8))
            yield b"" if start == codecs.BOM_UTF8 else start
            while piece := file.read(_PIECE):
                yield piece
            return
        # Bytes that a code page does not define become lone surrogates; Unicode's own lone surrogates pass.
        errors = _SURROGATES if encoding.startswith("utf") else "surrogateescape"
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        try:
            while piece := file.read(_PIECE):
                yield decoder.decode(piece).encode("utf-8", _SURROGATES)
            yield decoder.decode(b"", final=True).encode("utf-8", _SURROGATES)
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"is damaged: it is marked as {encoding} but ends or breaks inside a character"
            ) from error


def _refuse_binary(start: bytes) -> None:
    if not start:
        raise UnreadableFile("is empty")
    for signature, what in _SIGNATURES.items():
        if start.startswith(signature):
            raise UnreadableFile(f"is not a text file but {what}")
    if is_markup(start):
        raise UnreadableFile("is a web page or XML, not a table; open it in Excel and save it as CSV UTF-8 or .xlsx")


def _is_utf8(path: Path) -> bool:
    """Whether a file is UTF-8, but for a few damaged lines.

    Text of a code page hardly ever forms valid UTF-8 by chance: where more lines with letters beyond ASCII are UTF-8
    than are not, the file is, and the others are damaged. Reading all of it as a code page would garble the good ones.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    good = bad = 0
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
        else:
            return True
        while line := file.readline(_PIECE):
            if not line.isascii():
                fits = _decodes(line)
                good, bad = good + fits, bad + (not fits)
    return good > bad


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
