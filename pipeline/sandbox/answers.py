"""The shapes in which Clarus answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline.sandbox.kinds import Json, Violation
from pipeline.sandbox.records import FIRST_LINE_ID, Record
from pipeline.sandbox.resources import Resource


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


DONE = Answer(204, b"")


def json(value: Json, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    return Answer(status, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), tuple(headers))


def refused(violations: Sequence[Violation]) -> Answer:
    errors = [
        {
            "code": 422,
            "symbol": found.symbol,
            "details": found.details,
            "source": found.source,
            "context": None,
        }
        for found in violations
    ]
    return json({"errors": errors}, 422)


def failed(status: int, symbol: str, details: str, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    error = {"code": status, "symbol": symbol, "details": details, "source": None, "context": None}
    return json({"errors": [error]}, status, headers)


def unauthorized(words: str) -> Answer:
    """The one refusal with a shape of its own."""
    return json({"error": words}, 401)


def created(record: Record) -> Answer:
    if record.resource in (Resource.ACCOUNT_PRODUCTS, Resource.CARRIER_SERVICES):
        # The document's examples have neither `data` nor `attributes`.
        return json({"id": record.id, **record.attributes})
    if record.resource is Resource.PICKFACE_PRODUCTS:
        return json({"data": _pick_face(record)})
    shown = str(record.id) if record.resource in _STRING_IDS else record.id
    return json({"data": {"id": shown, "type": record.resource, "attributes": _attributes(record)}})


# By the document's examples of an answer.
_STRING_IDS = {
    Resource.PRODUCT_STORAGE_UNITS,
    Resource.PRODUCT_MATERIALS,
    Resource.DELIVERY_ADDRESSES,
    Resource.SUPPLIERS,
    Resource.CUSTOMERS,
    Resource.CARRIERS,
    Resource.COLLECTION_ADDRESSES,
    Resource.CROSSDOCKS,
}


def _attributes(record: Record) -> Mapping[str, Any]:
    if record.resource not in FIRST_LINE_ID:
        return record.attributes
    lines = [{"type": "ADD", "id": line.id, "attributes": line.attributes} for line in record.lines]
    return {**record.attributes, "lines_changes": lines}


def _pick_face(record: Record) -> dict[str, Any]:
    related = {"product_id": ("product", "products"), "location_id": ("location", "locations")}
    attributes = record.attributes
    return {
        "id": record.id,
        "type": record.resource,
        "attributes": {name: value for name, value in attributes.items() if not name.endswith("_id")},
        "relationships": {
            relation: {"data": {"id": attributes[name], "type": kind}}
            for name, (relation, kind) in related.items()
            if attributes.get(name) is not None
        },
    }
