"""What every tenant has before anyone has posted anything."""

from pipeline.sandbox.records import Record, Tenant
from pipeline.sandbox.resources import Resource

_CODES = {
    Resource.ACCOUNTS: ("ACME", "GLOBEX"),
    Resource.WAREHOUSES: ("WHS01", "WHS02"),
    Resource.CUSTOMERS: ("CUST-001", "CUST-002"),
    Resource.SUPPLIERS: ("SUP-001", "SUP-002"),
    Resource.ORDER_TYPES: ("STANDARD", "EXPRESS"),
    Resource.STOCK_UNIT_TYPES: ("EACH", "CASE", "PALLET", "KG"),
    Resource.STORAGE_UNIT_TYPES: ("PALLET", "TOTE", "SHELF"),
    Resource.LOCATION_TYPES: ("PICK", "BULK"),
}

# Both carriers have a TRACKED-24: a service is known by its code within its carrier only.
_SERVICES = {"ROYAL-MAIL": ("TRACKED-24", "TRACKED-48"), "DPD": ("NEXT-DAY", "TRACKED-24")}

_PICK_LOCATIONS = tuple(f"PICK-A-{n:02}" for n in range(1, 6))


def seed(tenant: Tenant) -> None:
    for resource, codes in _CODES.items():
        for code in codes:
            _named(tenant, resource, code)
    for carrier_code, services in _SERVICES.items():
        carrier = _named(tenant, Resource.CARRIERS, carrier_code)
        for service in services:
            _named(tenant, Resource.CARRIER_SERVICES, service, carrier_id=carrier.id, active=True)
    warehouse = tenant.find(Resource.WAREHOUSES, "code", "WHS01")[0]
    pick = tenant.find(Resource.LOCATION_TYPES, "code", "PICK")[0]
    for location in _PICK_LOCATIONS:
        tenant.add(
            Resource.LOCATIONS,
            {
                "code": location,
                "warehouse_id": warehouse.id,
                "location_type_id": pick.id,
                "is_active": True,
                "is_pickface": True,
            },
        )
    _demo_product(tenant)


def _named(tenant: Tenant, resource: Resource, code: str, **more: object) -> Record:
    return tenant.add(resource, {"code": code, "name": code.replace("-", " ").title(), **more})


def _demo_product(tenant: Tenant) -> None:
    each = tenant.find(Resource.STOCK_UNIT_TYPES, "code", "EACH")[0]
    pallet = tenant.find(Resource.STORAGE_UNIT_TYPES, "code", "PALLET")[0]
    product = tenant.add(
        Resource.PRODUCTS,
        {
            "code": "DEMO-002",
            "description": "Demo product 2",
            "stock_unit_type_id": each.id,
            "units_per_case": 12,
        },
    )
    tenant.add(
        Resource.PRODUCT_STORAGE_UNITS,
        {
            "product_id": product.id,
            "storage_unit_type_id": pallet.id,
            "stock_configuration": "case",
            "unit_of_measure": "centimetre",
            "per_layer": 10,
            "number_of_layers": 5,
            "total": 50,
            "priority": 0,
        },
    )
