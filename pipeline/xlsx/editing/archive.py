"""The archive that a workbook is: parts, relations between them, content types (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from shutil import copyfileobj
from typing import IO, TextIO
from xml.etree import ElementTree
from zipfile import ZipFile

from pipeline.xlsx.editing import markup

_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NO_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LARGE = 1 << 30  # bytes; what grows beyond 2 GiB needs ZIP64
_CONTENT_TYPES = "[Content_Types].xml"
_DEFINED_NAME = re.compile(r"""<definedName\b[^>]*?\blocalSheetId=["'](\d+)["'][^>]*>.*?</definedName>""", re.DOTALL)
_WITH_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_WITHOUT_MACROS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@dataclass(frozen=True, slots=True)
class Relation:
    """That one part uses another."""

    id: str
    kind: str  # the last word of its type: worksheet, comments, table …
    target: str  # name of the part


class Archive:
    """A workbook being copied: parts are read from the source, changed or left out, and the rest goes over as it is."""

    def __init__(self, source: ZipFile) -> None:
        self._source = source
        self._names = dict.fromkeys(source.namelist())
        self._changed: dict[str, str] = {}
        self._gone: set[str] = set()
        main = next(self.related("", "officeDocument"), None)
        self.workbook = main.target if main else "xl/workbook.xml"

    def __contains__(self, part: str) -> bool:
        return (part in self._names or part in self._changed) and part not in self._gone

    def read(self, part: str) -> str:
        """The text of a part as it is by now."""
        return self._changed.get(part) or markup.decoded(self._source.read(part))

    def stream(self, part: str) -> TextIO:
        """The text of a part of the source, for reading piece by piece."""
        with self._source.open(part) as beginning:
            encoding = markup.encoding_of(beginning.read(200))
        return TextIOWrapper(self._source.open(part), encoding, newline="")

    def change(self, part: str, text: str) -> None:
        """Give a part another text."""
        self._changed[part] = text

    def add(self, part: str, text: str, content_type: str) -> None:
        """Add a part, or replace it."""
        if part not in self:
            self._gone.discard(part)
            types = self.read(_CONTENT_TYPES)
            override = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
            self._changed[_CONTENT_TYPES] = types.replace("</Types>", f"{override}</Types>")
        self._changed[part] = text

    def free_name(self, pattern: str) -> str:
        """A name for a new part; `{}` in the pattern becomes a number."""
        number = 1
        while (name := pattern.format(number)) in self._names or name in self._changed:
            number += 1
        return name

    def related(self, part: str, kind: str) -> Iterator[Relation]:
        """The parts of a kind that a part uses; "" is the archive itself."""
        relations = _relations_of(part)
        if relations not in self:
            return
        for element in ElementTree.fromstring(self.read(relations)):
            if element.get("TargetMode") == "External" or element.get("Type", "").rpartition("/")[2] != kind:
                continue
            target = posixpath.join(posixpath.dirname(part), element.get("Target", ""))
            name = posixpath.normpath(target).lstrip("/")
            if name in self:  # some writers name parts that they do not write
                yield Relation(element.get("Id", ""), kind, name)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let a part use another; returns the relation's id."""
        relations = _relations_of(part)
        text = self.read(relations) if relations in self else _NO_RELATIONS
        text = re.sub(r"(<Relationships\b[^>]*?)\s*/>", r"\1></Relationships>", text)
        used = set(re.findall(r'\bId="([^"]*)"', text))
        name = next(name for number in range(1, len(used) + 2) if (name := f"rIdClarus{number}") not in used)
        relation = f'<Relationship Id="{name}" Type="{_DOCUMENT}/{kind}" Target="/{target}"/>'
        self._changed[relations] = text.replace("</Relationships>", f"{relation}</Relationships>")
        return name

    def drop(self, owner: str, relation: Relation) -> None:
        """Leave out a part that only its owner uses."""
        self._gone.add(relation.target)
        self._changed.pop(relation.target, None)
        relations = _relations_of(owner)
        identity = re.escape(relation.id)
        pattern = rf"""<Relationship\b[^>]*?\bId=["']{identity}["'][^>]*?(?:/>|>\s*</Relationship>)"""
        self._changed[relations] = re.sub(pattern, "", self.read(relations))
        name = re.escape(f"/{relation.target}")
        override = rf"""<Override\b[^>]*?\bPartName=["']{name}["'][^>]*?(?:/>|>\s*</Override>)"""
        self._changed[_CONTENT_TYPES] = re.sub(override, "", self.read(_CONTENT_TYPES))

    def forget_macros(self) -> None:
        """Leave out macros, and be the workbook without them that the suffix .xlsx promises."""
        for relation in list(self.related(self.workbook, "vbaProject")):
            self.drop(self.workbook, relation)
        types = self.read(_CONTENT_TYPES)
        if _WITH_MACROS in types:
            self._changed[_CONTENT_TYPES] = types.replace(_WITH_MACROS, _WITHOUT_MACROS)

    def sheets(self) -> list[tuple[str, str]]:
        """Name and part of each sheet, in the order of the workbook."""
        parts = {relation.id: relation.target for relation in self.related(self.workbook, "worksheet")}
        found = []
        for element in ElementTree.fromstring(self.read(self.workbook)).iter():
            if element.tag.rpartition("}")[2] == "sheet":
                ids = [value for key, value in element.attrib.items() if key.endswith("}id")]
                found.append((element.get("name", ""), parts.get(ids[0], "") if ids else ""))
        return found

    def drop_sheet(self, part: str) -> None:
        """Leave out a sheet; names that belong to later ones follow their sheets."""
        number = [target for _, target in self.sheets()].index(part)
        relation = next(each for each in self.related(self.workbook, "worksheet") if each.target == part)
        book = self.read(self.workbook)
        book = re.sub(rf"""<(?:\w+:)?sheet\b[^>]*?\b\w+:id=["']{re.escape(relation.id)}["'][^>]*?/>""", "", book)
        book = re.sub(r"""\s(?:activeTab|firstSheet)=["']\d+["']""", "", book)
        book = _DEFINED_NAME.sub(lambda name: _without_sheet(name, number), book)
        self.change(self.workbook, book)
        self.drop(self.workbook, relation)
        self._gone.add(_relations_of(part))

    def shared_strings(self, numbers: set[int]) -> dict[int, str]:
        """Some of the texts that cells name by number."""
        found: dict[int, str] = {}
        part = next((relation.target for relation in self.related(self.workbook, "sharedStrings")), "")
        if not numbers or part not in self:
            return found
        with self._source.open(part) as stream:
            number = 0
            for _, element in ElementTree.iterparse(stream):
                if not element.tag.endswith("}si"):
                    continue
                if number in numbers:
                    found[number] = _text(element)
                    if len(found) == len(numbers):
                        break
                number += 1
                element.clear()
        return found

    def replacement(self, target: ZipFile, part: str) -> IO[bytes]:
        """Open a part of the target, to write what stands there instead of the source's."""
        # Excel offers to repair archives that use ZIP64 without need.
        large = self._source.getinfo(part).file_size > _LARGE
        return target.open(part, "w", force_zip64=large)

    def write_rest(self, target: ZipFile, written: set[str]) -> None:
        """Write all parts but those already written and those left out."""
        for name in self._names:
            if name not in written and name not in self._changed and name not in self._gone:
                with self._source.open(name) as part, self.replacement(target, name) as copy:
                    copyfileobj(part, copy)
        for name, text in self._changed.items():
            if name not in written:
                target.writestr(name, text)


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _text(item: ElementTree.Element) -> str:
    """The text of a shared string, without the reading aids (phonetic runs) of Japanese text."""
    texts = []
    for child in item:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            texts.append(child.text or "")
        elif name == "r":
            texts.extend(run.text or "" for run in child if run.tag.endswith("}t"))
    return "".join(texts)


def _without_sheet(name: re.Match[str], dropped: int) -> str:
    number = int(name[1])
    if number == dropped:
        return ""
    if number < dropped:
        return name[0]
    return re.sub(r"""(\blocalSheetId=["'])\d+""", rf"\g<1>{number - 1}", name[0], count=1)
