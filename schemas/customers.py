"""Customers, who receive goods: one row each, found again by their code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import address, header, record_type
from schemas.vocabulary.kinds import code, country, integer, text
from schemas.vocabulary.lists import CUSTOMERS


@record_type(
    "customers",
    "customer",
    key=("customer_code",),
    resource="customers",
    listed=CUSTOMERS,
    identified_by=("customer_name",),
    address_attribute="address",
    changeable=True,
)
class Customers(pa.DataFrameModel):
    """Clarus has no template for them: the columns are the attributes of its API; the town goes into address_3."""

    customer_code: Series[str] = header("code", code(), required=True)
    customer_name: Series[str] = header("name", text(), required=True)
    shelf_life_min: Series[str] = header("shelf_life_min", integer(1))
    shelf_life_max: Series[str] = header("shelf_life_max", integer(1))
    external_system_reference1: Series[str] = header("external_system_reference1", text(), fallback="customer_code")
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
    contact_name: Series[str] = address("name", text())
    address_1: Series[str] = address("address_1", text(80))
    address_3: Series[str] = address("address_3", text(80))
    postcode: Series[str] = address("postcode", text(10))
    country_code: Series[str] = address("country_code", country(6))
