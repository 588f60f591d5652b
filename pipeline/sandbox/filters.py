"""What a GraphQL filter lets through, and the records it is worth looking at."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.sandbox.listings import Listing, Shown
from pipeline.sandbox.records import Record, Tenant

Test = Callable[[Any], bool]


class UnreadableFilter(ValueError):
    """A filter that cannot mean anything; its text is for the caller."""


def matching(tenant: Tenant, listing: Listing, asked: Mapping[str, Mapping[str, Any]], after: int) -> Iterator[Record]:
    """The records that pass every filter, in ascending order of id, from beyond `after`.

    Equality on an indexed attribute goes through the index; everything else reads on until the caller stops.

    Raises:
        UnreadableFilter: an operator without a value, or a value it cannot compare.
    """
    wanted = [_wanted(listing, name, operators) for name, operators in asked.items()]
    candidates = _candidates(tenant, listing.resource, wanted, after)
    return (record for record in candidates if all(field.passes(tenant, record) for field in wanted))


@dataclass(frozen=True, slots=True)
class _Wanted:
    attribute: str  # of the listed record, or of the record that its `through` names
    operators: Mapping[str, Any]
    test: Test
    through: str = ""  # the attribute with the id of the other record
    other: str | None = None

    def passes(self, tenant: Tenant, record: Record) -> bool:
        if self.other is not None:
            linked = tenant.get(self.other, record.attributes.get(self.through) or 0)
            return linked is not None and self.test(linked.attributes.get(self.attribute))
        return self.test(value_of(record, self.attribute))

    def values(self) -> list[Any] | None:
        """The only values that can pass, where that is known."""
        if "eq" in self.operators:
            return [self.operators["eq"]]
        return list(self.operators["in"]) if "in" in self.operators else None


def value_of(record: Record, attribute: str) -> Any:
    """What a record has under a name; its status is no attribute that anybody sends."""
    if attribute == "id":
        return record.id
    if attribute == "status" and record.status:
        return record.status
    return record.attributes.get(attribute)


def shown_as(listing: Listing, name: str) -> Shown:
    """The kind of a filter: of its field, or of a link's id or code."""
    if name in listing.fields:
        return listing.fields[name]
    return Shown.TEXT if name.endswith("_code") else Shown.ID


def _wanted(listing: Listing, name: str, operators: Mapping[str, Any]) -> _Wanted:
    if operators is None or None in operators.values():
        raise UnreadableFilter(f"{name}: null is not a value to compare with")
    kind = shown_as(listing, name)
    if kind is Shown.ID:
        operators = {operator: _ids(value) for operator, value in operators.items()}
    test = _test(kind, operators)
    if listing.status and name == f"{listing.status}_code":
        return _Wanted("status", operators, test)
    link = name.removesuffix("_code")
    if name not in listing.fields and link in listing.links:
        return _Wanted("code", operators, test, through=f"{link}_id", other=listing.links[link])
    return _Wanted(listing.attributes.get(name, name), operators, test)


def _candidates(tenant: Tenant, resource: str, wanted: Iterable[_Wanted], after: int) -> Iterator[Record]:
    narrowest: set[int] | None = None
    for field in wanted:
        values = field.values()
        ids = None if values is None else _indexed(tenant, resource, field, values)
        if ids is not None and (narrowest is None or len(ids) < len(narrowest)):
            narrowest = ids
    if narrowest is None:
        yield from tenant.after(resource, after)
        return
    for found in sorted(record_id for record_id in narrowest if record_id > after):
        record = tenant.get(resource, found)
        if record is not None:
            yield record


def _indexed(tenant: Tenant, resource: str, field: _Wanted, values: list[Any]) -> set[int] | None:
    if field.other is not None:
        named = _union(tenant, field.other, field.attribute, values)
        return None if named is None else _union(tenant, resource, field.through, named)
    if field.attribute == "id":
        return set(values)
    return _union(tenant, resource, field.attribute, values)


def _union(tenant: Tenant, resource: str, attribute: str, values: Iterable[Any]) -> set[int] | None:
    found: set[int] = set()
    for value in values:
        ids = tenant.ids_with(resource, attribute, value)
        if ids is None:
            return None
        found.update(ids)
    return found


def _ids(value: Any) -> Any:
    """Ids are digit strings in GraphQL, integers in a record; what is no number is nobody's id."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return [_ids(item) for item in value]
    return int(value) if value.isdecimal() else -1


def _test(kind: Shown, operators: Mapping[str, Any]) -> Test:
    read = _instant if kind is Shown.DATETIME else _as_it_is
    try:
        tests = [_OPERATORS[operator](value, read) for operator, value in operators.items()]
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableFilter(f"a filter cannot be read: {error}") from error
    return lambda value: all(test(value) for test in tests)


def _as_it_is(value: Any) -> Any:
    return value


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written.upper())
    # A day without a time, as the document's examples have it, begins in UTC.
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


Read = Callable[[Any], Any]


def _between(limits: Any, read: Read) -> Test:
    if len(limits) != 2:
        raise ValueError("between takes two values")
    low, high = map(read, limits)
    return lambda value: value is not None and low <= read(value) <= high


def _in(values: Any, read: Read) -> Test:
    allowed = frozenset(map(read, values))
    return lambda value: value is not None and read(value) in allowed


def _compare(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Read], Test]:
    def operator(limit: Any, read: Read) -> Test:
        wanted = read(limit)
        return lambda value: value is not None and holds(read(value), wanted)

    return operator


def _pattern(flags: re.RegexFlag) -> Callable[[Any, Read], Test]:
    # By the document's examples "PAL" finds "STDPAL": the text may stand anywhere; % and _ are SQL's.
    def operator(text: str, read: Read) -> Test:
        parts = {"%": ".*", "_": "."}
        found = re.compile("".join(parts.get(sign, re.escape(sign)) for sign in text), flags | re.DOTALL)
        return lambda value: value is not None and found.search(value) is not None

    return operator


_OPERATORS: dict[str, Callable[[Any, Read], Test]] = {
    "eq": _compare(lambda value, limit: bool(value == limit)),
    "gt": _compare(lambda value, limit: bool(value > limit)),
    "gteq": _compare(lambda value, limit: bool(value >= limit)),
    "lt": _compare(lambda value, limit: bool(value < limit)),
    "lteq": _compare(lambda value, limit: bool(value <= limit)),
    "from": _compare(lambda value, limit: bool(value >= limit)),
    "to": _compare(lambda value, limit: bool(value <= limit)),
    "in": _in,
    "between": _between,
    "like": _pattern(re.NOFLAG),
    "ilike": _pattern(re.IGNORECASE),
    "filled": lambda filled, read: lambda value: (value is not None) is filled,
}
