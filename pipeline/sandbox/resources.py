"""The lists of records a tenant has, under the names REST and GraphQL share."""

from enum import StrEnum


class Resource(StrEnum):
    # Seeded, never written over REST.
    ACCOUNTS = "accounts"
    WAREHOUSES = "warehouses"
    ORDER_TYPES = "order_types"
    STOCK_UNIT_TYPES = "stock_unit_types"
    STORAGE_UNIT_TYPES = "storage_unit_types"
    GOODS_OUT_LINES = "goods_out_lines"  # written with their order
    LOCATION_TYPES = "location_types"
    CUSTOM_CARRIER_TYPES = "custom_carrier_types"
    # Written over REST.
    CARRIERS = "carriers"
    CARRIER_SERVICES = "carrier_services"
    LOCATIONS = "locations"
    PRODUCTS = "products"
    PRODUCT_STORAGE_UNITS = "product_storage_units"
    ACCOUNT_PRODUCTS = "account_products"
    PRODUCT_MATERIALS = "product_materials"
    GOODS_IN_RECEIPTS = "goods_in_receipts"
    GOODS_OUTS = "goods_outs"
    CROSSDOCKS = "crossdocks"
    DELIVERY_ADDRESSES = "delivery_addresses"
    COLLECTION_ADDRESSES = "collection_addresses"
    PICKFACE_PRODUCTS = "pickface_products"
    SUPPLIERS = "suppliers"
    CUSTOMERS = "customers"
