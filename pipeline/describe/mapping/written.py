"""A proposal as TOML, with its reasons as comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pipeline.describe.mapping.proposal import Proposal

_HOW_SURE = ((100, "certain"), (90, "likely"), (0, "check it"))


def as_toml(proposal: Proposal) -> str:
    """The block, ready for `clarus.toml`."""
    return "\n".join(_lines(proposal)) + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    sample, record = proposal.sample, proposal.record
    yield f"# Proposed for {_plain(sample.name)}: check every line before it is used."
    yield from (f"# open: {_plain(sentence)}" for sentence in proposal.open)
    yield "[[sources]]"
    yield f"match = {_text(sample.name)}"
    yield f"type = {_text(record.name)}"
    if sample.heading_row > 1:
        yield f"heading_row = {sample.heading_row}  # the rows above it are titles"
    if sample.delimiter not in ("", ","):
        yield f"delimiter = {_text(sample.delimiter)}"
    if sample.encoding:
        yield f"# encoding = {_text(sample.encoding)}  # the file is not Unicode: say which letters it has"
    if proposal.decimal_comma:
        yield 'decimal = ","'
        yield 'thousands = "."'
    if proposal.formats:
        yield f"date_formats = {_texts(proposal.formats)}"
    if proposal.fill_down:
        yield f"fill_down = {_texts(proposal.fill_down)}"
    if proposal.fill_within:
        yield f"fill_within = {_text(proposal.fill_within)}"
    if proposal.skip:
        rules = (f"starts = {_text(word)}" if word else "blank = true" for _, word in proposal.skip)
        named = zip(proposal.skip, rules, strict=True)
        yield f"skip = [{', '.join(f'{{ column = {_text(heading)}, {rule} }}' for (heading, _), rule in named)}]"
    yield ""
    yield "[sources.columns]"
    for heading, match in proposal.matches.items():
        sure = next(word for least, word in _HOW_SURE if match.sure >= least)
        written = sample.headings[match.position]
        number = list(sample.headings[: match.position]).count(written) + 1
        source = _text(f"{written}#{number}" if number > 1 else written)
        marked = any(cell.startswith("'") for cell in sample.cells(match.position))
        rule = f'{{ from = {source}, strip = "\'" }}' if marked else source
        yield f"{_key(heading)} = {rule}  # {sure}: {match.why}"
    for heading in proposal.missing:
        yield f'# {_key(heading)} = {{ value = "…" }}  # required, and nothing in the file seems to be it'


def _text(text: str) -> str:
    # A basic string of TOML is written like one of JSON, but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _key(heading: str) -> str:
    return heading if heading.replace("_", "").isalnum() and heading.isascii() else _text(heading)
