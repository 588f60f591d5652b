"""The reasons beside the cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.archive import Archive, Relation
from pipeline.xlsx.editing.markup import Cell

AUTHOR = "clarus-batch"
_MOST = 20_000  # comments on a sheet; each is a drawing, and Excel opens more only after minutes

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROOT = f'<comments xmlns="{_MAIN}">'
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
_COMMENT = re.compile(r"<comment\b[^>]*>.*?</comment>", re.DOTALL)
_SHAPE = re.compile(r"<v:shape\b.*?</v:shape>", re.DOTALL)
_SHAPE_ROW = re.compile(r"<x:Row>\s*(\d+)\s*</x:Row>")
_SHAPE_COLUMN = re.compile(r"<x:Column>\s*(\d+)\s*</x:Column>")

_FIRST_TEXT = re.compile(r"(<t\b[^>/]*>)")
_OURS_IN_THEIRS = re.compile(rf"(<t\b[^>/]*>){AUTHOR}: [^\n<]*\n")


@dataclass(frozen=True, slots=True)
class _Comments:
    root: str  # the first tag, with the namespaces that the comments use
    authors: list[str]  # as XML, by number
    texts: dict[Cell, str]  # as XML


def write_comments(
    package: Archive, sheet: str, reasons: Mapping[Cell, str], place_of: Callable[[int], int | None]
) -> str | None:
    """Write the comments of a sheet: the user's, in their places, and ours instead of those of an earlier round.

    Args:
        package: The workbook.
        sheet: The sheet's part.
        reasons: What ours say, by cell in the file written.
        place_of: The number in the file written of a row in the source, None where it is left out.

    Returns:
        The id of the relation to the drawing of the comments' boxes, "" when there is none any more, or None when
        nothing about it changed.
    """
    existing = next(package.related(sheet, "comments"), None)
    drawing = next(package.related(sheet, "vmlDrawing"), None)
    if existing is None and not reasons:
        return None
    old = _read(package.read(existing.target)) if existing else _Comments(_ROOT, [], {})
    kept = {
        (place, column): markup.with_attribute(xml, "ref", f"{markup.letters(column)}{place}")
        for (row, column), xml in _of_others(old).items()
        if (place := place_of(row)) is not None
    }
    authors = old.authors if AUTHOR in old.authors else [*old.authors, AUTHOR]
    author = authors.index(AUTHOR)
    comments = kept | {
        cell: _beside(kept[cell], reason) if cell in kept else _comment(cell, author, reason)
        for cell, reason in islice(reasons.items(), _MOST)
    }
    _put_comments(package, sheet, existing, _Comments(old.root, authors, comments))
    return _put_drawing(package, sheet, drawing, comments)


def _read(xml: str) -> _Comments:
    authors = re.search(r"<authors\b[^>]*>(.*?)</authors>", xml, re.DOTALL)
    names = [markup.inner(author.xml) for author in markup.children(authors[1] if authors else "")]
    texts = {}
    for comment in _COMMENT.findall(xml):
        texts[markup.place(markup.attribute(markup.opening(comment), "ref") or "A1")] = comment
    return _Comments(markup.opening(xml[xml.index("<comments") :]), names, texts)


def _of_others(comments: _Comments) -> dict[Cell, str]:
    """What the user wrote, without what we wrote beside it."""
    ours = {str(number) for number, author in enumerate(comments.authors) if author == AUTHOR}
    return {
        cell: _OURS_IN_THEIRS.sub(r"\1", xml)
        for cell, xml in comments.texts.items()
        if markup.attribute(markup.opening(xml), "authorId") not in ours
    }


def _beside(theirs: str, reason: str) -> str:
    """A cell has room for one comment: the reason becomes the first line of the user's."""
    line = markup.content(f"{AUTHOR}: {reason.replace(chr(10), '; ')}")
    return _FIRST_TEXT.sub(lambda text: f"{text[1]}{line}\n", theirs, count=1)


def _comment(cell: Cell, author: int, reason: str) -> str:
    row, column = cell
    text = f'<text><r><t xml:space="preserve">{markup.content(reason)}</t></r></text>'
    return f'<comment ref="{markup.letters(column)}{row}" authorId="{author}">{text}</comment>'


def _put_comments(package: Archive, sheet: str, existing: Relation | None, comments: _Comments) -> None:
    if not comments.texts:
        if existing is not None:
            package.drop(sheet, existing)
        return
    authors = "".join(f"<author>{name}</author>" for name in comments.authors)
    texts = "".join(xml for _, xml in sorted(comments.texts.items()))
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"{comments.root}<authors>{authors}</authors><commentList>{texts}</commentList></comments>"
    )
    if existing is not None:
        package.change(existing.target, xml)
        return
    part = package.free_name("xl/comments/clarus{}.xml")
    package.add(part, xml, _COMMENTS_TYPE)
    package.relate(sheet, "comments", part)


def _put_drawing(package: Archive, sheet: str, drawing: Relation | None, comments: Mapping[Cell, str]) -> str | None:
    old = package.read(drawing.target) if drawing else ""
    if not all(f"xmlns:{prefix}=" in old for prefix in "vox"):
        old = _DRAWING
    shapes = _SHAPE.findall(old)
    controls = [shape for shape in shapes if 'ObjectType="Note"' not in shape]
    if not comments and not controls:
        if drawing is not None:
            package.drop(sheet, drawing)
        return ""
    boxes = {cell: shape for shape in shapes if (cell := _cell_of(shape)) in comments}
    used = [int(number) for number in re.findall(r"_x0000_s(\d+)", old)]
    first = max([1024, *used]) + 1
    boxes |= {
        cell: _box(number, cell, xml) for number, (cell, xml) in enumerate(comments.items(), first) if cell not in boxes
    }
    bare = _SHAPE.sub("", old)
    end = bare.rindex("</xml>")
    xml = "".join((bare[:end], *controls, *boxes.values(), bare[end:]))
    if drawing is not None:
        package.change(drawing.target, xml)
        return None
    part = package.free_name("xl/drawings/clarus{}.vml")
    package.add(part, xml, _DRAWING_TYPE)
    return package.relate(sheet, "vmlDrawing", part)


def _cell_of(shape: str) -> Cell | None:
    row, column = _SHAPE_ROW.search(shape), _SHAPE_COLUMN.search(shape)
    if 'ObjectType="Note"' not in shape or row is None or column is None:
        return None
    return int(row[1]) + 1, int(column[1]) + 1


def _box(number: int, cell: Cell, comment: str) -> str:
    row, column = cell[0] - 1, cell[1] - 1
    height = 3 + len(comment) // 60
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 4, {column + 5}, 0, {max(row - 1, 0) + height}, 4"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
