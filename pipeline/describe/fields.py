"""What a file may hold, column by column: the contract and the configuration in words, for `clarus-batch fields`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from pipeline.config import Settings
from pipeline.config.adapted import adapted
from schemas import Column, Level, RecordType
from schemas.vocabulary.dates import format_in_words
from schemas.vocabulary.headings import fold
from schemas.vocabulary.kinds import Kind

_LONGEST_NAME = 31  # characters; no heading in snake case is longer, and the others break at blanks
_GAP = "  "


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One accepted column."""

    heading: str  # of the contract
    in_files: tuple[str, ...]  # headings that the configuration reads as this column
    level: Level
    required: bool
    kind: str  # "text", "code", "integer", …
    holds: str  # what a cell may be
    attribute: str  # of the API; "" where nothing is sent, or another rule makes the attributes
    becomes: str  # what is made of it, in words
    lookup: str  # the list of Clarus in which the code is looked up
    default: str  # for blank cells
    default_from: str  # "configuration", "contract", "column", ""
    words: Mapping[str, str]  # word of the file -> word of Clarus
    note: str
    in_template: bool  # an empty file has it, without all columns being asked for


def describe(record: RecordType, settings: Settings | None = None) -> list[FieldLine]:
    """Describe every accepted column, in the order of the contract."""
    settings = settings or Settings()
    record = adapted(record, settings)
    return [_describe(column, record, settings) for column in record.columns.values()]


def file_headings(record: RecordType, settings: Settings, all_columns: bool = False) -> dict[str, str]:
    """Return the heading that a file should have for each column, by contract heading.

    A column is left out when the configuration reads its own heading as another column: no file can hold it.

    Args:
        all_columns: also those that Clarus's templates lack and few need, unless the configuration names them.
    """
    configured = settings.columns.get(record.name, {})
    renamed: dict[str, str] = {}
    for folded, heading in configured.items():
        renamed.setdefault(heading, settings.spellings.get(folded, folded))
    return {
        heading: renamed.get(heading, heading)
        for heading, column in record.columns.items()
        if (not column.besides or column.required or all_columns or heading in renamed)
        if heading in renamed or configured.get(fold(heading), heading) == heading
    }


def as_json(lines: Iterable[FieldLine]) -> list[dict[str, Any]]:
    """The same for other programs."""
    return [asdict(line) for line in lines]


def as_text(lines: Iterable[FieldLine], width: int = 100) -> str:
    """A table of three columns that fits into `width` characters."""
    rows = [("COLUMN", "MAY HOLD", "BECOMES"), *(_row(line) for line in lines)]
    first = min(_LONGEST_NAME, max(len(name) for name, _, _ in rows))
    left = width - first - 2 * len(_GAP)
    widths = first, int(left * 0.42), left - int(left * 0.42)
    return "\n".join(text for row in rows for text in _wrapped(row, widths))


def rule(line: FieldLine) -> str:
    """The line as sentences, as a note beside the heading."""
    return "\n".join(sentence[:1].upper() + sentence[1:] for sentence in _sentences(line))


def _describe(column: Column, record: RecordType, settings: Settings) -> FieldLine:
    name, heading = record.name, column.heading
    spellings = settings.spellings
    renamed = [folded for folded, meant in settings.columns.get(name, {}).items() if meant == heading]
    words = settings.values.get(name, {}).get(heading, {})
    default, default_from = _default(column, settings.defaults.get(name, {}))
    return FieldLine(
        heading=heading,
        in_files=tuple(spellings.get(folded, folded) for folded in renamed),
        level=column.level,
        required=column.required,
        kind=column.kind.name,
        holds=_in_words(column.kind, settings.date_formats),
        attribute="" if column.level is Level.CONTROL else column.attribute,
        becomes=_becomes(column, record),
        lookup=column.lookup.name if column.lookup else column.book,
        default=default,
        default_from=default_from,
        words={spellings.get(folded, folded): word for folded, word in words.items()},
        note=_note(column, settings.columns.get(name, {})),
        in_template=not column.besides,
    )


def _default(column: Column, configured: Mapping[str, str]) -> tuple[str, str]:
    if column.heading in configured:
        return configured[column.heading], "configuration"
    if column.default:
        return column.default, "contract"
    return (column.fallback, "column") if column.fallback else ("", "")


def _becomes(column: Column, record: RecordType) -> str:
    match column.level:
        case Level.UNSENT:
            return "not sent: not in Clarus's API"
        case Level.CONTROL:
            return "not sent: says how to load the row"
        case Level.PARENT:
            return f"{record.hierarchy} row of its {record.key[0]}: {column.attribute}"
        case Level.FOLLOW_UP:
            return f"{column.part.replace('_', ' ')} of the {record.noun}, created after it: {column.attribute}"
        case Level.ADDRESS if column.book:
            return f"the address with this code in {column.book}"
        case Level.ADDRESS:
            return f"address: {column.attribute}"
        case Level.LINE:
            return f"line: {column.attribute or _of_quantity(column, record)}"
        case Level.HEADER:
            return f"{record.noun}: {column.attribute}"


def _of_quantity(column: Column, record: RecordType) -> str:
    """The columns that share in a line's quantity have no attribute of their own."""
    quantity = record.quantity
    if quantity and column.heading == quantity.dimension:
        return f"stock_configuration with {quantity.configurations}, or {quantity.measured_in}"
    return quantity.plain if quantity else ""


def _note(column: Column, configured: Mapping[str, str]) -> str:
    taken = configured.get(fold(column.heading), column.heading)
    if taken != column.heading and column.heading not in configured.values():
        return f"cannot be filled: the configuration maps this heading to {taken}"
    within = f"within {column.within}" if column.within else ""
    also = f"also headed {', '.join(column.aliases)}" if column.aliases else ""
    return "; ".join(filter(None, (within, column.note, also)))


def _in_words(kind: Kind, date_formats: tuple[str, ...]) -> str:
    limits = kind.checks.get("number_between", {})
    low, high = limits.get("low"), limits.get("high")
    longest = kind.checks.get("text_at_most", {}).get("longest")
    match kind.name:
        case "code" if kind.lookup:
            return f"code of {_a(kind.lookup.noun)}"
        case "text" | "code":
            return f"text, up to {longest} characters" if longest else "text"
        case "email":
            return f"e-mail address, up to {longest} characters"
        case "country":
            return "ISO 3166 country code, such as GB or CA-ON"
        case "choice":
            return f"one of {', '.join(kind.checks['isin']['allowed_values'])}"
        case "flag":
            return "TRUE or FALSE"
        case "id":
            return f"{kind.rule}, in digits"
        case "datetime":
            return f"date ({', or '.join(('2026-06-10 14:30', *map(format_in_words, date_formats)))})"
        case _:
            noun = "whole number" if kind.name == "integer" else "number"
            if "number_above" in kind.checks:
                return f"{noun} above {kind.checks['number_above']['bound']}"
            if high is not None:
                return f"{noun} from {low} to {high}"
            return noun if low is None else f"{noun}, at least {low}"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _sentences(line: FieldLine) -> Iterator[str]:
    yield f"required: {line.holds}" if line.required else line.holds
    yield line.becomes
    yield from _extras(line)


def _extras(line: FieldLine) -> Iterator[str]:
    if line.default_from:
        told = {"configuration": f"{line.default} (configured)", "column": f"as {line.default}"}
        yield f"blank: {told.get(line.default_from, line.default)}"
    if line.words:
        yield f"words: {', '.join(f'{word} = {meant}' for word, meant in line.words.items())}"
    if line.note:
        yield line.note


def _row(line: FieldLine) -> tuple[str, str, str]:
    names = [line.heading, *(f"  = {name}" for name in line.in_files)]
    holds, becomes, *extras = _sentences(line)
    return "\n".join(names), holds, "\n".join((becomes, *extras))


def _wrapped(row: tuple[str, str, str], widths: tuple[int, int, int]) -> Iterator[str]:
    cells = [
        [
            part
            for text in cell.split("\n")
            for part in textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
        ]
        for cell, width in zip(row, widths, strict=True)
    ]
    for parts in zip_longest(*cells, fillvalue=""):
        yield _GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
