"""Assignments of products to accounts: one row each, made or taken back."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import code_of, control, header, record_type
from schemas.vocabulary.kinds import choice
from schemas.vocabulary.lists import ACCOUNT_PRODUCTS, ACCOUNTS, PRODUCTS


@record_type(
    "account_assignments",
    "account assignment",
    key=("Product Code", "Account Code"),
    resource="account_products",
    path="/products/{product_id}/account_products",
    listed=ACCOUNT_PRODUCTS,
    kept_as="account_products",  # with those that products files make
    identified_by=("Product Code", "Operation"),
    after=("products",),
    deleted={"operation": "UNASSIGN"},
)
class AccountAssignments(pa.DataFrameModel):
    """The columns of Clarus's template for the assignment of products to accounts."""

    product_code: Series[str] = header("product_id", code_of(PRODUCTS), "Product Code", required=True)
    account_code: Series[str] = header("account_id", code_of(ACCOUNTS), "Account Code", required=True)
    operation: Series[str] = control("operation", choice("ASSIGN", "UNASSIGN"), "Operation", required=True, note="both may be repeated")
