"""The sandbox's own contract against the official OpenAPI document, where there is a copy of it."""

import json
import os
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from pipeline.sandbox.contract import body_of, check
from pipeline.sandbox.endpoints import ENDPOINTS, Endpoint
from pipeline.sandbox.kinds import Array, Kind, Object
from pipeline.sandbox.listings import LISTINGS, Listing

Schema = dict[str, Any]
Place = tuple[str | int, ...]  # the keys that lead to a value in a body

_DOCUMENT = Path(os.environ.get("CLARUS_OPENAPI") or Path(__file__).parents[2] / "../shared/clarus/openapi.json")

pytestmark = pytest.mark.skipif(not _DOCUMENT.exists(), reason="CLARUS_OPENAPI names no document")

_WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.method != "DELETE"]

each_endpoint = pytest.mark.parametrize(
    "endpoint", _WITH_BODY, ids=lambda endpoint: f"{endpoint.method} {endpoint.template}"
)

# Whatever an attribute is, most of these are wrong for it, and some are just right.
_ODDITIES: list[Any] = [
    *(None, True, False, 0, 1, -1, 99, 100, 0.5, 5.0, -0.5, 10**12, "", "x", "0", "true", [], {}, [1], {"a": 1}),
    *("x" * 6, "x" * 7, "x" * 10, "x" * 11, "x" * 14, "x" * 15, "é" * 50, "é" * 51, "x" * 80, "x" * 81),
    *("x" * 150, "x" * 151, "x@" + "x" * 252, "x@" + "x" * 253, "x" * 255, "x" * 256, "a@b", "ab"),
    *("2024-01-20T10:00:00Z", "2024-01-20t10:00:00.123+01:00", "2024-02-29T23:59:59-23:59"),
    *("2024-01-20", "2024-01-20T10:00:00", "2024-01-20 10:00:00Z", "2024-01-20T10:00Z", "2023-02-29T10:00:00Z"),
    *("2024-13-01T10:00:00Z", "2024-01-20T24:00:00Z", "2024-01-20T10:00:60Z", "0000-01-01T10:00:00Z"),
    *("2024-01-20T10:00:00+24:00", "2024-01-20T10:00:00+0100", "20240120T100000Z", "٢٠٢٤-01-20T10:00:00Z"),
]


@each_endpoint
def test_covers_exactly_the_official_attributes(endpoint: Endpoint) -> None:
    """No attribute is missing, none is made up, and the same ones are required."""
    _compare(body_of(endpoint.resource, changing=endpoint.changing), _official(endpoint), "")


@each_endpoint
def test_judges_every_attribute_as_the_document_does(endpoint: Endpoint) -> None:
    """Each attribute alone, with each of many odd values, gets the same verdict from both."""
    schema = _official(endpoint)
    validator = _validator(endpoint)

    for place, attribute in _places(schema):
        for value in [*_ODDITIES, *attribute.get("enum", ())]:
            body = _put(_smallest(schema), place, value, schema)

            assert _accepts(endpoint, body) == validator.is_valid(body), f"{place}: {value!r}"


@each_endpoint
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_judges_whole_bodies_as_the_document_does(endpoint: Endpoint, data: st.DataObject) -> None:
    """What the document allows is accepted; broken in one place, both say the same of it."""
    body = data.draw(_valid(_official(endpoint)), label="body")

    assert _accepts(endpoint, body)

    broken = data.draw(_broken(body), label="broken")
    assert _accepts(endpoint, broken) == _validator(endpoint).is_valid(broken)


def test_accepts_the_storage_unit_field_on_receipt_lines_besides() -> None:
    """The configured field is an integer on receipt lines, and known nowhere else."""
    line = {"type": "ADD", "attributes": {"unit_id": 7}}
    attributes = {"account_id": 1, "warehouse_id": 2, "lines_changes": [line]}
    body = {"data": {"type": "goods_in_receipts", "attributes": attributes}}
    endpoint = next(endpoint for endpoint in ENDPOINTS if endpoint.resource == "goods_in_receipts")

    assert check(endpoint.resource, body, storage_unit_field="unit_id") == []
    assert check(endpoint.resource, body) != []


@pytest.mark.parametrize("path", ["products", "goods_in_receipts", "goods_outs", "delivery_addresses", "suppliers"])
def test_answers_as_the_document_says(
    path: str, post: Callable[..., httpx.Response], bodies: dict[str, dict[str, Any]]
) -> None:
    """The answer to a created record keeps the document's schema of that answer."""
    operation = _document()["paths"][f"/api/{path}"]["post"]
    schema = _strict(operation["responses"]["200"]["content"]["application/json"]["schema"])

    answer = post(path, bodies[path])

    assert answer.status_code == 200
    OAS30Validator(schema, format_checker=oas30_format_checker).validate(answer.json())


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.resource)
def test_no_list_has_a_filter_that_the_document_does_not_have(listing: Listing) -> None:
    """What is asked here can be asked of Clarus: its own table of filters, and its name for them together."""
    asked = f"query($filter: {listing.filter_type}) {{ {listing.resource} {{ all(filter: $filter)"
    pages = [page["post"] for path, page in _document()["paths"].items() if path.startswith("/graphql")]
    [page] = [p for p in pages if _json_of(p["requestBody"])["example"]["query"].startswith(asked)]

    documented = re.findall(r"^\| `(\w+)` \| \w+", page["x-mint"]["content"], re.MULTILINE)

    assert set(listing.filters) <= set(documented)


@cache
def _document() -> Schema:
    document: Schema = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    return document


def _json_of(spoken: Any) -> Any:
    return spoken["content"]["application/json"]


def _official(endpoint: Endpoint) -> Schema:
    operation = _document()["paths"][endpoint.template][endpoint.method.lower()]
    return _strict(operation["requestBody"]["content"]["application/json"]["schema"])


@cache
def _validator(endpoint: Endpoint) -> Any:
    return OAS30Validator(_official(endpoint), format_checker=oas30_format_checker)


def _strict(schema: Schema) -> Schema:
    """The schema with its references resolved, and closed wherever it lists properties."""
    if "$ref" in schema:
        found: Any = _document()
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return _strict(found)
    strict = dict(schema)
    if "properties" in schema:
        strict["properties"] = {name: _strict(inner) for name, inner in schema["properties"].items()}
        strict["additionalProperties"] = False
    if "items" in schema:
        strict["items"] = _strict(schema["items"])
    if "allOf" in schema:
        strict["allOf"] = [_strict(part) for part in schema["allOf"]]
    return strict


def _accepts(endpoint: Endpoint, body: Any) -> bool:
    return not check(endpoint.resource, body, changing=endpoint.changing)


def _compare(kind: Kind, schema: Schema, source: str) -> None:
    if isinstance(kind, Array):
        _compare(kind.item, schema["items"], f"{source}[]")
    if isinstance(kind, Object):
        assert kind.members.keys() == schema["properties"].keys(), source
        assert {name for name, member in kind.members.items() if member.required} == set(schema.get("required", ()))
        for name, member in kind.members.items():
            _compare(member, schema["properties"][name], f"{source}.{name}")


def _places(schema: Schema, place: Place = ()) -> Iterator[tuple[Place, Schema]]:
    """Every value that a body may have, lists standing for their first item."""
    yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _places(inner, (*place, name))
    if "items" in schema:
        yield from _places(schema["items"], (*place, 0))


def _smallest(schema: Schema) -> Any:
    """A body with nothing but what is required."""
    while "allOf" in schema:
        schema = schema["allOf"][0]
    match schema["type"]:
        case "object":
            return {name: _smallest(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return []
        case "string" if "enum" in schema:
            return schema["enum"][0]
        case "string":
            return "2024-01-20T10:00:00Z" if schema.get("format") == "date-time" else "x"
        case _:
            return 1


def _put(body: Any, place: Place, value: Any, schema: Schema) -> Any:
    """The body with a value at a place; what leads there is made as small as can be."""
    if not place:
        return value
    key, *rest = place
    inner = schema["items"] if key == 0 else schema["properties"][key]
    if key == 0:
        return [_put(_smallest(inner), tuple(rest), value, inner)]
    return {**body, key: _put(body.get(key, _smallest(inner)), tuple(rest), value, inner)}


def _valid(schema: Schema) -> st.SearchStrategy[Any]:
    """Whatever the document allows, with the limits themselves among it."""
    parts = schema.get("allOf", [schema])
    strategy = _of_type(parts[0])
    # `nullable` reaches neither into an allOf nor past an enum: see the contract.
    nullable = schema.get("nullable") and not {"allOf", "enum"} & schema.keys()
    return st.none() | strategy if nullable else strategy


def _of_type(schema: Schema) -> st.SearchStrategy[Any]:
    match schema["type"]:
        case "object" if "properties" not in schema:
            return st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)
        case "object":
            members = {name: _valid(inner) for name, inner in schema["properties"].items()}
            required = {name: members.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=members)
        case "array":
            return st.lists(_valid(schema["items"]), max_size=3)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "number":
            exclusive = schema.get("exclusiveMinimum", False)
            lowest = schema.get("minimum")
            return st.floats(lowest, exclude_min=exclusive, allow_nan=False, allow_infinity=False) | st.integers(
                None if lowest is None else lowest + exclusive
            )
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(None)).map(lambda moment: moment.isoformat(timespec="seconds") + "Z")
    if schema.get("format") == "email":
        return st.just("john.smith@example.com")
    return st.text(max_size=schema.get("maxLength", 300))


@st.composite
def _broken(draw: st.DrawFn, body: Any) -> Any:
    """The body with one value replaced, one member taken away or one added."""
    broken = deepcopy(body)
    holder, key = draw(st.sampled_from(list(_holders(broken))))
    match draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            holder[key] = draw(st.sampled_from(_ODDITIES))
        case "remove":
            del holder[key]
        case "add" if isinstance(holder, dict):
            holder["made_up"] = draw(st.sampled_from(_ODDITIES))
        case "add":
            holder.append(draw(st.sampled_from(_ODDITIES)))
    return broken


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value inside, as what holds it and the key it has there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _holders(inner)
