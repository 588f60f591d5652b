"""The attributes of a line's quantity."""

from __future__ import annotations

from decimal import Decimal

from schemas import Quantity
from schemas.vocabulary.kinds import CONFIGURATIONS, Json

UNIT = "unit"
CONFIGURATION = "stock_configuration"


def quantity_attributes(rule: Quantity, quantity: Json, times: Json, dimension: Json) -> dict[str, Json]:
    """Say in the API's terms how much of what a line asks for.

    Source: the ruling on `quantity_dimension` in the Clarus documentation. Pieces go under the plain attribute,
    cases, inners and outers under the configurations attribute; a measure (weight, length …) names its dimension.
    """
    total = _product(quantity, times)
    if dimension is None:
        return {rule.plain: total}
    if dimension not in CONFIGURATIONS:
        return {rule.plain: total, rule.measured_in: dimension}
    attribute = rule.plain if dimension == UNIT else rule.configurations
    return {attribute: total, CONFIGURATION: dimension}


def _product(quantity: Json, times: Json) -> Json:
    if times is None:
        return quantity
    exact = Decimal(str(quantity)) * Decimal(str(times))  # 0.1 times 3 is 0.3, not 0.30000000000000004
    return int(exact) if exact == exact.to_integral_value() else float(exact)
