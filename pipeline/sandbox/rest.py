"""The REST side: one record a request, judged by contract and rules, then made or changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from pipeline.sandbox import actions, answers
from pipeline.sandbox.answers import Answer
from pipeline.sandbox.contract import check, check_declared
from pipeline.sandbox.endpoints import Action, Endpoint
from pipeline.sandbox.kinds import Json
from pipeline.sandbox.records import FIRST_LINE_ID, Line, Record, Tenant
from pipeline.sandbox.resources import Resource
from pipeline.sandbox.rules import broken_rules, broken_rules_of_declared, free_priority


def write(tenant: Tenant, endpoint: Endpoint, ids: Sequence[str], body: bytes, storage_unit_field: str) -> Answer:
    """Make or change the record, or say why not. Refused is refused whole: nothing of it is kept."""
    owner: Record | None = None
    if endpoint.parent:
        owner = _record(tenant, endpoint.owner, ids[0])
        if owner is None:
            return _not_found(endpoint.owner, ids[0])
    there: Record | None = None
    if endpoint.action is not Action.MAKE:
        there = _record(tenant, endpoint.resource, ids[-1])
        if there is None or (owner is not None and there.attributes[endpoint.parent] != owner.id):
            return _not_found(endpoint.resource, ids[-1])
        if endpoint.action is not Action.CHANGE:
            return actions.act(tenant, endpoint.action, there, body)
        if (refusal := actions.started(there)) is not None:
            return refusal
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return answers.failed(400, "malformed_json", f"the body is not JSON: {error}")
    if endpoint.attributes is not None:
        violations = check_declared(endpoint.resource, endpoint.attributes, document)
    else:
        violations = check(endpoint.resource, document, storage_unit_field, endpoint.changing)
    if violations:
        return answers.refused(violations)
    attributes = dict(document["data"]["attributes"])
    if owner is not None and there is None:
        attributes[endpoint.parent] = owner.id
    if endpoint.attributes is not None:
        violations = list(broken_rules_of_declared(tenant, endpoint, attributes, there))
    else:
        violations = broken_rules(tenant, endpoint.resource, attributes, there, storage_unit_field)
    if violations:
        return answers.refused(violations)
    if there is not None:
        return answers.created(_change(tenant, there, attributes, _address(document)))
    return answers.created(_make(tenant, endpoint.resource, attributes, _address(document)))


def _record(tenant: Tenant, resource: str, named: str) -> Record | None:
    return tenant.get(resource, int(named)) if named.isdecimal() else None


def _not_found(resource: str, named: str) -> Answer:
    noun = resource.removesuffix("es") if resource.endswith("sses") else resource.removesuffix("s")
    return answers.failed(404, f"{noun}_not_found", f"{noun.replace('_', ' ')} {named} does not exist")


def _make(tenant: Tenant, resource: str, attributes: dict[str, Any], address: Mapping[str, Any]) -> Record:
    lines = [change.get("attributes", {}) for change in attributes.pop("lines_changes", ())]
    if resource is Resource.PRODUCT_STORAGE_UNITS and attributes.get("priority") is None:
        attributes["priority"] = free_priority(tenant, attributes["product_id"])
    return tenant.add(resource, attributes, lines, address)


def _change(tenant: Tenant, there: Record, attributes: dict[str, Any], address: Mapping[str, Any]) -> Record:
    """What is not named stays as it is, also of a line and of the address."""
    changes = attributes.pop("lines_changes", ())
    if there.resource not in FIRST_LINE_ID:
        return tenant.change(there, attributes)
    lines = {line.id: line for line in there.lines}
    for change in changes:
        of_line = change.get("attributes", {})
        match change["type"]:
            case "ADD":
                line = tenant.new_line(there.resource, of_line)
                lines[line.id] = line
            case "UPDATE":
                before = lines[change["id"]]
                lines[before.id] = Line(before.id, {**before.attributes, **of_line}, before.made_at)
            case "DESTROY":
                del lines[change["id"]]
    address = {**there.address, **address}
    return tenant.change(there, attributes, lines=tuple(lines.values()), address=address)


def _address(document: Json) -> Mapping[str, Any]:
    relationships = document["data"].get("relationships", {})
    attributes: Mapping[str, Any] = relationships.get("address", {}).get("data", {}).get("attributes", {})
    return attributes
