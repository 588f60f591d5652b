"""The contract against the official OpenAPI document, and against documents that were changed in known ways."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_DOCUMENT = Path(os.environ.get("CLARUS_OPENAPI") or Path(__file__).parents[2] / "../shared/clarus/openapi.json")

with_document = pytest.mark.skipif(not _DOCUMENT.exists(), reason="CLARUS_OPENAPI names no document")


@cache
def _official() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    return document


def _changed(operator: Any, change: Callable[[dict[str, Any]], object]) -> Path:
    document = deepcopy(_official())
    change(document)
    path: Path = operator.folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _order(document: dict[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = document["components"]["schemas"]["GoodsOutAttributes"]
    return attributes


@with_document
def test_the_document_of_today_is_no_difference(operator: Any) -> None:
    """Exit code 0 over all record types; what differs on purpose is told, with the reason."""
    done = operator.call("fields", "--against", _DOCUMENT)

    assert done.exit_code == 0, done.output
    assert "Nothing that is sent or looked up is different" in done.output
    assert "materials quantity: stricter than the API" in done.output


@with_document
@pytest.mark.parametrize("resource", ["tax_rates", "reason_codes"])
def test_declared_record_types_are_compared_too(resource: str, operator: Any) -> None:
    """What was declared from a document is no difference to it; what a newer one lacks is."""
    assert operator.call("declare", resource, "--document", _DOCUMENT).exit_code == 0

    same = operator.call("fields", resource, "--against", _DOCUMENT)
    newer = operator.call(
        "fields", resource, "--against", _changed(operator, lambda it: it["paths"].pop(f"/api/{resource}"))
    )

    assert same.exit_code == 0, same.output
    assert newer.exit_code == 1
    assert f"gone: POST /api/{resource}" in newer.output


def _gone(document: dict[str, Any]) -> None:
    del _order(document)["properties"]["pick_notes"]


def _shorter(document: dict[str, Any]) -> None:
    _order(document)["properties"]["packing_notes"]["maxLength"] = 100


def _more_words(document: dict[str, Any]) -> None:
    _order(document)["properties"]["pick_type"]["enum"].append("trolley")


def _another_kind(document: dict[str, Any]) -> None:
    _order(document)["properties"]["drop_sequence"]["type"] = "string"


def _required(document: dict[str, Any]) -> None:
    _order(document)["required"].append("warehouse_id")


def _new(document: dict[str, Any]) -> None:
    _order(document)["properties"]["gift_message"] = {"type": "string", "maxLength": 200}


def _no_request(document: dict[str, Any]) -> None:
    del document["paths"]["/api/goods_outs"]["post"]


def _no_list(document: dict[str, Any]) -> None:
    del document["paths"]["/graphql#ListWarehouses"]


def _no_filter(document: dict[str, Any]) -> None:
    content = document["paths"]["/graphql#ListGoodsOuts"]["post"]["x-mint"]
    content["content"] = content["content"].replace("| `reference` |", "| `other` |")


@with_document
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_gone, "gone: pick_notes (column pick_notes): no such attribute any more"),
        (_shorter, "changed: packing_notes (column packing_notes): length was 255, is 100"),
        (_more_words, "changed: pick_type (column pick_type): words were standard, tote, are standard, tote, trolley"),
        (_another_kind, "changed: drop_sequence (column drop_sequence): kind was whole number, is text"),
        (_required, "newly required: warehouse_id (column warehouse_code): every request must have it now"),
        (_new, "new: gift_message: text, up to 200 characters; no column is for it"),
        (_no_request, "gone: POST /api/goods_outs: the document has no such request"),
        (_no_list, "gone: list warehouses"),
        (_no_filter, "gone: filter reference of list goods_outs"),
    ],
)
def test_what_a_newer_document_changed_is_told(change: Any, told: str, operator: Any) -> None:
    """With the column; exit code 1. Record types that it does not concern are as they were."""
    path = _changed(operator, change)

    done = operator.call("fields", "orders", "--against", path)

    assert done.exit_code == 1, done.output
    assert told in done.output
    assert operator.call("fields", "materials", "--against", path).exit_code == 0


@with_document
def test_the_settings_of_the_deployment_that_it_touches_are_named(operator: Any) -> None:
    """Mapped headings, defaults, words and sources, as the configuration spells them."""
    operator.configure(
        "",
        '[columns.orders]\n"How to pick" = "pick_notes"\n[defaults.orders]\npick_notes = "with care"\n'
        '[[sources]]\nmatch = "shop*.csv"\ntype = "orders"\n[sources.columns]\npick_notes = "Memo"\n',
    )

    done = operator.call("fields", "orders", "--against", _changed(operator, _gone))

    assert "touches columns.orders.'How to pick' of the configuration" in done.output
    assert "touches defaults.orders.pick_notes = 'with care' of the configuration" in done.output
    assert "touches sources ('shop*.csv'): columns.pick_notes of the configuration" in done.output


@with_document
def test_other_programs_get_the_same_as_json(operator: Any) -> None:
    """One object, with the digest of the contract, which the summary of a run has too."""
    told = json.loads(operator.call("fields", "--against", _changed(operator, _gone), "--json").output)

    [first, *_] = told["differences"]
    assert (first["record"], first["what"], first["where"]) == ("orders", "gone", "pick_notes")
    assert told["exit_code"] == 1
    operator.configure()
    operator.drop("s.csv", "supplier_code,supplier_name\nS-1,Mill\n")
    operator.call("run")
    assert operator.summary()["contract"] == told["contract"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        ("no json", "is not JSON"),
        ("{}", "is no OpenAPI document"),
        ('{"swagger": "2.0", "info": {"version": "1.0.0"}, "paths": {}}', "only version 3 is read"),
        ('{"openapi": "3.0.3", "info": {"version": "2.1.0"}, "paths": {}}', "describes version 2.1.0 of Clarus's API"),
    ],
)
def test_a_document_that_cannot_be_compared_is_one_sentence(content: str | None, told: str, operator: Any) -> None:
    """Exit code 2."""
    path = operator.folder / "openapi.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    done = operator.call("fields", "--against", path)

    assert done.exit_code == 2
    assert told in done.output
    assert len(done.output.splitlines()) == 1


def test_fields_needs_a_record_type_or_a_document(operator: Any) -> None:
    """One sentence, exit code 2."""
    done = operator.call("fields")

    assert done.exit_code == 2
    assert "name a record type" in done.output
