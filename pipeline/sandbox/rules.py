"""What a contract cannot say: a record names only what its tenant has, and some keys are given once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.sandbox.endpoints import Endpoint
from pipeline.sandbox.kinds import Symbol, Violation
from pipeline.sandbox.records import Record, Tenant
from pipeline.sandbox.resources import Resource

# Attributes that name another record. The sandbox has none at all of what is None here.
_NAMES: dict[str, str | None] = {
    "account_id": Resource.ACCOUNTS,
    "warehouse_id": Resource.WAREHOUSES,
    "supplier_id": Resource.SUPPLIERS,
    "customer_id": Resource.CUSTOMERS,
    "carrier_id": Resource.CARRIERS,
    "carrier_service_id": Resource.CARRIER_SERVICES,
    "order_type_id": Resource.ORDER_TYPES,
    "stock_unit_type_id": Resource.STOCK_UNIT_TYPES,
    "storage_unit_type_id": Resource.STORAGE_UNIT_TYPES,
    "location_id": Resource.LOCATIONS,
    "location_type_id": Resource.LOCATION_TYPES,
    "goods_in_location_id": Resource.LOCATIONS,
    "collection_address_id": Resource.COLLECTION_ADDRESSES,
    "custom_carrier_type_id": Resource.CUSTOM_CARRIER_TYPES,
    "original_delivery_address_id": Resource.DELIVERY_ADDRESSES,
    "product_id": Resource.PRODUCTS,
    "child_product_id": Resource.PRODUCTS,
    "location_group_id": None,
    "goods_out_status_id": None,
    "integration_id": None,
    "short_order_lines_reason_code_id": None,
    "stock_to_pick_id": None,
    "pick_label_id": None,
}

_CODE_EXISTS: dict[str, Symbol] = {
    Resource.PRODUCTS: Symbol.PRODUCT_CODE_EXISTS,
    Resource.SUPPLIERS: Symbol.SUPPLIER_CODE_EXISTS,
    Resource.CUSTOMERS: Symbol.CUSTOMER_CODE_EXISTS,
    Resource.CARRIERS: Symbol.CARRIER_CODE_EXISTS,
    Resource.CARRIER_SERVICES: Symbol.CARRIER_SERVICE_CODE_EXISTS,
    Resource.LOCATIONS: Symbol.LOCATION_CODE_EXISTS,
}
_CODE_WITHIN: dict[str, str] = {Resource.CARRIER_SERVICES: "carrier_id", Resource.LOCATIONS: "warehouse_id"}

_ATTRIBUTES = "data.attributes"


def broken_rules(
    tenant: Tenant,
    resource: str,
    attributes: Mapping[str, Any],
    changing: Record | None = None,
    storage_unit_field: str = "",
) -> list[Violation]:
    """Judge attributes that keep the contract against what the tenant holds.

    Args:
        attributes: as sent, completed by what the path of the request names.
        changing: the record that these attributes are to change; none for a new one.
    """
    changes = attributes.get("lines_changes", ())
    return [
        *_unknown_names(tenant, attributes, _ATTRIBUTES),
        *_lines(tenant, changes, storage_unit_field, changing),
        *_taken(tenant, resource, attributes, changing),
        *_made_of_components(tenant, resource, attributes, changing),
        *_pick_face(resource, attributes),
    ]


def broken_rules_of_declared(
    tenant: Tenant, endpoint: Endpoint, attributes: Mapping[str, Any], changing: Record | None = None
) -> Iterator[Violation]:
    """Judge the attributes of a declared resource: the records that it names, and what is given once."""
    for name, other in endpoint.names.items():
        value = attributes.get(name)
        if value is not None and tenant.has(other) and tenant.get(other, value) is None:
            yield Violation(f"{_ATTRIBUTES}.{name}", Symbol.NOT_FOUND, f"{value} does not exist")
    whole = {**(changing.attributes if changing is not None else {}), **attributes}
    key = [whole.get(name) for name in endpoint.unique]
    others = (each for each in tenant.all(endpoint.resource) if not _is(each, changing))
    if key and any([each.attributes.get(name) for name in endpoint.unique] == key for each in others):
        yield Violation(f"{_ATTRIBUTES}.{endpoint.unique[-1]}", Symbol.TAKEN, f"{key[-1]} is taken already")


def free_priority(tenant: Tenant, product_id: int) -> int:
    """The lowest priority that no storage unit of the product has."""
    taken = _priorities(tenant, product_id)
    return next(n for n in range(len(taken) + 1) if n not in taken)


def _priorities(tenant: Tenant, product_id: int, except_for: Record | None = None) -> set[int]:
    units = tenant.find(Resource.PRODUCT_STORAGE_UNITS, "product_id", product_id)
    return {unit.attributes["priority"] for unit in units if not _is(unit, except_for)}


def _is(record: Record, other: Record | None) -> bool:
    return other is not None and record.id == other.id


def _made_of_components(
    tenant: Tenant, resource: str, attributes: Mapping[str, Any], changing: Record | None
) -> Iterator[Violation]:
    if resource is not Resource.PRODUCT_MATERIALS or changing is not None:
        return
    parent = tenant.get(Resource.PRODUCTS, attributes["parent_product_id"])
    if parent is None or parent.attributes.get("product_type") != "bill_of_materials":
        yield Violation("data", Symbol.NOT_A_BILL, "belongs to a product that is no bill of materials (product_type)")


def _unknown_names(tenant: Tenant, attributes: Mapping[str, Any], source: str) -> Iterator[Violation]:
    for name, value in attributes.items():
        if value is None or name not in _NAMES:
            continue
        named = _NAMES[name]
        if named is None or tenant.get(named, value) is None:
            yield Violation(f"{source}.{name}", Symbol.NOT_FOUND, f"{value} does not exist")
    service = tenant.get(Resource.CARRIER_SERVICES, attributes.get("carrier_service_id") or 0)
    carrier = attributes.get("carrier_id")
    if service and carrier is not None and service.attributes["carrier_id"] != carrier:
        yield Violation(
            f"{source}.carrier_service_id",
            Symbol.MISMATCH,
            f"{service.id} is not a service of carrier_id {carrier}",
        )


def _lines(
    tenant: Tenant, changes: Sequence[Mapping[str, Any]], storage_unit_field: str, changing: Record | None
) -> Iterator[Violation]:
    known = {line.id: line for line in changing.lines} if changing is not None else {}
    for position, change in enumerate(changes):
        source = f"{_ATTRIBUTES}.lines_changes[{position}]"
        line = change.get("attributes", {})
        if change["type"] != "ADD":
            before = known.get(change.get("id") or 0)
            if before is None:
                yield Violation(f"{source}.id", Symbol.NOT_FOUND, "is no line of this record")
            elif change["type"] == "DESTROY":
                del known[before.id]
            else:
                line = {**before.attributes, **line}
        yield from _unknown_names(tenant, line, f"{source}.attributes")
        receipt_line = line.get("goods_in_receipt_line_id")
        if receipt_line is not None and not tenant.has_line(Resource.GOODS_IN_RECEIPTS, receipt_line):
            yield Violation(
                f"{source}.attributes.goods_in_receipt_line_id",
                Symbol.NOT_FOUND,
                f"{receipt_line} does not exist",
            )
        if storage_unit_field in line:
            unit = tenant.get(Resource.PRODUCT_STORAGE_UNITS, line[storage_unit_field])
            if unit is None or unit.attributes["product_id"] != line.get("product_id"):
                yield Violation(
                    f"{source}.attributes.{storage_unit_field}",
                    Symbol.NOT_FOUND,
                    f"{line[storage_unit_field]} is no storage unit of this line's product",
                )


def _taken(
    tenant: Tenant, resource: str, attributes: Mapping[str, Any], changing: Record | None
) -> Iterator[Violation]:
    code = attributes.get("code")
    if resource in _CODE_EXISTS and code is not None:
        within = _CODE_WITHIN.get(resource, "")
        others = [
            found
            for found in tenant.find(resource, "code", code)
            if not _is(found, changing) and found.attributes.get(within) == attributes.get(within)
        ]
        if others:
            yield Violation(f"{_ATTRIBUTES}.code", _CODE_EXISTS[resource], f"{code} is taken already")
    if resource is Resource.ACCOUNT_PRODUCTS:
        accounts = tenant.find(resource, "product_id", attributes["product_id"])
        if any(found.attributes["account_id"] == attributes["account_id"] for found in accounts):
            yield Violation(f"{_ATTRIBUTES}.account_id", Symbol.ACCOUNT_PRODUCT_EXISTS, "has this product already")
    if resource is Resource.PRODUCT_STORAGE_UNITS:
        whole = {**changing.attributes, **attributes} if changing is not None else attributes
        priority = whole.get("priority")
        if priority in _priorities(tenant, whole["product_id"], changing):
            yield Violation(
                f"{_ATTRIBUTES}.priority",
                Symbol.PRIORITY_EXISTS,
                f"{priority} is taken by another storage unit of this product",
            )


def _pick_face(resource: str, attributes: Mapping[str, Any]) -> Iterator[Violation]:
    if resource is not Resource.PICKFACE_PRODUCTS:
        return
    places = [name for name in ("location_id", "location_group_id") if attributes.get(name) is not None]
    if len(places) != 1:
        yield Violation(f"{_ATTRIBUTES}.location_id", Symbol.ONE_OF, "or location_group_id must be given, and not both")
