from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pandera.pandas as pa
import pytest
from pandera.typing.pandas import Series

from schemas import RECORD_TYPES, Column, Level, RecordType, in_load_order
from schemas.vocabulary.contract import generic_slots, header, record_type
from schemas.vocabulary.dates import Reading
from schemas.vocabulary.headings import fold
from schemas.vocabulary.kinds import code, text

Schema = dict[str, Any]

_DOCUMENT = Path(os.environ.get("CLARUS_OPENAPI") or Path(__file__).parents[2] / "../shared/clarus/openapi.json")
_LISTED = _DOCUMENT.with_name("columns.csv")

every_record_type = pytest.mark.parametrize("record", RECORD_TYPES.values(), ids=list(RECORD_TYPES))
with_document = pytest.mark.skipif(not _DOCUMENT.exists(), reason="CLARUS_OPENAPI names no document")
with_list = pytest.mark.skipif(not _LISTED.exists(), reason="no columns.csv beside the OpenAPI document")

# Follow-ups of a product: the request that makes each.
_PARTS = {
    "account": "/api/products/{product_id}/account_products",
    "storage_unit": "/api/product_storage_units",
    "pick_face": "/api/pickface_products",
}
# Columns on whose kind the list and the contract differ on purpose.
_OTHER_KINDS = {
    ("products", "Pick Face Trigger Min"),  # the API has integers
    ("products", "Pick Face Trigger Max"),
    ("receipts", "receipt_reference"),  # the document has no limit
    ("orders", "address_code"),  # looked up in the address book, not in a list of Clarus
}
# Limits that the official document only tells in words.
_OTHER_LIMITS = {("materials", "quantity")}


@every_record_type
def test_headings_are_different(record: RecordType) -> None:
    """No two columns have headings that a file could not tell apart."""
    assert len({fold(heading) for heading in record.columns}) == len(record.columns)


@every_record_type
def test_columns_name_columns_that_exist(record: RecordType) -> None:
    """Keys, fallbacks, narrowed lookups, quantities and address books name what there is."""
    named = [*record.key]
    for column in record.columns.values():
        named += filter(None, (column.fallback, column.within))
        assert column.book in ("", *RECORD_TYPES)
    if record.quantity:
        named += filter(None, (record.quantity.quantity, record.quantity.dimension, record.quantity.times))

    assert set(named) <= record.columns.keys()


@every_record_type
def test_default_values_obey_their_own_kind(record: RecordType) -> None:
    """What the contract sends for a blank cell is a value that it would accept."""
    for column in record.columns.values():
        if column.default:
            canonical = column.kind.canonical
            assert (canonical(column.default, Reading()) if canonical else column.default) == column.default
            assert column.default in column.kind.checks["isin"]["allowed_values"]


@every_record_type
def test_only_lines_and_follow_ups_send_per_line(record: RecordType) -> None:
    """A header column has one value for its document."""
    for column in record.at(Level.HEADER, Level.ADDRESS):
        assert not column.per_line, column.heading
    for column in record.at(Level.LINE, Level.FOLLOW_UP):
        assert column.per_line, column.heading


def test_record_types_are_loaded_after_what_they_name() -> None:
    """Products come before receipts, and receipts before orders."""
    names = [record.name for record in in_load_order()]

    assert sorted(names) == sorted(RECORD_TYPES)
    for record in RECORD_TYPES.values():
        for earlier in set(record.after) & set(names):
            assert names.index(earlier) < names.index(record.name)
    assert names.index("products") < names.index("receipts") < names.index("orders")


@with_list
def test_the_columns_are_those_that_were_agreed() -> None:
    """Every column of the list is in the contract, in its order, with its level, attribute and rule; no other is."""
    with _LISTED.open(encoding="utf-8-sig", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["record"] in RECORD_TYPES]

    for name in {row["record"] for row in listed}:
        record = RECORD_TYPES[name]
        rows = [row for row in listed if row["record"] == name]
        agreed = {row["column"] for row in rows}
        assert [heading for heading in record.columns if heading in agreed] == [row["column"] for row in rows]
        for row in rows:
            _compare(name, record.columns[row["column"]], row)


@with_document
@every_record_type
def test_attributes_are_those_of_the_official_document(record: RecordType) -> None:
    """Every attribute that a column becomes exists in the API, where the column says."""
    if not record.resource:
        pytest.skip("nothing is sent for it")
    document = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    data = _data_of(document, _path(record))
    header = _properties(document, data["attributes"])

    _assert_known([column for column in record.at(Level.HEADER) if not _in_path(record, column)], header)
    if record.at(Level.ADDRESS) and record.address_attribute:
        _assert_known(record.at(Level.ADDRESS), _properties(document, header[record.address_attribute]))
    elif record.at(Level.ADDRESS):
        related = _properties(document, data["relationships"])["address"]
        address = _properties(document, _properties(document, related)["data"])["attributes"]
        _assert_known(record.at(Level.ADDRESS), _properties(document, address))
    if record.has_lines:
        line = _properties(document, _properties(document, header["lines_changes"]["items"])["attributes"])
        _assert_known(record.at(Level.LINE), line)
        if quantity := record.quantity:
            assert {quantity.plain, quantity.configurations, quantity.measured_in, "stock_configuration"} <= line.keys()
    for column in record.at(Level.FOLLOW_UP):
        if column.part in _PARTS:
            part = _properties(document, _data_of(document, _PARTS[column.part])["attributes"])
            _assert_known([column], part)


@with_document
@every_record_type
def test_limits_are_those_of_the_official_document(record: RecordType) -> None:
    """Where the API limits a length, a number or the words of a header column, the contract has the same limit."""
    if not record.resource:
        pytest.skip("nothing is sent for it")
    document = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    attributes = _properties(document, _data_of(document, _path(record))["attributes"])

    for column in record.at(Level.HEADER):
        if not column.lookup and (record.name, column.heading) not in _OTHER_LIMITS:  # a code becomes an id
            _compare_limits(column, attributes[column.attribute])


def _path(record: RecordType) -> str:
    """The path of the official document, which calls every id of a product the same."""
    return f"/api{record.path or f'/{record.resource}'}".replace("{parent_product_id}", "{product_id}")


def _in_path(record: RecordType, column: Column) -> bool:
    return f"{{{column.attribute}}}" in record.path


def _compare(name: str, column: Column, row: dict[str, str]) -> None:
    assert column.level == row["level"], column.heading
    if column.level is not Level.CONTROL:  # the attribute of a control is what it decides
        assert column.attribute == row["attribute"], column.heading
    if (name, column.heading) not in _OTHER_KINDS:
        assert column.kind.rule == row["kind"], column.heading
    if row["rule"].startswith("required"):
        assert column.required, column.heading


def _compare_limits(column: Column, official: Schema) -> None:
    checks = column.kind.checks
    between, lowest = checks.get("number_between", {}), official.get("minimum")
    if "maxLength" in official and column.kind.name != "country":  # a country code is never longer
        assert checks["text_at_most"]["longest"] == official["maxLength"], column.heading
    if "enum" in official:
        assert set(checks["isin"]["allowed_values"]) == set(official["enum"]) - {None}, column.heading
    assert between.get("high") == official.get("maximum"), column.heading
    if official.get("exclusiveMinimum"):
        assert checks["number_above"]["bound"] == lowest, column.heading
    else:
        assert between.get("low") == lowest, column.heading


def _data_of(document: Schema, path: str) -> Schema:
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return _properties(document, _properties(document, schema)["data"])


def _properties(document: Schema, schema: Schema) -> Schema:
    schema = _resolved(document, schema)
    properties = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        properties |= _properties(document, part)
    return {name: _resolved(document, inner) for name, inner in properties.items()}


def _resolved(document: Schema, schema: Schema) -> Schema:
    if "$ref" in schema:
        found = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found
    for part in schema.get("allOf", ()):
        schema = {**_resolved(document, part), **schema}
    return schema


def _assert_known(columns: list[Column], attributes: Schema) -> None:
    named = {column.heading: column.attribute for column in columns if column.attribute}
    assert {heading: name for heading, name in named.items() if name not in attributes} == {}


def test_columns_of_a_base_class_are_kept() -> None:
    """Record types that share columns can say them once."""

    class Shared(pa.DataFrameModel):
        shared_note: Series[str] = header("note", text(20))

    try:

        @record_type("crates", "crate", key=("crate_code",))
        class Crates(Shared):
            crate_code: Series[str] = header("code", code(), required=True)
            _slots = generic_slots(header, "crate_", ("string",))

        crates = RECORD_TYPES["crates"]
    finally:
        RECORD_TYPES.pop("crates", None)

    slots = [f"crate_string{number}" for number in range(1, 6)]
    assert list(crates.columns) == ["shared_note", "crate_code", *slots]
    assert set(crates.schema.columns) == set(crates.columns)
    assert crates.columns["crate_string3"].attribute == "string3"
