"""HTML by which a cell can do no harm: every text is escaped where it becomes part of a page, without exception."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import quote

# Characters that browsers obey or refuse: controls, and marks that turn the direction of what follows.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_VOID = frozenset(("meta", "br", "hr"))


class Html(str):
    """A piece of a page. Made by this module only: any other text is escaped when it is put into one."""

    __slots__ = ()


Content = str | Iterable["Content"]


def element(name: str, /, *content: Content, **attributes: str) -> Html:
    """Make an element; `class_` is the attribute class, `data_label` is data-label."""
    named = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    inside = "".join(f' {key}="{escape(_shown(value), quote=True)}"' for key, value in named)
    opened = f"<{name}{inside}>"
    return Html(opened if name in _VOID else f"{opened}{_joined(content)}</{name}>")


def link(path: str, text: str) -> Html:
    """A link to a file beside the page, whatever its name."""
    return element("a", element("bdi", text), href=f"./{quote(path, errors='backslashreplace')}")


def table(headings: Iterable[str], rows: Iterable[Iterable[Content]], label: str) -> Html:
    """A table that can be scrolled to the side; on a narrow screen each row becomes a block with its headings."""
    names = [*headings]
    head = element("thead", element("tr", [element("th", name, scope="col") for name in names]))
    lines = (
        element("tr", [element("td", cell, data_label=name) for name, cell in zip(names, row, strict=True)])
        for row in rows
    )
    body = element("table", head, element("tbody", lines))
    return element("div", body, class_="scroll", role="region", tabindex="0", aria_label=label)


def page(title: str, *content: Content) -> str:
    """A whole page, which needs nothing but itself: it may load nothing and run nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", Html(_STYLE)),
    )
    body = element("body", element("main", *content))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _joined(content: Content) -> str:
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return escape(_shown(content), quote=False)
    return "".join(map(_joined, content))


def _shown(text: str) -> str:
    return _HARMFUL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
