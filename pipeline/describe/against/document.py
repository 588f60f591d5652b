"""Clarus's OpenAPI document, as far as the pipeline's contract can be held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError

Schema = Mapping[str, Any]

_MAJOR = "1"  # of the API that the contract was written for
_FILTER_ROW = re.compile(r"^\|\s*`(\w+)`\s*\|\s*\w+InputType\b", re.MULTILINE)
_LIST = re.compile(r"query\s*\(\s*\$filter:\s*(\w+)!?.*?\)\s*\{\s*(\w+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a document, or our contract, says of one attribute."""

    kind: str  # "text", "date and time", "e-mail address", "whole number", "number", "true or false", "object", "list"
    longest: int | None = None  # characters
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    above: bool = False  # more than `low`, not `low` itself
    required: bool = False


@dataclass(frozen=True, slots=True)
class ListOfRecords:
    """A GraphQL list."""

    filter_type: str
    filters: frozenset[str]


@dataclass(frozen=True)
class ApiDocument:
    """The parts of the document that requests of ours depend on."""

    tree: Schema
    version: str

    def body(self, path: str, method: str) -> Mapping[str, Attribute] | None:
        """Every attribute of a body: `x` of the record, `address.x`, `lines.x`; None without such a request."""
        operation = self._by_shape.get(_shape(f"/api{path}"), {}).get(method)
        if operation is None:
            return None
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        data = self._resolved(self._properties(schema).get("data", {}))
        attributes = self._properties(data).get("attributes", {})
        found = dict(self._attributes(attributes))
        relationships = self._properties(self._properties(data).get("relationships", {}))
        related = self._properties(self._properties(relationships.get("address", {})).get("data", {}))
        found |= {f"address.{name}": each for name, each in self._attributes(related.get("attributes", {}))}
        return found

    @cached_property
    def lists(self) -> Mapping[str, ListOfRecords]:
        """The GraphQL lists by name, with the filters that the document tells of."""
        found = {}
        for path, methods in self.tree["paths"].items():
            if path.startswith("/graphql#") and isinstance(methods, dict):
                text = json.dumps(methods)
                content = str(methods.get("post", {}).get("x-mint", {}).get("content", ""))
                if match := _LIST.search(content) or _LIST.search(text):
                    found[match[2]] = ListOfRecords(match[1], frozenset(_FILTER_ROW.findall(content)))
        return found

    @cached_property
    def _by_shape(self) -> Mapping[str, Any]:
        return {_shape(path): methods for path, methods in self.tree["paths"].items() if isinstance(methods, dict)}

    def _attributes(self, schema: Schema) -> Iterator[tuple[str, Attribute]]:
        """The attributes of an object; those of its lines and of an address inside it have that before them."""
        schema = self._resolved(schema)
        required = schema.get("required", ())
        for name, given in self._properties(schema).items():
            inner = self._resolved(given)
            yield name, _attribute(inner, name in required)
            if name == "lines_changes":
                changes = self._properties(inner.get("items", {}))
                yield from ((f"lines.{line}", each) for line, each in self._attributes(changes.get("attributes", {})))
            elif name == "address":
                yield from ((f"address.{part}", each) for part, each in self._attributes(inner))

    def _properties(self, schema: Schema) -> Mapping[str, Any]:
        found = self._resolved(schema).get("properties", {})
        return found if isinstance(found, dict) else {}

    def _resolved(self, schema: Schema) -> Schema:
        """A schema with its references followed, and the parts of an `allOf` put together."""
        for _ in range(20):  # a reference that leads to itself leads nowhere
            if "$ref" not in schema:
                break
            target: Any = self.tree
            for key in str(schema["$ref"]).removeprefix("#/").split("/"):
                target = target.get(key, {}) if isinstance(target, dict) else {}
            schema = target
        if "allOf" not in schema:
            return schema
        joined: dict[str, Any] = {}
        for part in schema["allOf"]:
            joined |= self._resolved(part)
        return {**joined, **{key: value for key, value in schema.items() if key != "allOf"}}


def read_document(path: Path) -> ApiDocument:
    """Read the document.

    Raises:
        UsageError: it cannot be read, is no OpenAPI document, or is one of another major version.
    """
    try:
        tree = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: save Clarus's OpenAPI document as openapi.json") from error
    info = tree.get("info") if isinstance(tree, dict) else None
    if not isinstance(info, dict) or not isinstance(tree.get("paths"), dict):
        raise UsageError(f"{path} is no OpenAPI document: it has no info or no paths")
    form, version = str(tree.get("openapi", "")), str(info.get("version", ""))
    if form.partition(".")[0] != "3":
        raise UsageError(f"{path} is written in OpenAPI {form or 'of an unknown version'}: only version 3 is read")
    if version.removeprefix("v").partition(".")[0] != _MAJOR:
        raise UsageError(
            f"{path} describes version {version or 'unknown'} of Clarus's API: "
            f"this clarus-batch knows version {_MAJOR}; look for a newer one"
        )
    return ApiDocument(tree, version)


def _attribute(schema: Schema, required: bool) -> Attribute:
    words = tuple(sorted(str(word) for word in schema.get("enum", ()) if word is not None))
    return Attribute(
        kind=_kind(schema),
        longest=schema.get("maxLength"),
        words=words,
        low=schema.get("minimum"),
        high=schema.get("maximum"),
        above=bool(schema.get("exclusiveMinimum", False)),
        required=required,
    )


def _kind(schema: Schema) -> str:
    match schema.get("type"), schema.get("format"):
        case "string", "date-time" | "date":
            return "date and time"
        case "string", "email":
            return "e-mail address"
        case "string", _:
            return "text"
        case "integer", _:
            return "whole number"
        case "number", _:
            return "number"
        case "boolean", _:
            return "true or false"
        case "array", _:
            return "list"
        case "object", _:
            return "object"
        case other, _:
            return "object" if "properties" in schema else str(other or "unknown")


def _shape(path: str) -> str:
    """A path without the names of its ids."""
    return re.sub(r"\{\w+\}", "{}", path)
