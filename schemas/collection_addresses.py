"""Collection addresses: where goods of suppliers are fetched; rows of the address template whose type says so are such."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import code_of, header, record_type
from schemas.vocabulary.kinds import code, country, flag, text
from schemas.vocabulary.lists import SUPPLIERS


@record_type(
    "collection_addresses",
    "collection address",
    key=("code",),
    resource="collection_addresses",
    told_by=("collection_address_code",),
    extends="addresses",
    changeable=True,
)
class CollectionAddresses(pa.DataFrameModel):
    """The columns of Clarus's address import template that such an address has in its API, and the supplier."""

    address_code: Series[str] = header("code", code(50), "code", required=True, aliases=("collection_address_code",))
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
    supplier_code: Series[str] = header("supplier_id", code_of(SUPPLIERS))
    default_notes: Series[str] = header("default_notes", text())
    is_active: Series[str] = header("is_active", flag())
    external_delivery_id: Series[str] = header("external_delivery_id", code())
