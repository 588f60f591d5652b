"""`declare`: a resource of the official document as a file that makes it a record type."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.describe.declare import declaration
from pipeline.describe.official import read_document
from pipeline.errors import UsageError
from schemas.vocabulary.contract import declare
from schemas.vocabulary.declared import check_together, declared_type

_OFFICIAL = Path(os.environ.get("CLARUS_OPENAPI") or Path(__file__).parents[2] / "../shared/clarus/openapi.json")

with_document = pytest.mark.skipif(not _OFFICIAL.exists(), reason="CLARUS_OPENAPI names no document")


def resource(name: str, attributes: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """The path of a resource, as the official document has it."""
    data = {"type": {"enum": [name]}, "attributes": {"properties": attributes, "required": required}}
    schema = {"properties": {"data": {"properties": data}}}
    return {f"/api/{name}": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}}


def listing(name: str, filter_type: str, node: str, *filters: str) -> dict[str, Any]:
    """The page of a list."""
    query = f"query($filter: {filter_type}) {{ {name} {{ all(filter: $filter) {{ edges {{ node {{ {node} }} }} }} }} }}"
    table = "\n".join(f"| `{each}` | StringInputType | `eq` | x |" for each in filters)
    body = {"content": {"application/json": {"example": {"query": query}}}}
    return {f"/graphql#List{name}": {"post": {"requestBody": body, "x-mint": {"content": table}}}}


DOCKS = {
    "code": {"type": "string", "maxLength": 12},
    "name": {"type": "string"},
    "yard_id": {"$ref": "#/components/schemas/Id"},
    "gate_id": {"type": "integer"},
    "opened": {"type": "string", "format": "date-time", "nullable": True},
    "size": {"type": "object", "properties": {"width": {"type": "number", "minimum": 0, "exclusiveMinimum": True}}},
    "state": {"type": "string", "enum": ["open", "shut", None]},
    "hours": {"type": "array", "items": {}},
}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"version": "1.4.0"},
    "components": {"schemas": {"Id": {"type": "integer"}}},
    "paths": {
        **resource("docks", DOCKS, ["code", "yard_id"]),
        **resource("lists", {"numbers": {"type": "array"}, "code": {"type": "string"}}, ["numbers"]),
        **resource("marks", {"colour": {"type": "string"}}, []),
        **listing("docks", "DockFilterType", "id code yard { id name }", "code"),
        **listing("yards", "YardFilterType", "id name", "name"),
    },
}


def written(folder: Path, document: Any = DOCUMENT) -> Path:
    """The document as a file."""
    path = folder / "openapi.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_a_resource_becomes_a_record_type(tmp_path: Path) -> None:
    """Its attributes with their kinds and limits, the list it is found in, and look-ups of its ids."""
    name, text = declaration(read_document(written(tmp_path)), "docks")

    record = declared_type(tomllib.loads(text))
    assert (name, record.noun, record.resource, record.key) == ("docks", "dock", "docks", ("dock_code",))
    assert record.listed is not None
    assert (record.listed.name, record.listed.filter_type, record.listed.filter) == ("docks", "DockFilterType", "code")
    assert [(c.heading, c.attribute, c.kind.rule, c.required) for c in record.columns.values()] == [
        ("dock_code", "code", "text <= 12", True),
        ("dock_name", "name", "text", False),
        ("yard_name", "yard_id", "code of yards", True),
        ("gate_id", "gate_id", "id of gate", False),
        ("opened", "opened", "datetime", False),
        ("size_width", "size.width", "number > 0", False),
        ("state", "state", "one of open shut", False),
    ]
    assert "# hours is left out: it is a list of values" in text


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("dock", "no resource dock that can be created: did you mean docks?"),
        ("lists", "its required attribute numbers is a list of values, which a cell cannot hold"),
    ],
)
def test_what_cannot_be_declared_is_said(tmp_path: Path, wanted: str, sentence: str) -> None:
    """One sentence, and nothing is written."""
    with pytest.raises(UsageError, match=sentence.replace("?", r"\?")):
        declaration(read_document(written(tmp_path)), wanted)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "is no OpenAPI document"),
        ({**DOCUMENT, "info": {"version": "2.0.0"}}, "is version 2.0.0 of Clarus's API"),
        ({**DOCUMENT, "openapi": "2.0"}, "this program understands version 1"),
    ],
)
def test_another_document_is_refused(operator: Any, document: Any, sentence: str) -> None:
    """Exit code 2, one sentence with the file."""
    called = operator.call("declare", "docks", "--document", written(operator.folder, document))

    assert called.exit_code == 2
    assert sentence in called.output
    assert not (operator.folder / "records").exists()


def test_the_file_is_written_once_and_says_where_it_is_in_doubt(operator: Any) -> None:
    """Beside the configuration, or where it is wanted; what is declared already is not declared again."""
    path = written(operator.folder)

    first = operator.call("declare", "docks", "--document", path)
    again = operator.call("declare", "docks", "--document", path)
    elsewhere = operator.call("declare", "marks", "--document", path, "-o", "sub/marks.toml", "--json")
    declare(())

    assert first.exit_code == 0, first.output
    assert (operator.folder / "records" / "docks.toml").exists()
    assert again.exit_code == 2
    assert "docks is declared already" in again.output
    assert elsewhere.exit_code == 2
    assert "nothing in it tells one record from another" in elsewhere.output


@with_document
def test_most_of_the_official_document_can_be_declared() -> None:
    """Sixty resources and more; together with the built-in ones they have no circle and no two names alike."""
    document = read_document(_OFFICIAL)
    types = []
    for each in document.resources:
        if "{id}" not in each.path and each.path.count("/mappings") == 0:
            try:
                name, text = declaration(document, each.path)
            except UsageError as error:
                assert "cannot be declared" in str(error)  # noqa: PT017 - which of them is no matter here
                continue
            types.append((name, declared_type(tomllib.loads(text))))

    assert len(types) >= 55
    assert sum(record.listed is not None for _, record in types) >= 40
    assert check_together(types) == []


@with_document
def test_a_location_of_the_api_is_known_by_its_warehouse_too() -> None:
    """What is built in stays as it is: the declared one has a name of its own, and the key that the program knows."""
    name, text = declaration(read_document(_OFFICIAL), "locations")

    record = declared_type(tomllib.loads(text))
    assert (name, record.key) == ("api_locations", ("warehouse_code", "api_location_code"))
    assert record.listed is not None
    assert record.listed.key == ("warehouse.code", "code")
