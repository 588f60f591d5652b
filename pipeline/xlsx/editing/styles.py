"""The styles of a workbook, and the few that results add to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache

from pipeline.xlsx.editing import markup

EMPTY_STYLES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


class Styles:
    """The styles part. Cells name a style by its number; each method gives the number of a variant of a style."""

    def __init__(self, xml: str) -> None:
        self._xml = xml = _complete(xml)
        self._fonts = _Section(xml, "fonts")
        self._fills = _Section(xml, "fills")
        self._formats = _Section(xml, "cellXfs")
        self.filled: Callable[[int, str], int] = cache(self._filled)
        self.bold: Callable[[int], int] = cache(self._bold)
        self.wrapped: Callable[[int], int] = cache(self._wrapped)

    def marked(self, colours: Collection[str]) -> dict[int, int]:
        """The styles that fill cells with one of these colours (ARGB), and what they are without it."""
        ours = [
            str(number) for number, fill in enumerate(self._fills.items) if any(colour in fill for colour in colours)
        ]
        styles = list(enumerate(self._formats.items))
        return {
            number: self._formats.number(markup.with_attribute(style, "fillId", 0))
            for number, style in styles
            if markup.attribute(markup.opening(style), "fillId") in ours
        }

    def _filled(self, style: int, colour: str) -> int:
        fill = self._fills.number(
            f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/>'
            "</patternFill></fill>"
        )
        xml = markup.with_attribute(self._format(style), "fillId", fill)
        return self._formats.number(markup.with_attribute(xml, "applyFill", 1))

    def _bold(self, style: int) -> int:
        xml = self._format(style)
        font = self._fonts.items[int(markup.attribute(markup.opening(xml), "fontId") or 0)]
        inside = re.sub(r"<b\b[^>]*/>", "", markup.inner(font))
        number = self._fonts.number(f"<font><b/>{inside}</font>")
        return self._formats.number(markup.with_attribute(markup.with_attribute(xml, "fontId", number), "applyFont", 1))

    def _wrapped(self, style: int) -> int:
        tag = markup.opening(markup.with_attribute(self._format(style), "applyAlignment", 1))
        return self._formats.number(f'{tag.rstrip("/>")}><alignment vertical="top" wrapText="1"/></xf>')

    def _format(self, style: int) -> str:
        # Some writers name styles that they do not define; Excel shows those cells as plain.
        return self._formats.items[style if style < len(self._formats.items) else 0]

    def __str__(self) -> str:
        xml = self._xml
        for section in (self._fonts, self._fills, self._formats):
            xml = section.put_into(xml)
        return xml


class _Section:
    """A list of the styles part, whose items are named by their number."""

    def __init__(self, xml: str, name: str) -> None:
        self._pattern = re.compile(rf"<{name}\b[^>]*>.*?</{name}>", re.DOTALL)
        match = self._pattern.search(xml)
        if match is None:
            raise ValueError(f"no {name}")
        self._tag = markup.opening(match[0])
        self._end = f"</{name}>"
        self.items = [element.xml for element in markup.children(markup.inner(match[0]))]
        self._numbers = {item: number for number, item in reversed(list(enumerate(self.items)))}

    def number(self, item: str) -> int:
        """The number of an item, which is added when it is new."""
        if item not in self._numbers:
            self._numbers[item] = len(self.items)
            self.items.append(item)
        return self._numbers[item]

    def put_into(self, xml: str) -> str:
        tag = markup.with_attribute(self._tag, "count", len(self.items))
        section = "".join((tag, *self.items, self._end))
        return self._pattern.sub(lambda _: section, xml, count=1)


def _complete(xml: str) -> str:
    """The styles part with a list of each kind, which some writers leave out."""
    xml = re.sub(r"<(styleSheet|fonts|fills|borders|cellStyleXfs|cellXfs)\b([^>]*?)/>", r"<\1\2></\1>", xml)
    before = markup.opening(xml[xml.index("<styleSheet") :])
    if numbers := re.search(r"<numFmts\b[^>]*?(?:/>|>.*?</numFmts>)", xml, re.DOTALL):
        before = numbers[0]
    for element in markup.children(markup.inner(EMPTY_STYLES[EMPTY_STYLES.index("<styleSheet") :])):
        present = re.search(rf"<{element.name}\b[^>]*>\s*<(?!/).*?</{element.name}>", xml, re.DOTALL)
        if present is None:
            xml = re.sub(rf"<{element.name}\b[^>]*></{element.name}>", "", xml)
            xml = xml.replace(before, before + element.xml, 1)
            before = element.xml
        else:
            before = present[0]
    return xml
