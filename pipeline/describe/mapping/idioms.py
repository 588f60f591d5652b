"""Whole headings that mean in one system what their words alone would not say."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.vocabulary.headings import fold

IDIOMS: Mapping[str, Mapping[str, str]] = {
    "orders": {
        # Sales records of marketplaces, and SAP's fields
        "order_reference": "increment_id|vbeln|bstnk|sono|docnum|so",
        "product_code": "matnr|custom label (sku)|item/variant",
        "quantity": "kwmeng|lfimg|qty ord|qoh ordered",
        "expected_date_of_dispatch": "vdatu|wadat|lfdat",
        "recipient_name": "name1",
        "address1": "stras",
        "postcode": "pstlz",
        "address3": "ort01",
        "country_code": "land1",
        "alt_line_number": "posnr",
    },
    "receipts": {
        "receipt_reference": "ebeln|anr|po",
        "product_code": "matnr",
        "item_quantity": "menge",
        "expected_date_of_receipt": "eindt|eta",
        "warehouse_code": "werks",
        "alt_line_number": "ebelp",
    },
    "products": {
        "Code": "matnr|ordernumber|mainnumber",
        "Description": "maktx",
        "Barcode": "ean11",
        "Unit Stock Unit Type Code": "meins",
    },
}


def is_idiom(record: str, column: str, heading: str) -> bool:
    """Whether a heading, as a whole, is known for a column of ours."""
    words = IDIOMS.get(record, {}).get(column, "")
    return bool(words) and fold(heading) in {fold(word) for word in words.split("|")}
