"""The rules of one column of a source: a closed list, no code and no expressions."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.config.source_blocks import ColumnRule, Template

Faults = list[str]

_LONGEST_PAD = 255  # characters; no code of Clarus is longer
_HEADING = re.compile(r"\{([^{}]+)\}")


def column_rule(given: Any, where: str, folder: Path, faults: Faults) -> ColumnRule:
    """Read the rules of a column; what is wrong goes to `faults`."""
    if isinstance(given, str):
        given = {"from": given}
    if not isinstance(given, dict):
        faults.append(f'{where} must be a heading of the file, or rules such as {{ from = "SKU", upper = true }}')
        return ColumnRule(None)
    values: dict[str, Any] = {}
    for key, value in given.items():
        try:
            if key == "map":
                values["words"] = _words(value, folder)
            elif key not in _RULES:
                known = (*_RULES, "map")
                near = difflib.get_close_matches(str(key).lower(), known, n=1, cutoff=0)
                faults.append(f"{where}: unknown rule {key!r} (did you mean {near[0]!r}?)")
            else:
                name, read = _RULES[key]
                values[name] = read(value)
        except ValueError as error:
            faults.append(f"{where}: {key} {error}")
    if ("from" in given) == ("value" in given):
        faults.append(f"{where} must have from, a heading of the file, or value, a text for every row")
    if values.get("upper") and values.get("lower"):
        faults.append(f"{where}: upper and lower contradict each other: keep one of them")
    return ColumnRule(**{"source": None, **values})


def template_of(text: Any) -> Template:
    """Read a heading, or a text with headings in braces."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"must be a heading of the file, not {text!r}")
    parts = _HEADING.split(text)
    if any("{" in part or "}" in part for part in parts[0::2]):
        raise ValueError(
            f'must have a heading between each pair of braces, such as "{{City}}, {{County}}", not {text!r}'
        )
    if len(parts) == 1:
        return Template((text,), ("", ""))
    return Template(tuple(parts[1::2]), tuple(parts[0::2]))


def text_list(value: Any) -> tuple[str, ...]:
    """A text, or a list of them."""
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"must be a text or a list of texts, not {value!r}")
    return tuple(texts)


def _words(value: Any, folder: Path) -> Mapping[str, str]:
    """A table of words, or the path of a CSV file of two columns below a row of headings."""
    from schemas.vocabulary.headings import fold_word

    if isinstance(value, str):
        pairs = _words_of_file(folder / value)
    elif isinstance(value, dict):
        pairs = [(str(word), _cell(ours)) for word, ours in value.items()]
    else:
        raise ValueError(f"must be a table of words, or the path of a CSV file of two columns, not {value!r}")
    words: dict[str, str] = {}
    for word, ours in pairs:
        if not word.strip():
            raise ValueError("has a blank word: a blank cell stays blank; what stands in for it is said in [defaults]")
        if words.setdefault(fold_word(word), ours) != ours:
            raise ValueError(f"has two words for {word!r}: {words[fold_word(word)]!r} and {ours!r}")
    return words


def _words_of_file(path: Path) -> list[tuple[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"file {path} is not in UTF-8: save it again as CSV UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    for number, row in enumerate(rows, start=1):
        if row and len(row) != 2:
            raise ValueError(f"file {path} row {number} has {len(row)} columns: it must have two, word and our word")
    return [(row[0], row[1].strip()) for row in rows[1:] if row and row[0].strip()]


def _cell(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value.strip()
        case int() | float():
            return str(value)
    raise ValueError(f"must have texts, numbers or true or false, not {value!r}")


def _value(value: Any) -> str:
    if isinstance(value, dict | list) or not (text := _cell(value)):
        raise ValueError(f"must be a text for every row, not {value!r}")
    return text


def _characters(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"must be a text, not {value!r}")
    return value


def _replace(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()) or "" in value:
        raise ValueError(f'must be a table of texts, such as {{ "." = "-" }}, not {value!r}')
    return tuple(value.items())


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _pad(value: Any) -> tuple[int, str]:
    to, filler = (value.get("to"), str(value.get("with", "0"))) if isinstance(value, dict) else (value, "0")
    known = not isinstance(value, dict) or value.keys() <= {"to", "with"}
    filled = len(filler) == 1 and not isinstance(to, bool)
    if known and filled and isinstance(to, int) and 1 <= to <= _LONGEST_PAD:
        return to, filler
    raise ValueError(f'must be a number of characters, or {{ to = 8, with = "0" }}, not {value!r}')


def _times(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        raise ValueError(f"must be a number, not {value!r}")
    # What the file says, not the binary number nearest to it.
    return Decimal(repr(value))


_RULES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "from": ("source", template_of),
    "value": ("value", _value),
    "strip": ("strip", _characters),
    "strip_left": ("strip_left", _characters),
    "strip_right": ("strip_right", _characters),
    "before": ("before", _characters),
    "after": ("after", _characters),
    "replace": ("replace", _replace),
    "upper": ("upper", _flag),
    "lower": ("lower", _flag),
    "pad": ("pad", _pad),
    "times": ("times", _times),
}
