"""The GraphQL lists of Clarus in which codes and references are looked up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """A list whose records are found by a code, where need be together with other codes.

    Source: the table under "Reading (GraphQL)" in the Clarus documentation.
    """

    name: str  # of the list, as in `accounts { all(…) { … } }`
    filter_type: str
    noun: str  # for messages: "account ACME is not in Clarus"
    key: tuple[str, ...] = ("code",)  # the fields of a node that make its key; two carriers may have one service code
    filter: str = "code"  # the filter that takes many values at once
    filtered: int = -1  # the part of the key that it takes
    doubtful: tuple[str, ...] = ()  # fields of the key that a server may not offer; records are then told apart without
    narrowed_by: str = ""  # the filter that takes what narrows the codes, to get no more than is asked for
    alone: bool = False  # a code may also stand without what narrows it, where only one record has it

    def __deepcopy__(self, memo: object) -> CodeList:
        """A list is itself, wherever it is named: pandera copies what its fields carry."""
        return self

    @property
    def by_ids(self) -> bool:
        """Whether the key is of ids, which are known only once the codes are resolved."""
        return any(field.endswith(".id") for field in self.key)

    @property
    def within(self) -> str:
        """The noun of what narrows a code: "carrier"; "" where codes stand alone."""
        return self.key[0].partition(".")[0] if len(self.key) > 1 else ""


ACCOUNTS = CodeList("accounts", "AccountFilterType", "account")
WAREHOUSES = CodeList("warehouses", "WarehouseFilterType", "warehouse")
STOCK_UNIT_TYPES = CodeList("stock_unit_types", "StockUnitTypeFilterType", "stock unit type")
STORAGE_UNIT_TYPES = CodeList("storage_unit_types", "StorageUnitTypeFilterType", "storage unit type")
SUPPLIERS = CodeList("suppliers", "SupplierFilterType", "supplier")
CUSTOMERS = CodeList("customers", "CustomerFilterType", "customer")
CARRIERS = CodeList("carriers", "CarrierFilterType", "carrier")
CARRIER_SERVICES = CodeList("carrier_services", "CarrierServiceFilterType", "carrier service", ("carrier.code", "code"))
ORDER_TYPES = CodeList("order_types", "OrderTypeFilterType", "order type")
# A location's code is unique within its warehouse only.
LOCATIONS = CodeList("locations", "LocationsFilterType", "location", ("warehouse.code", "code"), narrowed_by="warehouse_code", alone=True)
CROSSDOCKS = CodeList("crossdocks", "CrossdockFilterType", "crossdock", ("account.code", "reference"), "reference")
PRODUCTS = CodeList("products", "ProductsFilterType", "product")
RECEIPTS = CodeList("goods_in_receipts", "InboundGoodFilterType", "receipt", ("account.code", "reference"), "reference")
ORDERS = CodeList("goods_outs", "GoodsOutsFilterType", "order", ("account.code", "reference"), "reference")
ORDER_LINES = CodeList("goods_out_lines", "GoodsOutLineFilterType", "order line", ("goods_out.id", "id"), "goods_out_id", 0)
ACCOUNT_PRODUCTS = CodeList("account_products", "AccountProductFilterType", "account of product", ("product.id", "account.id"), "product_id", 0)
PRODUCT_STORAGE_UNITS = CodeList(
    "product_storage_units",
    "ProductStorageUnitFilterType",
    "storage unit of product",
    ("product.code", "storage_unit_type.code", "stock_configuration"),
    "product_code",
    0,
    ("storage_unit_type.code",),
)
PRODUCT_MATERIALS = CodeList(
    "product_materials",
    "ProductMaterialFilterType",
    "component of product",
    ("parent_product.code", "child_product.code"),
    "parent_product_code",
    0,
)


_LISTS: dict[tuple[str, tuple[str, ...]], CodeList] = {(each.name, each.key): each for each in list(vars().values()) if isinstance(each, CodeList)}


def list_called(name: str, key: tuple[str, ...], filter_type: str = "", noun: str = "", by: str = "") -> CodeList | None:
    """The list of this name whose records have this key, the same for whoever asks.

    One that is not known yet is made where the rest of it is given. A list in which a code may stand alone is found by
    the code as well.
    """
    alone = (each for each in _LISTS.values() if each.alone and each.name == name and each.key[-1:] == key)
    found = _LISTS.get((name, key)) or next(alone, None)
    if found is None and filter_type:
        filtered = [field.replace(".", "_") for field in key].index(by)
        found = _LISTS[name, key] = CodeList(name, filter_type, noun, key, by, filtered if len(key) > 1 else -1)
    return found
