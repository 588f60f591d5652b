"""The REST side: one record a request, judged by contract and rules, then made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline.sandbox import answers
from pipeline.sandbox.answers import Answer
from pipeline.sandbox.contract import check
from pipeline.sandbox.kinds import Json
from pipeline.sandbox.records import Record, Tenant
from pipeline.sandbox.resources import Resource
from pipeline.sandbox.rules import broken_rules, free_priority


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    template: str  # as the document writes the path
    resource: Resource
    parent: str = ""  # the attribute that the id in the path stands for


ENDPOINTS = (
    Endpoint("POST", "/api/products", Resource.PRODUCTS),
    Endpoint("PATCH", "/api/products/{id}", Resource.PRODUCTS, "id"),
    Endpoint("POST", "/api/products/{product_id}/account_products", Resource.ACCOUNT_PRODUCTS, "product_id"),
    Endpoint("POST", "/api/products/{product_id}/materials", Resource.PRODUCT_MATERIALS, "parent_product_id"),
    Endpoint("POST", "/api/product_storage_units", Resource.PRODUCT_STORAGE_UNITS),
    Endpoint("POST", "/api/goods_in_receipts", Resource.GOODS_IN_RECEIPTS),
    Endpoint("POST", "/api/goods_outs", Resource.GOODS_OUTS),
    Endpoint("POST", "/api/delivery_addresses", Resource.DELIVERY_ADDRESSES),
    Endpoint("POST", "/api/pickface_products", Resource.PICKFACE_PRODUCTS),
    Endpoint("POST", "/api/suppliers", Resource.SUPPLIERS),
    Endpoint("POST", "/api/customers", Resource.CUSTOMERS),
)
_BY_TEMPLATE = {(endpoint.method, re.sub(r"\{\w+\}", "{}", endpoint.template)): endpoint for endpoint in ENDPOINTS}
_ID_IN_PATH = re.compile(r"(?<=^/api/products/)[^/]+")


def route(method: str, path: str) -> tuple[Endpoint, str] | None:
    """The endpoint, and the id that the path holds for it (empty where it holds none)."""
    named = _ID_IN_PATH.search(path)
    endpoint = _BY_TEMPLATE.get((method, _ID_IN_PATH.sub("{}", path)))
    return None if endpoint is None else (endpoint, named[0] if named else "")


def write(tenant: Tenant, endpoint: Endpoint, named: str, body: bytes, storage_unit_field: str) -> Answer:
    """Make the record, or say why not. Refused is refused whole: nothing of it is kept."""
    product = None
    if endpoint.parent:
        product = tenant.get(Resource.PRODUCTS, int(named)) if named.isdecimal() else None
        if product is None:
            return answers.failed(404, "product_not_found", f"product {named} does not exist")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return answers.failed(400, "malformed_json", f"the body is not JSON: {error}")
    violations = check(endpoint.resource, document, storage_unit_field)
    if violations:
        return answers.refused(violations)
    attributes = dict(document["data"]["attributes"])
    changing = product if endpoint.method == "PATCH" else None
    if product is not None and changing is None:
        attributes[endpoint.parent] = product.id
    violations = broken_rules(tenant, endpoint.resource, attributes, changing, storage_unit_field)
    if violations:
        return answers.refused(violations)
    if changing is not None:
        return answers.created(tenant.change(changing, attributes))
    return answers.created(_make(tenant, endpoint.resource, attributes, _address(document)))


def _make(tenant: Tenant, resource: Resource, attributes: dict[str, Any], address: Mapping[str, Any]) -> Record:
    lines = [change.get("attributes", {}) for change in attributes.pop("lines_changes", ())]
    if resource is Resource.PRODUCT_STORAGE_UNITS and attributes.get("priority") is None:
        attributes["priority"] = free_priority(tenant, attributes["product_id"])
    return tenant.add(resource, attributes, lines, address)


def _address(document: Json) -> Mapping[str, Any]:
    relationships = document["data"].get("relationships", {})
    attributes: Mapping[str, Any] = relationships.get("address", {}).get("data", {}).get("attributes", {})
    return attributes
