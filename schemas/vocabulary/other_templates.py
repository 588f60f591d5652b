"""Clarus's import templates that are no record type here: known by their headings, so that none is taken for another."""

from __future__ import annotations

from collections.abc import Mapping

import pandera.pandas as pa

from schemas.vocabulary.contract import Column, Level, RecordType
from schemas.vocabulary.kinds import Kind

# What to do instead, by name.
INSTEAD: Mapping[str, str] = {
    "hazardous_phrases": "its API has no request for them; import it in Clarus",
    "stock_attributes": "it changes stock that is there; import it in Clarus, or change a stock with PATCH /api/stocks/{id} of its API",
}


def _slots(prefix: str, *kinds: str) -> list[str]:
    return [f"{prefix}{kind}{number}" for kind in kinds for number in range(1, 6)]


def _template(name: str, noun: str, marks: tuple[str, ...], others: list[str]) -> RecordType:
    """A template; `marks` are the headings that, together, no other template has."""
    headings = dict.fromkeys((*marks, *others))
    columns = {heading: Column(heading, Level.UNSENT, Kind("text", "text"), required=heading in marks) for heading in headings}
    return RecordType(name, noun, pa.DataFrameModel, columns, key=marks[:1], identified_by=marks[1:])


OTHER_TEMPLATES: Mapping[str, RecordType] = {
    template.name: template
    for template in (
        _template("hazardous_phrases", "hazardous phrases", ("Product Code", "Hazardous Phrase Code"), ["Operation"]),
        _template(
            "stock_attributes",
            "stock attributes update",
            ("storage_unit_reference", "product_code"),
            ["stock_description", "fifo_date", *_slots("", "string", "integer", "datetime", "boolean")],
        ),
    )
}
