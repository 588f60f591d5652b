"""A record type as one deployment has it: columns that it requires besides, and words that its tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.config.settings import Settings
    from schemas import RecordType

_made: dict[tuple[object, ...], tuple[RecordType, RecordType]] = {}


def adapted(record: RecordType, settings: Settings) -> RecordType:
    """The record type with what `[required]` and `[words]` say of it; itself, where they say nothing.

    The same one each time: what is checked together is told by it.
    """
    required, words = settings.required.get(record.name, ()), settings.words.get(record.name, {})
    if not required and not words:
        return record
    from schemas.vocabulary.deployment import for_deployment

    name = (id(record), required, tuple(sorted(words.items())))
    if name not in _made:
        _made[name] = record, for_deployment(record, required, words)  # the first is kept, so that its id is its own
    return _made[name][1]
