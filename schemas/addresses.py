"""Addresses: the address book from which orders take theirs by address_code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import Variant, code_of, control, header, record_type
from schemas.vocabulary.kinds import choice, code, country, flag, text
from schemas.vocabulary.lists import ACCOUNTS, CUSTOMERS


@record_type(
    "addresses",
    "address",
    key=("account_code", "code"),
    resource="delivery_addresses",
    variant=Variant("address_type", "CollectionAddress", "collection_addresses"),
    after=("customers", "suppliers"),
    book=True,
    changeable=True,
)
class Addresses(pa.DataFrameModel):
    """The columns of Clarus's address import template, and the customer that a delivery address may belong to."""

    address_code: Series[str] = header("code", code(50), "code", required=True)
    address_type: Series[str] = control("address_type", choice("DeliveryAddress", "CollectionAddress"))
    name: Series[str] = header("name", text(), required=True)
    address_1: Series[str] = header("address_1", text(80))
    address_2: Series[str] = header("address_2", text(80))
    address_3: Series[str] = header("address_3", text(80))
    address_4: Series[str] = header("address_4", text(80))
    address_5: Series[str] = header("address_5", text(80))
    postcode: Series[str] = header("postcode", text(10))
    phone_number: Series[str] = header("phone_number", text(50))
    email_address: Series[str] = header("email_address", text(254))
    country_code: Series[str] = header("country_code", country(6), "country")
    external_system_reference1: Series[str] = header("external_system_reference1", text())
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
    # Accepted under their API names; the template has no column for them.
    default_notes: Series[str] = header("default_notes", text(), besides=True)
    is_active: Series[str] = header("is_active", flag(), besides=True)
    external_delivery_id: Series[str] = header("external_delivery_id", text(), besides=True)
    account_code: Series[str] = control("account_code", code_of(ACCOUNTS), note="the account whose orders may use it; blank: any")
    customer_code: Series[str] = header("customer_id", code_of(CUSTOMERS))
    supplier_code: Series[str] = control("supplier_code", code(), note="of a collection address", besides=True)
