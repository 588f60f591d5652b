"""Where the contract differs from the document on purpose, and why.

What the document says today stands beside it: should it say something else one day, that is a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """One aspect of an attribute in which the contract is stricter than the document."""

    aspect: str  # the field of `Attribute`
    document: object  # what the document says of it
    why: str


_POSITIVE = "a quantity of nothing, or less, is a mistake in a file"
_BY_ID = "no code of a file stands for this id"
_BY_CLARUS = "Clarus sets it as the work goes on"
_ADDRESS = "address_reference and address_code say which address it is"

STRICTER: Mapping[tuple[str, str], tuple[Deviation, ...]] = {
    ("materials", "quantity"): (Deviation("low", None, _POSITIVE), Deviation("above", False, _POSITIVE)),
    ("product_storage_units", "height"): (Deviation("low", None, _POSITIVE), Deviation("above", False, _POSITIVE)),
    ("suppliers", "address.email_address"): (
        Deviation("kind", "text", "what is no e-mail address is told before it is sent"),
    ),
}
# Attributes of the document that no column is for.
NOT_OFFERED: Mapping[tuple[str, str], str] = {
    ("carriers", "carrier_authentication"): "credentials do not belong in a file",
    ("carrier_services", "service_configuration"): "the document does not describe what is in it",
    ("customers", "pick_label_id"): _BY_ID,
    ("pickface_products", "location_group_id"): _BY_ID,
    ("orders", "actual_date_of_dispatch"): _BY_CLARUS,
    ("orders", "goods_out_status_id"): _BY_CLARUS,
    ("orders", "short_order_lines_description"): _BY_CLARUS,
    ("orders", "short_order_lines_reason_code_id"): _BY_CLARUS,
    ("orders", "integration_id"): _BY_ID,
    ("orders", "location_id"): _BY_ID,
    ("orders", "original_delivery_address_id"): _BY_ID,
    ("orders", "lines.goods_in_receipt_line_id"): _BY_ID,
    ("orders", "lines.stock_to_pick_id"): _BY_ID,
    ("orders", "address.code"): _ADDRESS,
    ("orders", "address.external_system_reference2"): _ADDRESS,
    ("orders", "address.external_system_reference3"): _ADDRESS,
    ("receipts", "address.code"): _ADDRESS,
    ("receipts", "address.external_system_reference2"): _ADDRESS,
    ("receipts", "address.external_system_reference3"): _ADDRESS,
    ("suppliers", "address.is_active"): "a supplier has `active`",
    ("suppliers", "address.external_system_reference1"): "the supplier has its own references",
    ("suppliers", "address.external_system_reference2"): "the supplier has its own references",
    ("suppliers", "address.external_system_reference3"): "the supplier has its own references",
}
