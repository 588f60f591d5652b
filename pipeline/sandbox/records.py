"""What one tenant holds: records by list, found by id or by an indexed attribute."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.sandbox.resources import Resource


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    attributes: Mapping[str, Any]
    made_at: float = 0.0  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class Record:
    tenant: str
    resource: str
    id: int
    attributes: Mapping[str, Any]  # as sent, without lines_changes
    lines: tuple[Line, ...]
    address: Mapping[str, Any]  # the attributes of the address relationship
    made_at: float  # seconds since the epoch
    status: str = ""  # of orders and receipts


# Each list counts from its own start, so that an id used in the wrong place is not there.
FIRST_ID: dict[str, int] = {
    Resource.ACCOUNTS: 101,
    Resource.WAREHOUSES: 201,
    Resource.CARRIERS: 12_000_001,
    Resource.CARRIER_SERVICES: 13_000_001,
    Resource.ORDER_TYPES: 401,
    Resource.STOCK_UNIT_TYPES: 501,
    Resource.STORAGE_UNIT_TYPES: 551,
    Resource.LOCATIONS: 10_000_001,
    Resource.LOCATION_TYPES: 651,
    Resource.CUSTOM_CARRIER_TYPES: 661,
    Resource.SUPPLIERS: 701,
    Resource.CUSTOMERS: 801,
    Resource.PRODUCTS: 1_000_001,
    Resource.PRODUCT_STORAGE_UNITS: 2_000_001,
    Resource.ACCOUNT_PRODUCTS: 3_000_001,
    Resource.PRODUCT_MATERIALS: 4_000_001,
    Resource.GOODS_IN_RECEIPTS: 5_000_001,
    Resource.GOODS_OUTS: 6_000_001,
    Resource.DELIVERY_ADDRESSES: 7_000_001,
    Resource.PICKFACE_PRODUCTS: 8_000_001,
    Resource.COLLECTION_ADDRESSES: 9_000_001,
    Resource.CROSSDOCKS: 11_000_001,
}
# Of lists that are declared to the sandbox.
_FIRST_OF_MORE, _APART = 20_000_001, 1_000_000
FIRST_LINE_ID: dict[str, int] = {Resource.GOODS_IN_RECEIPTS: 50_000_001, Resource.GOODS_OUTS: 60_000_001}
FIRST_STATUS: dict[str, str] = {Resource.GOODS_IN_RECEIPTS: "pending", Resource.GOODS_OUTS: "PENDING"}
DELETED = "deleted"  # the status under which the journal remembers that a record is there no more

# Attributes that lookups and rules search by equality; anything else is found by reading the whole list.
INDEXED: dict[str, tuple[str, ...]] = {
    Resource.PRODUCT_STORAGE_UNITS: ("product_id",),
    Resource.ACCOUNT_PRODUCTS: ("product_id", "account_id"),
    Resource.PRODUCT_MATERIALS: ("parent_product_id",),
    Resource.GOODS_IN_RECEIPTS: ("reference",),
    Resource.GOODS_OUTS: ("reference",),
    Resource.GOODS_OUT_LINES: ("goods_out_id", "product_id"),
    Resource.PICKFACE_PRODUCTS: (),
    Resource.CROSSDOCKS: ("reference",),
}


@dataclass(slots=True)
class _List:
    records: dict[int, Record] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)  # ascending
    index: dict[str, dict[Any, set[int]]] = field(default_factory=dict)


class Tenant:
    """The records of one subdomain. Written by one thread; the others read what is finished."""

    def __init__(self, name: str, more: Iterable[str] = ()) -> None:
        self.name = name
        self._first = dict[str, int](FIRST_ID)
        for number, resource in enumerate(more):
            self._first[resource] = _FIRST_OF_MORE + number * _APART
        self._lists: dict[str, _List] = {
            resource: _List(index={name: {} for name in INDEXED.get(resource, ("code",))})
            for resource in (*Resource, *more)
        }
        self._lines: dict[str, dict[int, Line]] = {resource: {} for resource in FIRST_LINE_ID}
        self._next_line = dict(FIRST_LINE_ID)
        # Until `open`: what is there from the start has been there for ever.
        self._clock: Callable[[], float] = lambda: 0.0
        self._keep: Callable[[Record], None] = lambda record: None

    def open(self, clock: Callable[[], float], keep: Callable[[Record], None]) -> None:
        """From now on records have an age, and `keep` is told of every one that is added or changed."""
        self._clock = clock
        self._keep = keep

    def add(
        self,
        resource: str,
        attributes: Mapping[str, Any],
        lines: Iterable[Mapping[str, Any]] = (),
        address: Mapping[str, Any] | None = None,
    ) -> Record:
        record = Record(
            tenant=self.name,
            resource=resource,
            id=self._first[resource] + len(self._lists[resource].ids),
            attributes=attributes,
            lines=tuple(self.new_line(resource, line) for line in lines),
            address=address or {},
            made_at=self._clock(),
            status=FIRST_STATUS.get(resource, ""),
        )
        self.put(record)
        self._keep(record)
        return record

    def change(self, record: Record, attributes: Mapping[str, Any], **more: Any) -> Record:
        """Lay attributes over those of a record; `more` are fields of `Record` that are replaced."""
        changed = replace(record, attributes={**record.attributes, **attributes}, **more)
        self.put(changed)
        self._keep(changed)
        return changed

    def new_line(self, resource: str, attributes: Mapping[str, Any]) -> Line:
        """A line with an id that no other ever had."""
        line = Line(self._next_line[resource], attributes, self._clock())
        self._next_line[resource] += 1
        return line

    def delete(self, record: Record) -> None:
        """Let go of a record for good, as a request over REST does."""
        self.remove(record)
        self._keep(replace(record, status=DELETED))

    def put(self, record: Record) -> None:
        """Hold a record under the id it has, in place of the one that had it before."""
        held = self._lists[record.resource]
        before = held.records.get(record.id)
        for name, found in held.index.items():
            if before is not None:
                found[before.attributes.get(name)].discard(record.id)
            found.setdefault(record.attributes.get(name), set()).add(record.id)
        held.records[record.id] = record
        if before is None:
            insort(held.ids, record.id)
        if record.resource in FIRST_LINE_ID:
            self._put_lines(record, () if before is None else before.lines)

    def remove(self, record: Record) -> None:
        """Let go of a record; its id is never given again."""
        held = self._lists[record.resource]
        for name, found in held.index.items():
            found[record.attributes.get(name)].discard(record.id)
        del held.records[record.id]
        if record.resource in FIRST_LINE_ID:
            self._put_lines(replace(record, lines=()), record.lines)

    def _put_lines(self, record: Record, before: Sequence[Line]) -> None:
        """Hold the lines of a record in place of those it had; those of orders are a list of their own."""
        lines = self._lines[record.resource]
        for line in before:
            lines.pop(line.id, None)
        for line in record.lines:
            lines[line.id] = line
            self._next_line[record.resource] = max(self._next_line[record.resource], line.id + 1)
        if record.resource is not Resource.GOODS_OUTS:
            return
        held = self._lists[Resource.GOODS_OUT_LINES].records
        for line in before:
            if line.id in held and line.id not in lines:
                self.remove(held[line.id])
        for line in record.lines:
            attributes = {**line.attributes, "goods_out_id": record.id}
            self.put(Record(self.name, Resource.GOODS_OUT_LINES, line.id, attributes, (), {}, line.made_at))

    def has(self, resource: str) -> bool:
        """Whether there is a list of this name."""
        return resource in self._lists

    def get(self, resource: str, record_id: int) -> Record | None:
        return self._lists[resource].records.get(record_id)

    def has_line(self, resource: str, line_id: int) -> bool:
        return line_id in self._lines[resource]

    def ids_with(self, resource: str, name: str, value: Any) -> Sequence[int] | None:
        """The ids, ascending, of the records whose attribute has this value; None where no index knows."""
        index = self._lists[resource].index.get(name)
        return None if index is None else sorted(index.get(value, ()))

    def find(self, resource: str, name: str, value: Any) -> list[Record]:
        """The records whose indexed attribute has this value."""
        held = self._lists[resource]
        return [held.records[found] for found in sorted(held.index[name].get(value, ()))]

    def after(self, resource: str, record_id: int) -> Iterator[Record]:
        """The records with greater ids, ascending."""
        held = self._lists[resource]
        for position in range(bisect_right(held.ids, record_id), len(held.ids)):
            if (record := held.records.get(held.ids[position])) is not None:
                yield record

    def all(self, resource: str) -> list[Record]:
        # list() of a dict's values is one step to the interpreter, so a writer cannot come between.
        return list(self._lists[resource].records.values())
