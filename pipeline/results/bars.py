"""Bars of row statuses, as inline SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.results.html import Html, element

# By what they mean to somebody who looks at the page; the names are classes of page.css.
_KINDS = {
    "done": ("created", "updated"),
    "kept": ("exists", "noted", "ready"),
    "waiting": ("pending", "unknown"),
    "wrong": ("invalid", "rejected", "blocked"),
    "lost": ("differs", "gone"),
}
_KIND_OF = {status: kind for kind, statuses in _KINDS.items() for status in statuses}
_WIDTH = 1000
_THINNEST = 4  # units: one wrong row among a million is still seen


def bar(statuses: Mapping[str, int], label: str) -> Html:
    """A bar whose pieces are as long as their share of the rows; its label says the same in words."""
    words = ", ".join(f"{count:,} {status}" for status, count in statuses.items() if count)
    pieces = list(_pieces(statuses))
    return Html(
        element(
            "svg",
            element("title", f"{label}: {words}"),
            pieces,
            viewBox=f"0 0 {_WIDTH} 20",
            preserveAspectRatio="none",
            role="img",
            aria_label=f"{label}: {words}",
        )
    )


def legend(statuses: Mapping[str, int]) -> Html:
    """What the colours stand for, with the numbers."""
    return element(
        "ul",
        [
            element("li", element("i", class_=_KIND_OF.get(status, "kept")), f"{count:,} {status}")
            for status, count in _in_order(statuses)
        ],
        class_="legend",
    )


def _pieces(statuses: Mapping[str, int]) -> Iterator[Html]:
    shown = [*_in_order(statuses)]
    rows = sum(count for _, count in shown)
    widths = [max(count * _WIDTH / rows, _THINNEST) for _, count in shown]
    scale, at = _WIDTH / sum(widths) if widths else 1, 0.0
    for (status, _), width in zip(shown, widths, strict=True):
        yield element(
            "rect", x=f"{at:.1f}", y="0", width=f"{width * scale:.1f}", height="20", class_=_KIND_OF.get(status, "kept")
        )
        at += width * scale


def _in_order(statuses: Mapping[str, int]) -> list[tuple[str, int]]:
    order = [*_KIND_OF]
    there = [(status, count) for status, count in statuses.items() if count]
    return sorted(there, key=lambda each: order.index(each[0]) if each[0] in order else len(order))
