"""A digest of the contract: equal where the same columns become the same attributes under the same rules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b

from schemas.vocabulary.contract import RecordType


def contract_digest(records: Iterable[RecordType]) -> str:
    """The digest of some record types: 16 hexadecimal digits, whatever their order."""
    told = [
        [
            record.name,
            record.resource,
            record.path,
            record.key,
            [
                (
                    *(column.heading, column.level, column.attribute, column.kind.name, column.kind.rule),
                    *(column.required, column.default, column.fallback, column.lookup.name if column.lookup else ""),
                )
                for column in record.columns.values()
            ],
        ]
        for record in sorted(records, key=lambda record: record.name)
    ]
    return blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()
