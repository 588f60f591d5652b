"""The GraphQL lists of Clarus in which codes and references are looked up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """A list whose records are found by a code, where need be within another record.

    Source: the table under "Reading (GraphQL)" in the Clarus documentation.
    """

    name: str  # of the list, as in `accounts { all(…) { … } }`
    filter_type: str
    noun: str  # for messages: "account ACME is not in Clarus"
    by: str = "code"  # the node's field, and the filter on it
    within: str = ""  # the node's field that narrows it: two carriers may have a service of one code


ACCOUNTS = CodeList("accounts", "AccountFilterType", "account")
WAREHOUSES = CodeList("warehouses", "WarehouseFilterType", "warehouse")
STOCK_UNIT_TYPES = CodeList("stock_unit_types", "StockUnitTypeFilterType", "stock unit type")
STORAGE_UNIT_TYPES = CodeList("storage_unit_types", "StorageUnitTypeFilterType", "storage unit type")
SUPPLIERS = CodeList("suppliers", "SupplierFilterType", "supplier")
CUSTOMERS = CodeList("customers", "CustomerFilterType", "customer")
CARRIERS = CodeList("carriers", "CarrierFilterType", "carrier")
CARRIER_SERVICES = CodeList("carrier_services", "CarrierServiceFilterType", "carrier service", within="carrier")
ORDER_TYPES = CodeList("order_types", "OrderTypeFilterType", "order type")
LOCATIONS = CodeList("locations", "LocationsFilterType", "location")
PRODUCTS = CodeList("products", "ProductsFilterType", "product")
RECEIPTS = CodeList("goods_in_receipts", "InboundGoodFilterType", "receipt", by="reference", within="account")
ORDERS = CodeList("goods_outs", "GoodsOutsFilterType", "order", by="reference", within="account")
