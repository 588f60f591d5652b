"""Record types that a user declares: what a TOML file says of one, checked and made a `RecordType`.

The file names the resource and its path, each column with its attribute and kind, the list in which such records are
found again, and the lists in which codes are looked up.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary import kinds
from schemas.vocabulary.changes import Changes
from schemas.vocabulary.contract import RECORD_TYPES, RecordType, code_of, described, header, loaded_before
from schemas.vocabulary.headings import fold
from schemas.vocabulary.kinds import Kind
from schemas.vocabulary.lists import CodeList, list_called

MAJOR = "1"  # of the official documents whose resources are understood
NOT_LISTED = "none"  # what a file says of a resource that Clarus does not list

_TOP = {"document", "name", "noun", "resource", "path", "in_body", "key", "list", "after", "changeable", "change_needs", "columns"}
_NEEDED = ("document", "name", "noun", "resource", "path", "key", "list", "columns")
_OF_COLUMN = {"attribute", "kind", "longest", "lowest", "highest", "above", "words", "required", "lookup", "within", "note"}
_OF_LIST = {"name", "filter_type", "key", "filter"}
_OF_LOOKUP = {"list", "filter_type", "key", "noun"}
_LIMITS: Mapping[str, frozenset[str]] = {
    "text": frozenset({"longest"}),
    "code": frozenset({"longest"}),
    "email": frozenset({"longest"}),
    "country": frozenset({"longest"}),
    "integer": frozenset({"lowest", "highest"}),
    "number": frozenset({"lowest", "above"}),
    "flag": frozenset(),
    "datetime": frozenset(),
    "choice": frozenset({"words"}),
    "id": frozenset(),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PATH = re.compile(r"(/[a-z0-9_]+|/\{[a-z0-9_]+\})+")


def declared_type(content: Mapping[str, Any]) -> RecordType:
    """Make a record type of what its file says.

    Raises:
        ValueError: one sentence that names the key, and the nearest one that there is.
    """
    _known_keys(content, _TOP, "")
    if missing := [key for key in _NEEDED if key not in content]:
        raise ValueError(f"{missing[0]} is missing")
    _same_major(str(content["document"]))
    texts = {key: _text(content, key) for key in ("name", "noun", "resource", "path")}
    name = texts["name"]
    if not _NAME.fullmatch(name):
        raise ValueError(f"name must be a word in small letters, such as trailers, not {name!r}")
    if not _PATH.fullmatch(texts["path"]):
        raise ValueError(f'path must be as in the API, such as "/trailers", not {texts["path"]!r}')
    columns = content["columns"]
    if not isinstance(columns, dict) or not columns:
        raise ValueError("columns must be tables, such as [columns.code]")
    fields = {heading: _column(heading, spec, name) for heading, spec in columns.items()}
    _once_each(columns)
    key = _headings(content["key"], "key", columns)
    if missing := [part for part in _in_path(texts["path"]) if part not in _attributes(columns)]:
        raise ValueError(f"path names {{{missing[0]}}}, which is the attribute of no column")
    for heading, spec in columns.items():
        if "within" in spec and spec["within"] not in columns:
            raise ValueError(f"columns.{heading}.within: unknown column {spec['within']!r}{_near(spec['within'], columns)}")
    return described(
        name,
        texts["noun"],
        key,
        _model(name, fields),
        resource=texts["resource"],
        path="" if texts["path"] == f"/{texts['resource']}" else texts["path"],
        listed=_listed(content["list"], texts["noun"], key),
        in_body=_names(content.get("in_body", []), "in_body"),
        changeable=_flag(content, "changeable"),
        changes=Changes(needs=_names(content.get("change_needs", []), "change_needs")),
        after=_names(content.get("after", []), "after"),
        identified_by=key,  # by these headings themselves: `code` and `name` are those of every record
    )


def check_together(types: Sequence[tuple[str, RecordType]]) -> list[str]:
    """Say what is wrong with declared types beside one another and beside the built-in ones.

    Args:
        types: each with the file that declares it.
    """
    faults: list[str] = []
    known = {name: "the program" for name, record in RECORD_TYPES.items() if not record.is_declared}
    together = {name: record for name, record in RECORD_TYPES.items() if not record.is_declared}
    for where, record in types:
        if record.name in known:
            faults.append(f"{where}: {record.name} is declared by {known[record.name]} too: give one of them another name")
            continue
        known[record.name], together[record.name] = where, record
    for where, record in types:
        if unknown := [name for name in record.after if name not in together]:
            faults.append(f"{where}: after: unknown record type {unknown[0]!r}{_near(unknown[0], together)}")
    if not faults:
        try:
            TopologicalSorter({name: loaded_before(record, together) for name, record in together.items()}).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            where = next(known[record.name] for _, record in types if record.name in circle)
            faults.append(f"{where}: {' after '.join(circle)} is a circle: none of them can be loaded first")
    return faults


def _column(heading: str, spec: Any, name: str) -> Any:
    where = f"columns.{heading}"
    if not isinstance(spec, dict):
        raise ValueError(f"{where} must be a table, [{where}]")
    _known_keys(spec, _OF_COLUMN, f"{where}.")
    attribute = spec.get("attribute")
    if isinstance(attribute, list):
        raise ValueError(f"{where} is {len(attribute)} attributes ({', '.join(map(str, attribute))}): a column is one")
    if not isinstance(attribute, str) or not attribute:
        raise ValueError(f"{where}.attribute must name the attribute of the API that the column becomes")
    if attribute.count(".") > 1:
        raise ValueError(f"{where}.attribute {attribute!r}: objects within objects cannot be declared, only one level of them")
    rules = {rule: spec[rule] for rule in ("required", "within", "note") if rule in spec}
    if not isinstance(rules.get("required", False), bool):
        raise ValueError(f"{where}.required must be true or false")
    return header(attribute, _kind(spec, where, name, heading), heading, **rules)


def _kind(spec: Mapping[str, Any], where: str, name: str, heading: str) -> Kind:
    if "lookup" in spec:
        return code_of(_lookup(spec["lookup"], where))
    kind = str(spec.get("kind"))
    if kind in ("array", "list"):
        raise ValueError(f"{where}: a list of values cannot stand in a cell, and cannot be declared")
    if kind not in _LIMITS:
        raise ValueError(f"{where}.kind: unknown kind {kind!r}{_near(kind, _LIMITS)}")
    limits = {limit: spec[limit] for limit in ("longest", "lowest", "highest", "above", "words") if limit in spec}
    if wrong := limits.keys() - _LIMITS[kind]:
        raise ValueError(f"{where}.{min(wrong)} says nothing of a {kind}")
    for limit in limits.keys() - {"words"}:
        if isinstance(limits[limit], bool) or not isinstance(limits[limit], int):
            raise ValueError(f"{where}.{limit} must be a whole number")
    match kind:
        case "text":
            return kinds.text(limits.get("longest"))
        case "code":
            return kinds.code(limits.get("longest"))
        case "email":
            return kinds.email(limits.get("longest", 254))
        case "country":
            return kinds.country(limits.get("longest", 6))
        case "integer":
            return kinds.integer(limits.get("lowest"), limits.get("highest"))
        case "number":
            return kinds.number(limits.get("lowest"), limits.get("above"))
        case "flag":
            return kinds.flag()
        case "datetime":
            return kinds.datetime()
        case "choice":
            return kinds.choice(*_names(limits.get("words"), f"{where}.words"))
        case _:
            noun = str(spec["attribute"]).rpartition(".")[2].removesuffix("_id").replace("_", " ")
            return kinds.record_id(noun, f'[values.{name}."{heading}"]')


def _lookup(lookup: Any, where: str) -> CodeList:
    if not isinstance(lookup, dict):
        raise ValueError(f'{where}.lookup must say in which list, such as {{ list = "accounts", … }}')
    _known_keys(lookup, _OF_LOOKUP, f"{where}.lookup.")
    if "list" not in lookup:
        raise ValueError(f"{where}.lookup names no list: a code can only be looked up in one")
    name = _text(lookup, "list", f"{where}.lookup.")
    field = str(lookup.get("key", "code"))
    found = list_called(name, (field,))
    if found is None:
        if missing := [key for key in ("filter_type", "noun") if key not in lookup]:
            raise ValueError(f"{where}.lookup.{missing[0]} is missing")
        found = list_called(name, (field,), str(lookup["filter_type"]), str(lookup["noun"]), field)
    assert found is not None, "made where it was not known"
    return found


def _listed(given: Any, noun: str, key: tuple[str, ...]) -> CodeList | None:
    if given == NOT_LISTED:
        return None
    if not isinstance(given, dict):
        raise ValueError(f'list must say where such records are found, or be "{NOT_LISTED}"')
    _known_keys(given, _OF_LIST, "list.")
    if missing := [each for each in ("name", "filter_type", "key", "filter") if each not in given]:
        raise ValueError(f"list.{missing[0]} is missing")
    fields = _names(given["key"], "list.key")
    if len(fields) != len(key):
        raise ValueError(f"list.key has {len(fields)} parts, and key has {len(key)}: they must say the same")
    name, filter_type, by = (_text(given, each, "list.") for each in ("name", "filter_type", "filter"))
    if by not in {field.replace(".", "_") for field in fields}:
        raise ValueError(f"list.filter must be one of {', '.join(field.replace('.', '_') for field in fields)}, not {by!r}")
    return list_called(name, fields, filter_type, noun, by)


def _model(name: str, fields: Mapping[str, Any]) -> type[pa.DataFrameModel]:
    members = {f"column_{number}": field for number, field in enumerate(fields.values())}
    annotations = {"__annotations__": dict.fromkeys(members, Series[str])}
    return type(name.title().replace("_", ""), (pa.DataFrameModel,), {**annotations, **members, "__module__": __name__})


def _once_each(columns: Mapping[str, Mapping[str, Any]]) -> None:
    by_heading: dict[str, str] = {}
    by_attribute: dict[str, str] = {}
    for heading, spec in columns.items():
        attribute = spec["attribute"]
        if (other := by_heading.setdefault(fold(heading), heading)) != heading:
            both = f"{columns[other]['attribute']} and {attribute}"
            raise ValueError(f"columns.{other} and columns.{heading} are one heading, and would be two attributes: {both}")
        if (other := by_attribute.setdefault(attribute, heading)) != heading:
            raise ValueError(f"columns.{other} and columns.{heading} are both the attribute {attribute}")


def _same_major(document: str) -> None:
    if document.partition(".")[0] != MAJOR:
        raise ValueError(f"document is {document}: this program understands documents of version {MAJOR}, so declare it again")


def _attributes(columns: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {str(spec["attribute"]) for spec in columns.values()}


def _in_path(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def _headings(given: Any, where: str, columns: Mapping[str, Any]) -> tuple[str, ...]:
    names = _names(given, where)
    if not names:
        raise ValueError(f"{where} must name the column that tells one record from another")
    for heading in names:
        if heading not in columns:
            raise ValueError(f"{where}: unknown column {heading!r}{_near(heading, columns)}")
    return names


def _names(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        raise ValueError(f"{where} must be a list of names")
    return tuple(given)


def _flag(given: Mapping[str, Any], key: str) -> bool:
    if not isinstance(value := given.get(key, False), bool):
        raise ValueError(f"{key} must be true or false")
    return value


def _text(given: Mapping[str, Any], key: str, prefix: str = "") -> str:
    value = given[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{prefix}{key} must be a text, not {value!r}")
    return value


def _known_keys(given: Mapping[str, Any], known: Collection[str], prefix: str) -> None:
    for key in given:
        if key not in known:
            raise ValueError(f"unknown key '{prefix}{key}'{_near(key, known)}")


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    if near := difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5):
        return f" (did you mean {near[0]!r}?)"
    return f" (there are {', '.join(names)})"
