"""Products that do not exist yet, and that lines of other documents describe well enough to be created."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from pipeline.transform.assembly import documents_in
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Code, Document, Line
from schemas import RECORD_TYPES
from schemas.vocabulary.lists import PRODUCTS, STOCK_UNIT_TYPES

_UNIT_TYPE = "Unit Stock Unit Type Code"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product that lines want created if it does not exist."""

    code: str
    where: str  # the row that wants it first
    product: Document | None  # None: it cannot be created
    why_not: str = ""


def products_wanted(tables: Sequence[DocumentTable], unit_type: str) -> Iterator[Wanted]:
    """Yield each product that lines want created, once; the first line that describes it counts.

    Args:
        unit_type: the code of the stock unit type that new products get; "" where none is configured.
    """
    described: dict[str, tuple[str, Line]] = {}
    for table in tables:
        clean = table.clean
        control = clean.table.record.control("create_product")
        if control is None or control.heading not in {*clean.columns, *clean.defaults}:
            continue
        for document in documents_in(table):
            for line in document.lines:
                code = next((code.key[0] for code in line.codes if code.codes is PRODUCTS), None)
                if code is not None and line.controls.get("create_product"):
                    known = described.get(code)
                    if known is None or not known[1].controls.get("product_description"):
                        described[code] = f"{clean.table.name} row {line.row}", line
    wrong = _wrong_codes(list(described))
    for code, (where, line) in described.items():
        if not line.controls.get("product_description"):
            yield Wanted(code, where, None, "it cannot be created: product_description is blank")
        elif code in wrong:
            yield Wanted(code, where, None, f"it cannot be created: its code {wrong[code]}")
        elif not unit_type:
            yield Wanted(code, where, None, f'it cannot be created: [defaults.products] names no "{_UNIT_TYPE}"')
        else:
            yield Wanted(code, where, _product(code, line, unit_type))


def _wrong_codes(codes: list[str]) -> dict[str, str]:
    """What the contract of products has against these codes; those that are right are absent."""
    schema = RECORD_TYPES["products"].schema.select_columns(["Code"])
    try:
        schema.validate(pd.DataFrame({"Code": pd.Series(codes, dtype="str")}), lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        return {codes[int(place)]: str(check) for place, check in zip(cases["index"], cases["check"], strict=True)}
    return {}


def _product(code: str, line: Line, unit_type: str) -> Document:
    record = RECORD_TYPES["products"]
    return Document(
        record=record,
        key=(code,),
        rows=(line.row,),
        attributes={
            "code": code,
            "description": line.controls["product_description"],
            "external_system_reference1": code,
        },
        codes=((line.row, Code("stock_unit_type_id", STOCK_UNIT_TYPES, (unit_type,), _UNIT_TYPE)),),
        address={},
        lines=(),
        controls={"allow_update": False},  # one that exists is what was wanted, and nobody asked to change it
    )
