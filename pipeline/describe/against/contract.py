"""What our requests hold, attribute by attribute, in the terms of the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.describe.against.document import Attribute
from schemas import Column, Level, RecordType
from schemas.vocabulary.kinds import CONFIGURATIONS, DIMENSIONS
from schemas.vocabulary.lists import CodeList

_KINDS = {
    "text": "text",
    "code": "text",
    "country": "text",
    "choice": "text",
    "email": "e-mail address",
    "datetime": "date and time",
    "integer": "whole number",
    "number": "number",
    "flag": "true or false",
    "id": "whole number",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One attribute that a request of ours may hold."""

    attribute: Attribute | None  # None: a value of ours, whatever the document says of it
    headings: tuple[str, ...]  # of the columns that it comes from


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted for a record type, or for a part of one."""

    record: RecordType  # whose files have the columns
    name: str  # of the record, as on the screen
    path: str
    method: str  # "post" or "patch"
    sent: Mapping[str, Sent]  # by attribute: `x`, `address.x`, `lines.x`
    lists: tuple[CodeList, ...]


def requests_of(record: RecordType) -> Iterator[Request]:
    """The requests that a record type's documents become, those of its parts after it."""
    if not record.resource:
        return
    path = record.path or f"/{record.resource}"
    sent = {name: each for name, each in _sent(record).items() if f"{{{name}}}" not in path}
    lists = _lists(record)
    yield Request(record, record.name, path, "post", sent, lists)
    if record.changeable:
        yield Request(record, record.name, f"{path}/{{id}}", "patch", sent, ())
    for part in record.part_types.values():
        part_path = part.path or f"/{part.resource}"
        part_sent = {name: each for name, each in _sent(part).items() if f"{{{name}}}" not in part_path}
        yield Request(record, part.name, part_path, "post", part_sent, _lists(part))


def _sent(record: RecordType) -> dict[str, Sent]:
    sent: dict[str, Sent] = {}
    for column in record.columns.values():
        name = _name(column)
        if name:
            sent[name] = Sent(_attribute(column), (column.heading,))
    if (rule := record.quantity) is not None:
        amount = record.columns[rule.quantity]
        words = {rule.measured_in: DIMENSIONS, "stock_configuration": CONFIGURATIONS}
        sent[f"lines.{rule.configurations}"] = Sent(_attribute(replace(amount, required=False)), (amount.heading,))
        for name, known in words.items():
            sent[f"lines.{name}"] = Sent(Attribute("text", words=tuple(sorted(known))), (rule.dimension,))
    if record.has_lines:
        sent["lines_changes"] = Sent(Attribute("list"), ())
    if record.address_attribute:
        sent[record.address_attribute] = Sent(Attribute("object"), ())
    for name in record.first_gets:
        sent[name] = Sent(None, ())
    return sent


def _name(column: Column) -> str:
    """Where the column's value stands in the body; "" for nothing that is sent."""
    if not column.attribute:
        return ""
    match column.level:
        case Level.HEADER:
            return column.attribute
        case Level.ADDRESS:
            return f"address.{column.attribute}"
        case Level.LINE:
            return f"lines.{column.attribute}"
        case _:
            return ""


def _attribute(column: Column) -> Attribute:
    kind, checks = column.kind, column.kind.checks
    limits = checks.get("number_between", {})
    above = checks.get("number_above")
    return Attribute(
        kind="whole number" if column.lookup else _KINDS.get(kind.name, kind.name),
        longest=_longest(column),
        words=tuple(sorted(checks["isin"]["allowed_values"])) if kind.name == "choice" else (),
        low=above["bound"] if above else limits.get("low"),
        high=limits.get("high"),
        above=above is not None,
        required=column.required or bool(column.default or column.fallback),
    )


def _longest(column: Column) -> int | None:
    if column.lookup:
        return None
    if column.kind.name == "country":
        return int(column.kind.rule.split()[-1])  # none is longer than CA-ON: no check is needed
    longest: int | None = column.kind.checks.get("text_at_most", {}).get("longest")
    return longest


def _lists(record: RecordType) -> tuple[CodeList, ...]:
    lists = [record.listed, *(column.lookup for column in record.columns.values())]
    return tuple({each.name: each for each in lists if each is not None}.values())
