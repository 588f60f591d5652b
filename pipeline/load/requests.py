"""What is needed of a request to recognise the answer to it."""

from __future__ import annotations

from pipeline.clarus.echoes import Sent
from pipeline.values.resolved import Resolved


def sent_of(resolution: Resolved, changes: int | None = None) -> Sent:
    """What is sent of a document; `changes` is the id of the record that is changed."""
    record, attributes = resolution.document.record, resolution.attributes
    if "{" in record.path:  # the ids in it are no attributes of the body
        places = zip(record.path.split("/"), resolution.path.split("/"), strict=True)
        attributes = {**attributes, **{place[1:-1]: there for place, there in places if place.startswith("{")}}
    key = tuple(record.columns[heading].attribute for heading in record.key if heading in record.columns)
    return Sent(record.resource, attributes, key, changes)
