"""Which lists GraphQL offers, what their nodes show, and by what they can be filtered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.sandbox.resources import Resource


class Shown(StrEnum):
    """How GraphQL shows an attribute, by the name of its scalar type."""

    ID = "ID"
    TEXT = "String"
    INTEGER = "Int"
    NUMBER = "Float"
    FLAG = "Boolean"
    DATETIME = "ISO8601DateTime"


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. Every node shows `id` besides its fields."""

    resource: str
    filter_type: str
    fields: Mapping[str, Shown]
    links: Mapping[str, str] = field(default_factory=dict)  # `account` shows what `account_id` names
    filters: tuple[str, ...] = ()  # `id`, fields, or a link's id or code: `product_id`, `product_code`
    attributes: Mapping[str, str] = field(default_factory=dict)  # the REST name, where it is another
    status: str = ""  # an object with the code and the name of the record's status


@dataclass(frozen=True, eq=False)
class Listings:
    """The lists of a sandbox; one value for as long as it lives, by which what is made of them is kept."""

    all: tuple[Listing, ...]


_NAMED = {"code": Shown.TEXT, "name": Shown.TEXT}
_REFERENCES = {f"external_system_reference{n}": Shown.TEXT for n in (1, 2, 3)}

LISTINGS = (
    Listing(
        Resource.PRODUCTS,
        "ProductsFilterType",
        {
            "code": Shown.TEXT,
            "description": Shown.TEXT,
            "long_description": Shown.TEXT,
            "barcode": Shown.TEXT,
            "case_barcode": Shown.TEXT,
            "inner_barcode": Shown.TEXT,
            "outer_barcode": Shown.TEXT,
            "product_type": Shown.TEXT,
            "units_per_case": Shown.INTEGER,
            "shelf_life_min": Shown.INTEGER,
            "shelf_life_max": Shown.INTEGER,
            "commodity_code": Shown.TEXT,
            "country_of_manufacture": Shown.TEXT,
            "stop": Shown.FLAG,
            **_REFERENCES,
        },
        {"stock_unit_type": Resource.STOCK_UNIT_TYPES},
        ("code", "barcode", "description", "product_type"),
    ),
    Listing(
        Resource.PRODUCT_STORAGE_UNITS,
        "ProductStorageUnitFilterType",
        {
            "priority": Shown.INTEGER,
            "stock_configuration": Shown.TEXT,
            "unit_of_measure": Shown.TEXT,
            "per_layer": Shown.NUMBER,
            "number_of_layers": Shown.INTEGER,
            "total": Shown.NUMBER,
            "height": Shown.NUMBER,
        },
        {"product": Resource.PRODUCTS, "storage_unit_type": Resource.STORAGE_UNIT_TYPES},
        ("product_id", "product_code", "storage_unit_type_id", "storage_unit_type_code", "priority"),
    ),
    Listing(Resource.ACCOUNTS, "AccountFilterType", _NAMED, filters=("code", "name")),
    Listing(Resource.WAREHOUSES, "WarehouseFilterType", _NAMED, filters=("code", "name")),
    Listing(Resource.STOCK_UNIT_TYPES, "StockUnitTypeFilterType", _NAMED, filters=("code", "name")),
    Listing(Resource.STORAGE_UNIT_TYPES, "StorageUnitTypeFilterType", _NAMED, filters=("code", "name")),
    Listing(
        Resource.SUPPLIERS,
        "SupplierFilterType",
        {**_NAMED, "description": Shown.TEXT, "active": Shown.FLAG, **_REFERENCES},
        filters=("id", "code", "name", "description", "active", "external_system_reference1"),
    ),
    Listing(
        Resource.CUSTOMERS,
        "CustomerFilterType",
        {**_NAMED, "shelf_life_min": Shown.INTEGER, "shelf_life_max": Shown.INTEGER, **_REFERENCES},
        filters=("code", "name", "external_system_reference1", "shelf_life_min", "shelf_life_max"),
    ),
    Listing(
        Resource.CARRIERS,
        "CarrierFilterType",
        {**_NAMED, "description": Shown.TEXT, "active": Shown.FLAG, "carrier_type": Shown.TEXT, **_REFERENCES},
        filters=("code", "name", "active", "carrier_type", "external_system_reference1"),
    ),
    Listing(
        Resource.CARRIER_SERVICES,
        "CarrierServiceFilterType",
        {**_NAMED, "active": Shown.FLAG, "is_default": Shown.FLAG},
        {"carrier": Resource.CARRIERS},
        ("code", "name", "carrier_id", "carrier_code", "active"),
    ),
    Listing(Resource.ORDER_TYPES, "OrderTypeFilterType", _NAMED, filters=("code", "name")),
    Listing(
        Resource.GOODS_IN_RECEIPTS,
        "InboundGoodFilterType",
        {
            "reference": Shown.TEXT,
            "expected_date_of_receipt": Shown.DATETIME,
            "actual_date_of_receipt": Shown.DATETIME,
            "status": Shown.TEXT,
            "notes": Shown.TEXT,
            **_REFERENCES,
        },
        {
            "account": Resource.ACCOUNTS,
            "warehouse": Resource.WAREHOUSES,
            "supplier": Resource.SUPPLIERS,
        },
        (
            "reference",
            "account_id",
            "warehouse_id",
            "expected_date_of_receipt",
            "status",
        ),
        {
            "expected_date_of_receipt": "expected_date_of_arrival",
            "actual_date_of_receipt": "actual_date_of_arrival",
        },
    ),
    Listing(
        Resource.GOODS_OUTS,
        "GoodsOutsFilterType",
        {
            "reference": Shown.TEXT,
            "priority": Shown.INTEGER,
            "expected_date_of_dispatch": Shown.DATETIME,
            "order_notes": Shown.TEXT,
            **_REFERENCES,
        },
        {
            "account": Resource.ACCOUNTS,
            "warehouse": Resource.WAREHOUSES,
            "customer": Resource.CUSTOMERS,
            "carrier": Resource.CARRIERS,
            "carrier_service": Resource.CARRIER_SERVICES,
            "order_type": Resource.ORDER_TYPES,
        },
        (
            "reference",
            "account_id",
            "warehouse_id",
            "carrier_id",
            "expected_date_of_dispatch",
            "goods_out_status_code",
        ),
        status="goods_out_status",
    ),
    Listing(
        Resource.GOODS_OUT_LINES,
        "GoodsOutLineFilterType",
        {
            "order_quantity": Shown.NUMBER,
            "allocated_quantity": Shown.NUMBER,
            "pick_quantity": Shown.NUMBER,
            "dispatch_quantity": Shown.NUMBER,
            "short_status": Shown.TEXT,
        },
        {"product": Resource.PRODUCTS, "goods_out": Resource.GOODS_OUTS, "carrier": Resource.CARRIERS},
        ("goods_out_id", "product_id", "carrier_id"),
    ),
    Listing(
        Resource.LOCATIONS,
        "LocationsFilterType",
        {
            "code": Shown.TEXT,
            "description": Shown.TEXT,
            "active": Shown.FLAG,
            "is_pickface": Shown.FLAG,
            "aisle": Shown.TEXT,
            "walk_sequence": Shown.INTEGER,
        },
        {"warehouse": Resource.WAREHOUSES},
        ("code", "aisle", "warehouse_code", "walk_sequence"),
        {"active": "is_active", "walk_sequence": "pick_sequence"},
    ),
    Listing(
        Resource.CROSSDOCKS,
        "CrossdockFilterType",
        {
            "reference": Shown.TEXT,
            "status": Shown.TEXT,
            "inbound_method": Shown.TEXT,
            "expected_date_of_receipt": Shown.DATETIME,
        },
        {"account": Resource.ACCOUNTS, "warehouse": Resource.WAREHOUSES},
        ("reference", "account_id", "warehouse_id", "supplier_id", "carrier_id", "expected_date_of_receipt"),
    ),
    Listing(
        Resource.PRODUCT_MATERIALS,
        "ProductMaterialFilterType",
        {"quantity": Shown.NUMBER},
        {"parent_product": Resource.PRODUCTS, "child_product": Resource.PRODUCTS},
        ("parent_product_id", "parent_product_code", "child_product_id", "child_product_code"),
    ),
    Listing(
        Resource.ACCOUNT_PRODUCTS,
        "AccountProductFilterType",
        {},
        {"account": Resource.ACCOUNTS, "product": Resource.PRODUCTS},
        ("account_id", "product_id"),
    ),
)

LISTING_OF = {listing.resource: listing for listing in LISTINGS}

OWN = Listings(LISTINGS)
