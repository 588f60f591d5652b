"""`[[sources]]` of the configuration, checked to the last key before any file is taken."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config import rules
from pipeline.config.column_rules import Faults, column_rule, text_list
from pipeline.config.source_blocks import ColumnRule, Skip, Source

if TYPE_CHECKING:
    from schemas import RecordType

_QUOTINGS = ("none", "double", "backslash")
_MARKS = (".", ",", "'", "’", " ", "_", "")
_CONDITIONS = ("is", "is_not", "starts", "blank")
# A source never changes the tenant, nor where files lie: of a profile, only what speaks of files is used.
OF_FILES = {"columns", "defaults", "values", "ignore_columns", "timezone", "date_formats"}
OF_FILES |= {"unsent_columns", "unknown_columns", "fallback_encoding", "crossdock_lines", "required", "words"}


def read_sources(given: Any, where: str, folder: Path) -> tuple[tuple[Source, ...], list[str]]:
    """Read all blocks.

    Args:
        given: what TOML has under `sources`.
        where: the file and key, for messages.
        folder: of the configuration; the paths of `map` start there.

    Returns:
        The blocks without a fault, and one sentence for each fault.
    """
    if not isinstance(given, list) or not all(isinstance(block, dict) for block in given):
        return (), [f"{where} must be written as [[sources]], once for each kind of file"]
    faults: list[str] = []
    sources: list[Source] = []
    for number, block in enumerate(given, start=1):
        own: list[str] = []
        source = _block(block, f"{where}[{number}]", folder, own)
        own += _unreachable(source, sources)
        if not own:
            sources.append(source)
        faults += own
    return tuple(sources), faults


def _unreachable(source: Source, before: Sequence[Source]) -> list[str]:
    """Say that a block can never be used, for one before it takes the same files and sheets."""
    own = source.match.casefold()
    earlier = (other for other in before if other.match.casefold() == own and other.sheet in ("", source.sheet))
    if first := next(earlier, None):
        return [f"{source.where}: is never used: {first.where} is for the same files, and the first is taken"]
    return []


def _block(block: Mapping[str, Any], place: str, folder: Path, faults: Faults) -> Source:
    match = block.get("match")
    where = f'{place} ("{match}")' if isinstance(match, str) else place
    values: dict[str, Any] = {}
    for key, value in block.items():
        if key not in _KEYS:
            faults.append(f"{where}: unknown key {key!r}{_near(key, _KEYS)}")
        elif key != "columns":
            try:
                values[key] = _KEYS[key](value)
            except ValueError as error:
                faults.append(f"{where}: {key} {error}")
    if "match" not in block:
        faults.append(f'{where}: match is missing: it names the files, such as match = "orders*.csv"')
    columns, record = _columns(block.get("columns", {}), values.get("type", ""), where, folder, faults)
    if columns:
        values["type"] = record
    if (decimal := values.get("decimal") or ".") == values.get("thousands"):
        faults.append(f"{where}: decimal and thousands are the same: {decimal!r}")
    if values.get("quoting", "double") != "double" and not values.get("delimiter"):
        faults.append(f'{where}: quoting = "{values["quoting"]}" needs a delimiter, such as delimiter = "\\t"')
    if values.get("fill_within") and not values.get("fill_down"):
        faults.append(f"{where}: fill_within needs fill_down, the columns that are filled")
    return Source(**{"match": "", **values}, where=where, columns=columns)


def _columns(
    given: Any, type_name: str, where: str, folder: Path, faults: Faults
) -> tuple[Mapping[str, ColumnRule], str]:
    """The rules by heading of ours, and the record type that they are of."""
    from schemas import RECORD_TYPES
    from schemas.vocabulary.headings import fold

    if not isinstance(given, dict):
        faults.append(f"{where}: columns must be a table, [sources.columns]")
        return {}, type_name
    if not given or (type_name and type_name not in RECORD_TYPES):
        return {}, type_name
    names = [fold(name) for name in given]
    fitting = [record.name for record in RECORD_TYPES.values() if all(name in record.names for name in names)]
    if not type_name and len(fitting) != 1:
        faults.append(
            f'{where}: the columns do not say which record type the file holds: add type = "orders" or another'
        )
        return {}, ""
    record = RECORD_TYPES[type_name or fitting[0]]
    columns: dict[str, ColumnRule] = {}
    written: dict[str, str] = {}
    for name, rule in given.items():
        heading = record.names.get(fold(name), "")
        if not heading:
            near = _nearest_column(name, record)
            faults.append(f"{where}: columns: unknown column {name!r} of {record.name}{near}")
            continue
        if heading in columns:
            both = f"{written[heading]!r} and {name!r}" if written[heading] != name else repr(name)
            faults.append(f"{where}: columns: two sources for one column: {both} both mean {heading}; keep one of them")
        made = column_rule(rule, f"{where}: columns.{name}", folder, faults)
        columns[heading], written[heading] = made, name
    return columns, record.name


def _nearest_column(name: str, record: RecordType) -> str:
    from schemas.vocabulary.headings import fold

    near = difflib.get_close_matches(fold(name), record.names, n=1, cutoff=0)
    return f" (did you mean {record.names[near[0]]!r}?)" if near else ""


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text, not {value!r}")
    return value


def _type(value: Any) -> str:
    from schemas import RECORD_TYPES
    from schemas.vocabulary.headings import fold

    by_folded = {fold(name): name for name in RECORD_TYPES}
    if not isinstance(value, str) or fold(value) not in by_folded:
        raise ValueError(f"must be a record type, not {value!r}{_near(str(value), RECORD_TYPES)}")
    return by_folded[fold(value)]


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(map(repr, words))}, not {value!r}")
        return str(value)

    return read


def _character(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in '"\r\n\\\0' or ord(value) > 127:
        raise ValueError(f'must be one character, such as ";" or "\\t", not {value!r}')
    return value


def _row(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be the number of a row, not {value!r}")
    return value


def _checked(rule: Callable[[Any], Any], read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        return rule(read(value))

    return checked


def _zones(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('must be a table, such as { PDT = "America/Los_Angeles" }')
    zones: dict[str, str] = {}
    for name, zone in value.items():
        try:
            zones[_text(name)] = rules.timezone(_text(zone))
        except ValueError as error:
            raise ValueError(f"{name} {error}") from error
    return zones


def _skips(value: Any) -> tuple[Skip, ...]:
    if not isinstance(value, list):
        raise ValueError('must be a list, such as [{ column = "Status", is = "voided" }]')
    return tuple(_skip(rule) for rule in value)


def _skip(rule: Any) -> Skip:
    if not isinstance(rule, dict) or not isinstance(rule.get("column"), str):
        raise ValueError(f"must name a column in each rule, not {rule!r}")
    conditions = {key: value for key, value in rule.items() if key != "column"}
    if unknown := [key for key in conditions if key not in _CONDITIONS]:
        raise ValueError(f"has an unknown rule {unknown[0]!r}{_near(unknown[0], _CONDITIONS)}")
    if len(conditions) != 1:
        raise ValueError(f"must have one of {', '.join(_CONDITIONS)} beside column {rule['column']!r}")
    [(condition, value)] = conditions.items()
    if condition == "blank":
        if not isinstance(value, bool):
            raise ValueError(f"must say blank = true or false, not {value!r}")
        return Skip(rule["column"], condition, wanted=value)
    return Skip(rule["column"], condition, text_list(value))


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "match": _text,
    "type": _type,
    "sheet": _text,
    "profile": _text,
    "encoding": _checked(rules.encoding, _text),
    "delimiter": _character,
    "quoting": _one_of(_QUOTINGS),
    "decimal": _one_of((".", ",")),
    "thousands": _one_of(_MARKS),
    "date_formats": _checked(rules.date_formats, text_list),
    "timezone": _checked(rules.timezone, _text),
    "zones": _zones,
    "blank_words": text_list,
    "fill_down": text_list,
    "fill_within": _text,
    "skip": _skips,
    "ignore": text_list,
    "heading_row": _row,
    "columns": dict,
}
