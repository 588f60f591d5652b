"""The parts of a workbook's zip: which sheets there are, and the texts and styles that their cells share."""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from pipeline.errors import UnreadableFile
from pipeline.xlsx.reading.cells import Context, Style
from pipeline.xlsx.reading.number_formats import format_code, shown_as
from pipeline.xlsx.reading.shared_texts import read_shared_texts
from pipeline.xlsx.reading.shown import changes_texts

# The name spaces differ between the two editions of the standard; the local names do not.
_ID = "}id"
_XML = (".xml", ".rels")
_CHUNK = 2**16  # bytes
_DAMAGED = "is damaged inside; open it in Excel, let it repair the file, and save it"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of cells."""

    name: str
    part: str  # its path in the zip
    hidden: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What a workbook holds besides its cells."""

    sheets: list[Sheet]
    context: Context


@contextmanager
def damage_reported() -> Iterator[None]:
    """Turn the many ways in which a damaged zip or XML part shows into one sentence."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:  # of the zip
        raise UnreadableFile(_DAMAGED) from error
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError, OverflowError) as error:  # of the XML
        raise UnreadableFile(_DAMAGED) from error


def read_parts(package: ZipFile) -> Parts:
    """Read the directory of a workbook.

    Raises:
        UnreadableFile: the zip holds no workbook.
    """
    main = _main_part(package)
    book = _xml(package, main)
    links = _links(package, main)
    texts = _named(links, "sharedStrings")
    styles = _named(links, "styles")
    properties, calculation = book.find("{*}workbookPr"), book.find("{*}calcPr")
    context = Context(
        texts=_shared_texts(package, texts) if texts else [],
        # Some writers name a part of styles that they do not write.
        styles=_styles(_xml(package, styles)) if styles in package.namelist() else [Style()],
        from_1904=_flag(properties, "date1904"),
        uncalculated=_flag(calculation, "fullCalcOnLoad"),
    )
    return Parts(list(_sheets(book, links)), context)


def check_others(package: ZipFile, read: Collection[str]) -> None:
    """Make sure that the parts which nobody has read are whole: the results take them over.

    Raises:
        BadZipFile, zlib.error, expat.ExpatError: a part is damaged.
    """
    for part in package.namelist():
        if part in read:
            continue
        with package.open(part) as file:
            if part.endswith(_XML):
                expat.ParserCreate().ParseFile(file)
            while file.read(_CHUNK):  # to the end, where the sum of the part is compared
                pass


def _main_part(package: ZipFile) -> str:
    try:
        return _named(_links(package, ""), "officeDocument") or "xl/workbook.xml"
    except KeyError as error:
        raise UnreadableFile("is a zip file but no workbook; save the table in Excel as .xlsx") from error


def _links(package: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts to which a part refers: by id, the last word of their type and their path."""
    folder, name = posixpath.split(part)
    root = _xml(package, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        link.attrib["Id"]: (
            link.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, link.attrib["Target"])).lstrip("/"),
        )
        for link in root
        if link.attrib.get("TargetMode") != "External"
    }


def _named(links: dict[str, tuple[str, str]], kind: str) -> str:
    return next((path for name, path in links.values() if name == kind), "")


def _sheets(book: ElementTree.Element, links: dict[str, tuple[str, str]]) -> Iterator[Sheet]:
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        link = next((value for name, value in sheet.attrib.items() if name.endswith(_ID)), "")
        kind, part = links[link]
        if kind == "worksheet":  # neither a chart nor a dialog
            yield Sheet(sheet.attrib["name"], part, sheet.attrib.get("state", "visible") != "visible")


def _shared_texts(package: ZipFile, part: str) -> list[str]:
    if part not in package.namelist():
        return []
    with package.open(part) as file:
        return read_shared_texts(file)


def _styles(root: ElementTree.Element) -> list[Style]:
    own = {int(form.attrib["numFmtId"]): form.attrib["formatCode"] for form in root.iterfind("{*}numFmts/{*}numFmt")}
    codes = [format_code(int(cell.attrib.get("numFmtId", 0)), own) for cell in root.iterfind("{*}cellXfs/{*}xf")]
    known = {code: Style(code, shown_as(code), changes_texts(code)) for code in set(codes)}
    return [known[code] for code in codes] or [Style()]


def _xml(package: ZipFile, part: str) -> ElementTree.Element:
    with package.open(part) as file:
        return _parsed(file)


def _parsed(file: IO[bytes]) -> ElementTree.Element:
    # Today's expat refuses entities that grow without bound, and outside ones are never fetched.
    return ElementTree.parse(file).getroot()


def _flag(element: ElementTree.Element | None, name: str) -> bool:
    return element is not None and element.attrib.get(name) in ("1", "true")
