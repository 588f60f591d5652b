"""The parts of the configuration that name record types, columns and cells: [columns], [defaults], [values]."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemas import RecordType
    from schemas.vocabulary.dates import Reading

# schemas/ is imported inside the functions: pandera stands behind it, which `--help` need not wait for.

SECTIONS: Mapping[str, str] = {
    "columns": '[columns.orders] "heading of the file" = "column"',
    "defaults": '[defaults.orders] column = "value"',
    "existing": '[existing] orders = "keep", "update" or "error"',
    "ignore_columns": 'ignore_columns.orders = ["heading of the file", …]',
    "values": '[values.orders.column] "word of the file" = "word of Clarus"',
    "required": '[required] orders = ["column", …]',
    "words": '[words] orders.column = ["word", …]',
}
# What only those need who read files: to check it takes the contracts, and so pandera and pandas.
OF_CONTRACTS = frozenset((*SECTIONS, "sources"))
_DEPTH = {"columns": 3, "defaults": 3, "existing": 2, "ignore_columns": 2, "values": 4, "required": 2, "words": 3}


def spelled_by_contract(key: tuple[str, ...], value: Any) -> tuple[tuple[str, ...], Any]:
    """Spell record type and column as the contract does, and fold what stands for headings and words of the file.

    Raises:
        ValueError: with a sentence that names the key, and the nearest record type or column.
    """
    from schemas import RECORD_TYPES
    from schemas.vocabulary.headings import fold, fold_word

    section, where = key[0], ".".join(key)
    if len(key) > 1:
        record = RECORD_TYPES[_known_as(key[1], RECORD_TYPES, "record type", where)]
    if len(key) < _DEPTH[section] and value == {}:
        return key, value
    if len(key) != _DEPTH[section] or isinstance(value, dict):
        raise ValueError(f"{where} must be written as {SECTIONS[section]}")
    if section == "existing":
        if not record.changeable:
            raise ValueError(f"{where}: {record.name} cannot be changed over Clarus's API: remove the key")
        return (section, record.name), value
    if section == "required":
        return (section, record.name), _required(value, record, where)
    if section == "words":
        heading = _heading(key[2], record, where)
        return (section, record.name, heading), _words(value, heading, record, where)
    if section == "ignore_columns":
        return (section, record.name), _headings_of_files(value, where)
    if section == "columns":
        if not isinstance(value, str):
            raise ValueError(f"{where} must be the name of a column, not {value!r}")
        return (section, record.name, fold(key[2])), _heading(value, record, where)
    words = [fold_word(word) for word in key[3:]]
    return (section, record.name, _heading(key[2], record, where), *words), _cell(value, section, where)


def refusal(record: RecordType, heading: str, value: str, reading: Reading) -> str:
    """Say why a column would refuse the value, in words that follow it, or return ""."""
    import pandas as pd
    from pandera.errors import SchemaErrors

    kind = record.columns[heading].kind
    try:
        text = kind.canonical(value, reading) if kind.canonical else value
        cell = pd.DataFrame({heading: pd.Series([text], dtype="str")})
        record.schema.select_columns([heading]).validate(cell, lazy=True)
    except SchemaErrors as refused:
        message = str(refused.failure_cases.sort_values("check_number", kind="stable")["check"].iloc[0])
    except ValueError as unreadable:
        message = str(unreadable)
    else:
        return ""
    hint = kind.hint(value)
    return f"{message} ({hint})" if hint else message


def _required(value: Any, record: RecordType, where: str) -> tuple[str, ...]:
    from schemas import Level

    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{where} must be a list of columns, such as {SECTIONS['required']}")
    headings = tuple(_heading(name, record, where) for name in value)
    for heading in headings:
        if record.columns[heading].level is Level.UNSENT:
            raise ValueError(f"{where}: {heading} is not sent to Clarus, and cannot be required")
    return headings


def _words(value: Any, heading: str, record: RecordType, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word.strip() for word in value):
        raise ValueError(f"{where} must be a list of words, such as {SECTIONS['words']}")
    if record.columns[heading].kind.name != "choice":
        raise ValueError(f"{where}: {heading} is no column of fixed words: there is nothing to add")
    return tuple(word.strip() for word in value)


def _headings_of_files(value: Any, where: str) -> tuple[str, ...]:
    from schemas.vocabulary.headings import fold

    if not isinstance(value, list) or not all(isinstance(heading, str) and heading.strip() for heading in value):
        raise ValueError(f"{where} must be a list of headings, such as {SECTIONS['ignore_columns']}")
    return tuple(fold(heading) for heading in value)


def _heading(written: str, record: RecordType, where: str) -> str:
    from schemas.vocabulary.headings import fold

    if known := record.names.get(fold(written)):
        return known
    return _known_as(written, record.columns, "column", where, f" of {record.name}")


def _known_as(written: str, known: Iterable[str], noun: str, where: str, of: str = "") -> str:
    from schemas.vocabulary.headings import fold

    by_folded = {fold(name): name for name in known}
    if (folded := fold(written)) in by_folded:
        return by_folded[folded]
    nearest = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0)
    hint = f" (did you mean {by_folded[nearest[0]]!r}?)" if nearest else ""
    raise ValueError(f"{where}: unknown {noun} {written!r}{of}{hint}")


def _cell(value: Any, section: str, where: str) -> str:
    """The value as the cell of a file would have it; TOML has numbers, dates and booleans of its own."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = value.strip()
        case int() | float():
            return str(value)
        case datetime.date():  # and datetime, which is one
            return value.isoformat()
        case _:
            raise ValueError(f"{where} must be a text, a number, a date or true or false, not {value!r}")
    if not text and section == "values":
        raise ValueError(f"{where} must not be empty: a word must be mapped to another word")
    return text
