"""What one deployment adds to the contract of a record type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandera.pandas as pa
from pandera.api.dataframe.model_components import FieldInfo
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import Column, RecordType
from schemas.vocabulary.kinds import Kind, choice


def for_deployment(record: RecordType, required: Collection[str], words: Mapping[str, tuple[str, ...]]) -> RecordType:
    """A record type with more required columns, and with more words in columns of fixed words.

    Args:
        required: headings.
        words: by heading; the column's kind is a choice.
    """
    columns = {
        heading: replace(
            column,
            required=column.required or heading in required,
            kind=_with_words(column.kind, words.get(heading, ())),
        )
        for heading, column in record.columns.items()
    }
    changed = {heading: columns[heading] for heading in words}
    return replace(record, columns=columns, model=_with_columns(record.model, changed) if changed else record.model)


def _with_words(kind: Kind, words: tuple[str, ...]) -> Kind:
    if not words:
        return kind
    return choice(*dict.fromkeys((*kind.checks["isin"]["allowed_values"], *words)))


def _with_columns(model: type[pa.DataFrameModel], columns: Mapping[str, Column]) -> type[pa.DataFrameModel]:
    """A model that checks some columns by another kind."""
    names = {field.name: name for base in model.__mro__ for name, field in vars(base).items() if isinstance(field, FieldInfo) and field.name in columns}
    fields: dict[str, Any] = {}
    for heading, column in columns.items():
        checks: dict[str, Any] = {"metadata": {"column": column}, **column.kind.checks}
        fields[names[heading]] = pa.Field(alias=heading, nullable=True, **checks)
    members = {"__annotations__": dict.fromkeys(fields, Series[str]), "__module__": model.__module__}
    return type(model.__name__, (model,), {**members, **fields})
