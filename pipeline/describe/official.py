"""Clarus's OpenAPI document: the records that it can hold, their attributes, and the lists in which they are found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import UsageError

Schema = Mapping[str, Any]

_MAJOR = "1"  # of the document's own version
_FILTER = re.compile(r"^\| `(\w+)` \| (\w+)", re.MULTILINE)
_QUERY = re.compile(r"query\(\$filter: (\w+)\) \{ (\w+) \{ all\(filter: \$filter\)(.*)", re.DOTALL)
_WORD = re.compile(r"\w+|[{}]")


@dataclass(frozen=True, slots=True)
class OfficialList:
    """A GraphQL list, as its page of the document shows it."""

    name: str
    filter_type: str
    fields: frozenset[str]  # of a node, with dots: "account.code"
    filters: Mapping[str, str]  # by name, the type of their operators

    def shows(self, field: str) -> bool:
        """Whether records can be found by a text of their own: a node shows it, and a filter takes it."""
        return field in self.fields and field in self.filters


@dataclass(frozen=True, slots=True)
class OfficialResource:
    """A record that can be made by a POST."""

    name: str  # the type of JSON:API
    path: str  # after the API path, with ids: "/products/{product_id}/materials"
    attributes: Mapping[str, Schema]  # references resolved
    required: frozenset[str]
    changeable: bool = False  # with PATCH, at its path and id
    needed_in_changes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """What the document says."""

    version: str
    resources: tuple[OfficialResource, ...]
    lists: Mapping[str, OfficialList]


def read_document(path: Path) -> OfficialDocument:
    """Read the document.

    Raises:
        UsageError: it cannot be read, is no OpenAPI document of Clarus, or one of another major version.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{path} is not JSON: {error}") from error
    told = document.get("info") if isinstance(document, dict) else None
    if not isinstance(told, dict) or not isinstance(document.get("paths"), dict):
        raise UsageError(f"{path} is no OpenAPI document: it has no info and no paths")
    version, openapi = str(told.get("version", "")), str(document.get("openapi", ""))
    if version.partition(".")[0] != _MAJOR or not openapi.startswith("3."):
        raise UsageError(
            f"{path} is version {version or 'unknown'} of Clarus's API (OpenAPI {openapi or 'unknown'}): "
            f"this program understands version {_MAJOR} (OpenAPI 3)"
        )
    return OfficialDocument(version, tuple(_resources(document)), {each.name: each for each in _lists(document)})


def _resources(document: Schema) -> Iterator[OfficialResource]:
    for path, methods in document["paths"].items():
        data, attributes = _body(document, methods.get("post", {}))
        if path.startswith("/api/") and attributes.get("properties"):
            types = _property(document, data, "type").get("enum") or [path.rpartition("/")[2]]
            properties = {name: _resolved(document, schema) for name, schema in attributes["properties"].items()}
            change = document["paths"].get(f"{path}/{{id}}", {}).get("patch")
            needed = _body(document, change or {})[1].get("required", ())
            own = frozenset(attributes.get("required", ()))
            yield OfficialResource(
                types[0], path.removeprefix("/api"), properties, own, change is not None, frozenset(needed)
            )


def _body(document: Schema, operation: Schema) -> tuple[Schema, Schema]:
    """What a request sends, and the attributes in it."""
    body = _resolved(document, operation.get("requestBody", {}))
    data = _property(document, _json(body).get("schema", {}), "data")
    return data, _property(document, data, "attributes")


def _lists(document: Schema) -> Iterator[OfficialList]:
    for path, methods in document["paths"].items():
        if not path.startswith("/graphql"):
            continue
        page = methods.get("post", {})
        example = _json(page.get("requestBody", {})).get("example", {}).get("query", "")
        if asked := _QUERY.match(example):
            content = page.get("x-mint", {}).get("content", "")
            yield OfficialList(asked[2], asked[1], frozenset(_fields(asked[3])), dict(_FILTER.findall(content)))


def _fields(query: str) -> Iterator[str]:
    """The fields of a node, those of what it names with a dot: `{ edges { node { id account { id } } } }`."""
    names: list[str] = []
    last = ""
    for word in _WORD.findall(query):
        if word == "{":
            names.append(last)
        elif word == "}":
            if names:
                names.pop()
        else:
            inside = names[names.index("node") + 1 :] if "node" in names else None
            if inside is not None and len(inside) < 2:
                yield ".".join((*inside, word))
        last = word


def _json(spoken: Schema) -> Schema:
    found: Schema = spoken.get("content", {}).get("application/json", {})
    return found


def _property(document: Schema, schema: Schema, name: str) -> Schema:
    return _resolved(document, _resolved(document, schema).get("properties", {}).get(name, {}))


def _resolved(document: Schema, schema: Schema) -> Schema:
    """A schema without references, the parts of an `allOf` laid together."""
    while "$ref" in schema:
        found: Any = document
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        schema = found
    if "allOf" in schema:
        parts = [_resolved(document, part) for part in schema["allOf"]]
        own = {key: value for key, value in schema.items() if key != "allOf"}
        schema = {key: value for part in (*parts, own) for key, value in part.items()}
    return schema
