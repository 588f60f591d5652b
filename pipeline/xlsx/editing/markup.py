"""XML as text: parts of a workbook are edited in place, so that all that is not ours stays to the letter."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding=["']([A-Za-z0-9_.-]+)["']""")
_TAG = re.compile(r"""<(/?)([A-Za-z_][\w:.-]*)((?:[^>"']|"[^"]*"|'[^']*')*?)(/?)>""")
# What XML 1.0 cannot hold, and lone surrogates, which UTF-8 cannot.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LIMIT = 32_767  # characters in a cell (Excel's specifications and limits)


class Element(NamedTuple):
    """A child of a root element: its name and its whole text."""

    name: str
    xml: str


def decoded(part: bytes) -> str:
    """The text of a part, with the elements of its main namespace freed of their prefix."""
    # Old drawings are no XML in the strict sense: a letter that is damaged there must not cost the results.
    text = part.decode(encoding_of(part[:200]), "replace")
    return without_prefix(declared_utf8(text), prefix_of(text))


def encoding_of(start: bytes) -> str:
    """The codec of a part that begins so."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if declared := _DECLARED.match(start):
        with suppress(LookupError):
            name = codecs.lookup(declared[1].decode("ascii")).name
            return "utf-8-sig" if name == "utf-8" else name
    return "utf-8-sig"


def declared_utf8(text: str) -> str:
    """Let the XML declaration name the encoding in which parts are written."""
    return re.sub(r"""^(<\?xml[^>]*?encoding=)["'][^"']*["']""", r'\1"UTF-8"', text, count=1)


def prefix_of(text: str) -> str:
    """The prefix of the root element, which some writers set (`x:worksheet`), or ""."""
    match = re.search(r"<(?![?!])(?:(\w+):)?", text)
    return (match[1] or "") if match else ""


def without_prefix(text: str, prefix: str) -> str:
    """Turn `<x:row>` into `<row>`; safe as text, because `<` stands in no value."""
    if not prefix:
        return text
    text = text.replace(f"<{prefix}:", "<").replace(f"</{prefix}:", "</")
    return text.replace(f"xmlns:{prefix}=", "xmlns=")


def children(xml: str) -> Iterator[Element]:
    """The elements of a text, each with everything inside it; text between them is left out."""
    depth, start, name = 0, 0, ""
    for tag in _TAG.finditer(xml):
        closing, self_closing = bool(tag[1]), bool(tag[4])
        if not closing:
            if depth == 0:
                start, name = tag.start(), tag[2]
            depth += not self_closing
        else:
            depth -= 1
        if depth == 0 and (closing or self_closing):
            yield Element(name, xml[start : tag.end()])


def opening(xml: str) -> str:
    """The first tag of an element."""
    match = _TAG.match(xml)
    if match is None:
        raise ValueError(f"no element: {xml[:80]}")
    return match[0]


def inner(xml: str) -> str:
    """What stands between the first tag and the last."""
    first = opening(xml)
    return "" if first.endswith("/>") else xml[len(first) : xml.rindex("</")]


def attribute(tag: str, name: str) -> str | None:
    """The value of an attribute of a tag, as it is written."""
    match = _attribute(name).search(tag)
    return match[1] if match else None


def with_attribute(xml: str, name: str, value: object) -> str:
    """The element with an attribute set in its first tag."""
    tag = opening(xml)
    given = f' {name}="{value}"'
    changed, times = _attribute(name).subn(given, tag, count=1)
    if not times:
        at = -2 if tag.endswith("/>") else -1
        changed = f"{tag[:at].rstrip()}{given}{tag[at:]}"
    return changed + xml[len(tag) :]


def without_attribute(tag: str, name: str) -> str:
    """The tag without an attribute."""
    return _attribute(name).sub("", tag)


def content(text: str) -> str:
    """A text as XML: what XML cannot hold is replaced visibly, and what Excel could not show is cut."""
    text = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(text) > _CELL_LIMIT:
        text = f"{text[: _CELL_LIMIT - 1]}…"
    return escape(text, {'"': "&quot;"})


@cache
def letters(column: int) -> str:
    """The name of a column by its number: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


@cache
def column_number(name: str) -> int:
    """The number of a column by its name: A is 1, AA is 27."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def place(reference: str) -> tuple[int, int]:
    """Row and column of a cell's reference: B7 is (7, 2)."""
    name = reference.replace("$", "").rstrip("0123456789")
    return int(reference.replace("$", "")[len(name) :]), column_number(name)


@cache
def _attribute(name: str) -> re.Pattern[str]:
    return re.compile(rf"""\s{re.escape(name)}\s*=\s*["']([^"']*)["']""")


Cell = tuple[int, int]  # row, column
