"""The bodies of requests: documents with ids in place of codes, as JSON:API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from pipeline.resolve.codes import Key, is_keyed_by_ids
from pipeline.resolve.storage_units import StorageUnits
from pipeline.values.documents import Code, Document, Id, Line, Promise
from pipeline.values.problems import Problem, Severity
from pipeline.values.resolved import Resolved
from schemas.vocabulary.lists import PRODUCTS

IdOf = Callable[[Code], Id]


def written(document: Document, id_of: IdOf, units: StorageUnits) -> Resolved:
    """Write the body of a document whose codes are all known."""
    record = document.record
    attributes = {**document.attributes, **_ids((code for _, code in document.codes), id_of)}
    if record.first_gets and units.is_first(document.key):
        attributes.update(record.first_gets)
    key: Key | None = document.key
    if is_keyed_by_ids(document):
        ids = [attributes[record.columns[heading].attribute] for heading in record.key]
        key = None if any(isinstance(own, Promise) for own in ids) else tuple(map(str, ids))
    path = record.path or f"/{record.resource}"
    in_path = [name for name in attributes if f"{{{name}}}" in path]
    path = path.format(**{name: attributes[name] for name in in_path})
    attributes = {name: value for name, value in attributes.items() if name not in in_path or name in record.in_body}
    lines = [_line(document, line, id_of, units) for line in document.lines]
    body = orjson.dumps(_body(document, attributes, lines))
    return Resolved(document, path, body, attributes, key, tuple(_without_storage_unit(document, units)))


def _body(document: Document, attributes: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    record = document.record
    if record.has_lines:
        attributes["lines_changes"] = lines
    if document.address and record.address_attribute:
        attributes[record.address_attribute] = document.address
    data: dict[str, Any] = {"type": record.resource, "attributes": _nested(attributes) if record.nested else attributes}
    if document.address and not record.address_attribute:
        data["relationships"] = {"address": {"data": {"type": "addresses", "attributes": document.address}}}
    return {"data": data}


def _nested(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes as objects hold them: `dimensions.length` is the length among the dimensions."""
    whole: dict[str, Any] = {}
    for name, value in attributes.items():
        outer, _, inner = name.partition(".")
        if inner:
            whole.setdefault(outer, {})[inner] = value
        else:
            whole[name] = value
    return whole


def _line(document: Document, line: Line, id_of: IdOf, units: StorageUnits) -> dict[str, Any]:
    attributes = {**_ids(line.codes, id_of), **line.attributes}
    if units.are_named_by(document) and (unit := _storage_unit(line, units)) is not None:
        attributes[units.field_name] = unit
    return {"type": "ADD", "attributes": attributes}


def _ids(codes: Iterable[Code], id_of: IdOf) -> dict[str, Any]:
    return {code.attribute: id_of(code) for code in codes}


def _storage_unit(line: Line, units: StorageUnits) -> Id | None:
    products = (code.key[0] for code in line.codes if code.codes is PRODUCTS)
    return next((unit for product in products if (unit := units.of_priority_0(product)) is not None), None)


def _without_storage_unit(document: Document, units: StorageUnits) -> Iterator[Problem]:
    if not units.are_named_by(document):
        return
    for line in document.lines:
        for code in line.codes:
            if code.codes is PRODUCTS and _storage_unit(line, units) is None:
                message = f"{code} has no storage unit of priority 0: the line is sent without one"
                yield Problem(line.row, code.heading, code.key[-1], message, severity=Severity.WARNING)
