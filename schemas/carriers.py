"""Carriers: one row each, found again by their code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import header, record_type
from schemas.vocabulary.kinds import code, flag, record_id, text
from schemas.vocabulary.lists import CARRIERS


@record_type(
    "carriers",
    "carrier",
    key=("carrier_code",),
    resource="carriers",
    listed=CARRIERS,
    changeable=True,
    identified_by=("carrier_name",),
)
class Carriers(pa.DataFrameModel):
    """Clarus has no template for them: the columns are the attributes of its API."""

    carrier_code: Series[str] = header("code", code(50), required=True)
    carrier_name: Series[str] = header("name", text(50), required=True)
    description: Series[str] = header("description", text())
    active: Series[str] = header("active", flag())
    carrier_type: Series[str] = header("carrier_type", text())
    custom_carrier_type: Series[str] = header("custom_carrier_type_id", record_id("custom carrier type", "[values.carriers.custom_carrier_type]"))
    shipment_reference_template: Series[str] = header("shipment_reference_template", text())
    external_system_reference1: Series[str] = header("external_system_reference1", text(), fallback="carrier_code")
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
