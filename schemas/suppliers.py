"""Suppliers: one row each, found again by their code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import address, header, record_type
from schemas.vocabulary.kinds import code, country, email, flag, text
from schemas.vocabulary.lists import SUPPLIERS


@record_type(
    "suppliers",
    "supplier",
    key=("supplier_code",),
    resource="suppliers",
    listed=SUPPLIERS,
    identified_by=("supplier_name",),
    address_attribute="address",
    changeable=True,
)
class Suppliers(pa.DataFrameModel):
    """Clarus has no template for them: the columns are the attributes of its API; the town goes into address_3."""

    supplier_code: Series[str] = header("code", code(50), required=True)
    supplier_name: Series[str] = header("name", text(50), required=True)
    description: Series[str] = header("description", text())
    active: Series[str] = header("active", flag())
    external_system_reference1: Series[str] = header("external_system_reference1", text(), fallback="supplier_code")
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
    contact_name: Series[str] = address("name", text())
    address_code: Series[str] = address("code", code(50))
    address_1: Series[str] = address("address_1", text(80))
    address_2: Series[str] = address("address_2", text(80))
    address_3: Series[str] = address("address_3", text(80))
    address_4: Series[str] = address("address_4", text(80))
    address_5: Series[str] = address("address_5", text(80))
    postcode: Series[str] = address("postcode", text(10))
    country_code: Series[str] = address("country_code", country(6))
    email_address: Series[str] = address("email_address", email(254))
    phone_number: Series[str] = address("phone_number", text(50))
    default_notes: Series[str] = address("default_notes", text())
    external_delivery_id: Series[str] = address("external_delivery_id", text())
