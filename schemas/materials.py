"""Bills of materials: one row for each component of a product."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import code_of, header, parent, record_type
from schemas.vocabulary.kinds import flag, number
from schemas.vocabulary.lists import PRODUCT_MATERIALS, PRODUCTS


@record_type(
    "materials",
    "component",
    key=("parent_product_code", "child_product_code"),
    resource="product_materials",
    path="/products/{parent_product_id}/materials",
    listed=PRODUCT_MATERIALS,
    identified_by=("parent_product_code",),
    after=("products",),
    hierarchy="products",
    changeable=True,
    of_parents={"product_type": "bill_of_materials"},  # else Clarus refuses the components
)
class Materials(pa.DataFrameModel):
    """The columns of Clarus's template for bills of materials."""

    parent_product_code: Series[str] = header("parent_product_id", code_of(PRODUCTS), required=True)
    child_product_code: Series[str] = header("child_product_id", code_of(PRODUCTS), required=True)
    quantity: Series[str] = header("quantity", number(above=0), required=True)
    output_quantity: Series[str] = parent("output_quantity", number(above=0), note="sent with the parent's own row in a products file of the same run")
    assemble_on_pick: Series[str] = parent("assemble_on_pick", flag(), note="sent with the parent's own row in a products file of the same run")
