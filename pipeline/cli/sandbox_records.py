"""The record types that a user declares, told to the sandbox in its own words."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.sandbox import Attribute, Declared, DeclaredList
from schemas import RECORD_TYPES, Column, RecordType
from schemas.vocabulary.lists import CodeList

_KINDS = {"text": "text", "code": "text", "email": "text", "country": "text", "id": "integer"}


def declared_to_sandbox() -> list[Declared]:
    """What the sandbox has to serve for the declared record types."""
    return [_declared(record) for record in RECORD_TYPES.values() if record.is_declared]


def _declared(record: RecordType) -> Declared:
    path = record.path or f"/{record.resource}"
    in_path = {column.attribute for column in record.columns.values() if f"{{{column.attribute}}}" in path}
    attributes = {
        column.attribute: _attribute(column, column.attribute in in_path - {*record.in_body})
        for column in record.columns.values()
    }
    unique = tuple(record.columns[heading].attribute for heading in record.key) if record.listed is not None else ()
    return Declared(record.resource, path, attributes, list(_lists(record)), unique)


def _attribute(column: Column, is_in_path: bool) -> Attribute:
    names = column.lookup.name if column.lookup is not None else ""
    if is_in_path:
        return Attribute("path", names=names)
    if names:
        return Attribute("integer", column.required, names=names)
    checks = column.kind.checks
    between = checks.get("number_between", {})
    return Attribute(
        _KINDS.get(column.kind.name, column.kind.name),
        column.required,
        longest=checks.get("text_at_most", {}).get("longest"),
        lowest=between.get("low"),
        above=checks.get("number_above", {}).get("bound"),
        highest=between.get("high"),
        words=tuple(checks.get("isin", {}).get("allowed_values", ())) if column.kind.name == "choice" else (),
    )


def _lists(record: RecordType) -> Iterator[DeclaredList]:
    if record.listed is not None:
        yield _list(record.listed)
    for column in record.columns.values():
        if column.lookup is not None:
            yield _list(column.lookup)


def _list(codes: CodeList) -> DeclaredList:
    """The fields of its key; what they name is a list whose name is the field's in the plural."""
    fields = tuple(field for field in codes.key if "." not in field)
    links = {name: f"{name}s" for field in codes.key for name, dot, _ in [field.partition(".")] if dot}
    return DeclaredList(codes.name, codes.filter_type, fields, links)
