"""Requests that neither make nor change a record by a body of attributes: deleting, cancelling, reprioritising."""

import orjson

from pipeline.sandbox import answers
from pipeline.sandbox.answers import Answer
from pipeline.sandbox.endpoints import Action
from pipeline.sandbox.records import FIRST_LINE_ID, Record, Tenant
from pipeline.sandbox.resources import Resource

# In lower case: the document contradicts itself on how statuses are written.
_OPEN = {"draft", "pending"}
_CLOSED = {"completed", "cancelled"}


def started(record: Record) -> Answer | None:
    """The refusal of a change of an order or receipt that the warehouse has begun with."""
    if record.resource not in FIRST_LINE_ID or record.status.lower() in _OPEN:
        return None
    return answers.failed(422, "already_started", f"it is {record.status}: it cannot be changed or deleted any more")


def act(tenant: Tenant, action: Action, record: Record, body: bytes) -> Answer:
    """Carry out what needs no attributes."""
    match action:
        case Action.DELETE:
            return started(record) or _deleted(tenant, record)
        case Action.CANCEL:
            return _cancelled(tenant, record)
        case _:
            return _reprioritised(tenant, record, body)


def _deleted(tenant: Tenant, record: Record) -> Answer:
    tenant.delete(record)
    return Answer(204, b"")


def _cancelled(tenant: Tenant, order: Record) -> Answer:
    """A draft or pending order is deleted; one that was begun with is kept as cancelled."""
    if order.status.lower() in _CLOSED:
        return answers.failed(422, "cannot_be_cancelled", f"it is {order.status}")
    if order.status.lower() in _OPEN:
        tenant.delete(order)
    else:
        order = tenant.change(order, {}, status="CANCELLED")
    return answers.created(order)


def _reprioritised(tenant: Tenant, unit: Record, body: bytes) -> Answer:
    """Move a storage unit to an absolute place among those of its product; the others make room."""
    try:
        asked = orjson.loads(body)
        place = asked["priority"] if isinstance(asked, dict) else None
    except (orjson.JSONDecodeError, KeyError):
        place = None
    if isinstance(place, bool) or not isinstance(place, int) or place < 0:
        return answers.failed(422, "required", "priority must be a whole number of at least 0")
    units = tenant.find(Resource.PRODUCT_STORAGE_UNITS, "product_id", unit.attributes["product_id"])
    others = sorted((each for each in units if each.id != unit.id), key=lambda each: each.attributes["priority"])
    others.insert(place, unit)
    for priority, each in enumerate(others):
        if each.attributes["priority"] != priority:
            tenant.change(each, {"priority": priority})
    return Answer(200, b"")
