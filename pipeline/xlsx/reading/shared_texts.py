"""The texts that the cells of a workbook share, and how its XML is parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from pipeline.errors import UnreadableFile

_CHUNK = 2**16  # bytes
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_HALF = re.compile("[\ud800-\udfff]")


def read_shared_texts(part: IO[bytes]) -> list[str]:
    """Read the texts to which cells refer by number."""
    texts: list[str] = []
    pieces: list[str] = []
    state = _TextState()

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state.phonetic = True
        elif name == "t":
            state.inside = not state.phonetic

    def end(name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            texts.append(unescaped("".join(pieces)))
        elif name == "rPh":
            state.phonetic = False
        elif name == "t":
            state.inside = False

    def characters(text: str) -> None:
        if state.inside:
            pieces.append(text)

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    while chunk := part.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return texts


def new_parser() -> expat.XMLParserType:
    """Return an XML parser that refuses document types, and with them every trick with entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def unescaped(text: str) -> str:
    """Undo the spelling of characters in workbooks (`_x000D_`); some writers spell one in two halves (UTF-16)."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if not _HALF.search(plain):
        return plain
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(slots=True)
class _TextState:
    inside: bool = False
    phonetic: bool = False


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile("has a document type inside, as no workbook has; save it in Excel as .xlsx")
