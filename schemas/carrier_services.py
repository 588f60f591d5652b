"""Services of carriers: one row each, found again by carrier and code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import code_of, header, record_type
from schemas.vocabulary.kinds import code, flag, integer, text
from schemas.vocabulary.lists import CARRIER_SERVICES, CARRIERS


@record_type(
    "carrier_services",
    "carrier service",
    key=("carrier_code", "carrier_service_code"),
    resource="carrier_services",
    listed=CARRIER_SERVICES,
    changeable=True,
    identified_by=("carrier_service_name",),
    after=("carriers",),
)
class CarrierServices(pa.DataFrameModel):
    """Clarus has no template for them: the columns are the attributes of its API."""

    carrier_code: Series[str] = header("carrier_id", code_of(CARRIERS), required=True)
    carrier_service_code: Series[str] = header("code", code(30), required=True)
    carrier_service_name: Series[str] = header("name", text(50), required=True)
    is_default: Series[str] = header("is_default", flag(), default="false")
    active: Series[str] = header("active", flag(), default="true")
    external_preset_name: Series[str] = header("external_preset_name", text())
    external_preset_id: Series[str] = header("external_preset_id", integer())
