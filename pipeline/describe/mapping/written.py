"""A proposal as TOML, with its reasons as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from pipeline.describe.mapping import shapes
from pipeline.describe.mapping.likeness import Match
from pipeline.describe.mapping.proposal import Proposal
from pipeline.describe.mapping.structure import SkipRule

HEAD = "# Proposed by clarus-batch map"
_HOW_SURE = ((95, "certain"), (86, "likely"), (0, "check it"))
_DIGITS = re.compile(r"\d+(?:[._-]\d+)*")


def as_toml(proposal: Proposal) -> str:
    """The block, ready for `clarus.toml`."""
    lines = [*_head(proposal), "[[sources]]", *_of_file(proposal), *_of_rows(proposal), "", *_columns(proposal)]
    return "\n".join(lines) + "\n"


def with_stand_ins(proposal: Proposal, stand_in: Callable[[str], str]) -> tuple[str, dict[str, str]]:
    """The block with something for each required column, for a preview: the likeliest column, else a stand-in.

    Returns:
        The block, and the likeliest columns that were taken, by heading of ours.
    """
    # Which letters they are is a guess; for a look at them any will do.
    text = as_toml(proposal).replace("\n# encoding = ", "\nencoding = ")
    lines, taken = [text], dict[str, str]()
    for heading in proposal.missing:
        match = next((match for match in proposal.doubtful if match.heading == heading), None)
        if match is not None:
            taken[heading] = match.origin
        value = _rule(match, proposal) if match else f"{{ value = {_text(stand_in(heading))} }}"
        lines.append(f"{_key(heading)} = {value}")
    return "\n".join(lines), taken


def how_sure(match: Match) -> str:
    """How sure a match is, in words."""
    return next(word for least, word in _HOW_SURE if match.sure >= least)


def _head(proposal: Proposal) -> Iterator[str]:
    yield f"{HEAD} for {_plain(proposal.sample.name)}: check every line before it is used."
    yield from (f"# open: {_plain(sentence)}" for sentence in proposal.open)


def _of_file(proposal: Proposal) -> Iterator[str]:
    sample = proposal.sample
    yield f"match = {_text(_pattern(sample.name))}"
    yield f"type = {_text(proposal.record.name)}"
    if sample.sheet:
        yield f"sheet = {_text(sample.sheet)}"
    if sample.heading_row > 1:
        yield f"heading_row = {sample.heading_row}  # the rows above it are titles"
    if sample.delimiter not in ("", ",") or sample.quoting:
        yield f"delimiter = {_text(sample.delimiter)}"
    if sample.quoting:
        yield f"quoting = {_text(sample.quoting)}"
    if sample.encoding:
        yield f"# encoding = {_text(sample.encoding)}  # the file is not Unicode: say which letters these are"
    if proposal.numbers.decimal:
        yield f"decimal = {_text(proposal.numbers.decimal)}"
    if proposal.numbers.thousands:
        yield f"thousands = {_text(proposal.numbers.thousands)}"
    if proposal.date_formats:
        yield f"date_formats = {_texts(proposal.date_formats)}"
    if proposal.zones:
        zones = ", ".join(f"{name} = {_text(zone)}" for name, zone in proposal.zones.items())
        yield f"zones = {{ {zones} }}"
    if proposal.names_no_zone:
        yield '# timezone = "Europe/London"  # of the times, which name none; UTC unless set'


def _of_rows(proposal: Proposal) -> Iterator[str]:
    if proposal.filling.down:
        yield f"fill_down = {_texts(proposal.filling.down)}"
    if proposal.filling.within:
        yield f"fill_within = {_text(proposal.filling.within)}"
    if rules := [rule for rule in proposal.skip if rule.sure]:
        yield "skip = ["
        yield from (f"    {_skip(rule)},  # {_plain(rule.why)}" for rule in rules)
        yield "]"
    for rule in proposal.skip:
        if not rule.sure:
            yield f"# skip: {_skip(rule)}  # {_plain(rule.why)}"
    if proposal.ignore:
        yield f"ignore = {_texts(proposal.ignore)}"


def _columns(proposal: Proposal) -> Iterator[str]:
    yield "[sources.columns]"
    for heading, match in proposal.matches.items():
        yield f"{_key(heading)} = {_rule(match, proposal)}  # {how_sure(match)}: {_plain(match.why)}"
    for match in proposal.doubtful:
        yield f"# {_key(match.heading)} = {_rule(match, proposal)}  # perhaps: {_plain(match.why)}"
    mentioned = {match.heading for match in proposal.doubtful}
    for heading, value in proposal.missing.items():
        if heading in mentioned:
            continue
        if value:
            yield f"# {_key(heading)} = {{ value = {_text(value)} }}  # required: stands above the table of this file"
        else:
            yield f'# {_key(heading)} = {{ value = "…" }}  # required, and no column of the file surely is it'


def _rule(match: Match, proposal: Proposal) -> str:
    rules = [f"from = {_text(match.origin)}"]
    cells = [cell for source in match.sources for cell in source.filled]
    if any(cell.startswith("'") for cell in cells) and proposal.record.columns[match.heading].kind.name != "datetime":
        rules.append('strip_left = "\'"')
    if len(match.sources) == 1 and shapes.are_named_codes(cells) and "bracket" in match.why:
        rules += ['before = "]"', 'after = "["']
    if "dozen" in match.sources[0].words.all and proposal.record.columns[match.heading].kind.name == "number":
        rules.append("times = 12")
    if match.heading == "country_code" and proposal.countries:
        rules.append(
            f"map = {{ {', '.join(f'{_text(word)} = {_text(code)}' for word, code in proposal.countries.items())} }}"
        )
    return _text(match.origin) if len(rules) == 1 else f"{{ {', '.join(rules)} }}"


def _skip(rule: SkipRule) -> str:
    if rule.condition == "blank":
        return f"{{ column = {_text(rule.column)}, blank = true }}"
    words = _texts(rule.words) if len(rule.words) > 1 else _text(rule.words[0])
    return f"{{ column = {_text(rule.column)}, {rule.condition} = {words} }}"


def _pattern(name: str) -> str:
    """The name with its numbers open: tomorrow's export has another date."""
    stem, dot, suffix = name.rpartition(".")
    escaped = re.sub(r"([\[*?])", r"[\1]", stem)
    opened = re.sub(r"\*+", "*", _DIGITS.sub("*", escaped)) if re.search(r"[^\W\d_]{3}", stem) else escaped
    return f"{opened}{dot}{suffix}"


def _text(text: str) -> str:
    # A basic string of TOML is written like one of JSON, but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _key(heading: str) -> str:
    return heading if heading.replace("_", "").isalnum() and heading.isascii() else _text(heading)
