"""The vocabulary in which a contract is written, and the judgement of a JSON value by it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

Json = Any


class Symbol(StrEnum):
    """The machine-readable name of a refusal."""

    REQUIRED = "required"
    UNKNOWN = "unknown_attribute"
    NULL = "must_not_be_null"
    TYPE = "wrong_type"
    LENGTH = "too_long"
    RANGE = "out_of_range"
    CHOICE = "not_in_list"
    FORMAT = "wrong_format"
    NOT_FOUND = "not_found"
    TAKEN = "already_taken"
    MISMATCH = "mismatch"
    ONE_OF = "exactly_one_required"
    PRODUCT_CODE_EXISTS = "product_code_exists"
    SUPPLIER_CODE_EXISTS = "supplier_code_exists"
    CUSTOMER_CODE_EXISTS = "customer_code_exists"
    ACCOUNT_PRODUCT_EXISTS = "account_product_exists"
    PRIORITY_EXISTS = "priority_exists"
    NOT_A_BILL = "not_a_bill_of_materials"
    CARRIER_CODE_EXISTS = "carrier_code_exists"
    CARRIER_SERVICE_CODE_EXISTS = "carrier_service_code_exists"
    LOCATION_CODE_EXISTS = "location_code_exists"


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason to refuse a body."""

    source: str  # where in the body: data.attributes.lines_changes[0].attributes.product_id
    symbol: Symbol
    words: str  # what is wrong there, to be read after the name of the place

    @property
    def details(self) -> str:
        place = self.source.removeprefix("data.").removeprefix("attributes.")
        return f"{place or 'the body'} {self.words}"


Flaw = tuple[Symbol, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a value may be, and whether its object can do without it."""

    required: bool = False
    nullable: bool = False

    def flaw(self, value: Json) -> Flaw | None:
        """What is wrong with a value that is not null, looking no deeper than the value itself."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class String(Kind):
    longest: int | None = None  # characters, not bytes

    def flaw(self, value: Json) -> Flaw | None:
        if not isinstance(value, str):
            return Symbol.TYPE, "must be text"
        if self.longest is not None and len(value) > self.longest:
            return Symbol.LENGTH, f"must have at most {self.longest} characters, not {len(value)}"
        return None


@dataclass(frozen=True, slots=True)
class Email(String):
    def flaw(self, value: Json) -> Flaw | None:
        # The explicit class: super() without arguments does not survive dataclass(slots=True).
        flaw = String.flaw(self, value)
        if flaw is None and "@" not in value:
            return Symbol.FORMAT, "must be an e-mail address"
        return flaw


@dataclass(frozen=True, slots=True)
class Number(Kind):
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None

    def flaw(self, value: Json) -> Flaw | None:
        # To Python, true is a number.
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Symbol.TYPE, "must be a number"
        return self._outside(value)

    def _outside(self, value: float) -> Flaw | None:
        if self.minimum is not None and value < self.minimum:
            return Symbol.RANGE, f"must be at least {self.minimum}, not {value}"
        if self.above is not None and value <= self.above:
            return Symbol.RANGE, f"must be above {self.above}, not {value}"
        if self.maximum is not None and value > self.maximum:
            return Symbol.RANGE, f"must be at most {self.maximum}, not {value}"
        return None


@dataclass(frozen=True, slots=True)
class Integer(Number):
    def flaw(self, value: Json) -> Flaw | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return Symbol.TYPE, "must be a whole number"
        return self._outside(value)


@dataclass(frozen=True, slots=True)
class Boolean(Kind):
    def flaw(self, value: Json) -> Flaw | None:
        return None if isinstance(value, bool) else (Symbol.TYPE, "must be true or false")


_DATETIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Datetime(Kind):
    """An instant as RFC 3339 writes it: with a date that exists, seconds and a zone."""

    def flaw(self, value: Json) -> Flaw | None:
        if not isinstance(value, str):
            return Symbol.TYPE, "must be a date and time"
        written = _DATETIME.fullmatch(value)
        if written is None:
            return Symbol.FORMAT, "must be a date and time with a zone, such as 2024-01-20T10:00:00Z"
        try:
            date(int(written[1]), int(written[2]), int(written[3]))
        except ValueError:
            return Symbol.FORMAT, f"must be a day of the calendar, which {value[:10]} is not"
        return None


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    words: tuple[str, ...]

    def flaw(self, value: Json) -> Flaw | None:
        if not isinstance(value, str):
            return Symbol.TYPE, "must be text"
        if value not in self.words:
            return Symbol.CHOICE, f"must be one of {', '.join(self.words)}"
        return None


@dataclass(frozen=True, slots=True)
class Object(Kind):
    """Exactly these members: a name that is not listed is refused."""

    members: Mapping[str, Kind]

    def flaw(self, value: Json) -> Flaw | None:
        return None if isinstance(value, dict) else (Symbol.TYPE, "must be an object")


@dataclass(frozen=True, slots=True)
class Anything(Kind):
    """An object with whatever members."""

    def flaw(self, value: Json) -> Flaw | None:
        return None if isinstance(value, dict) else (Symbol.TYPE, "must be an object")


@dataclass(frozen=True, slots=True)
class Array(Kind):
    item: Kind

    def flaw(self, value: Json) -> Flaw | None:
        return None if isinstance(value, list) else (Symbol.TYPE, "must be a list")


def judge(kind: Kind, value: Json, source: str = "") -> Iterator[Violation]:
    """Everything wrong with a value and with what it holds, in the order of the body."""
    if value is None:
        if not kind.nullable:
            yield Violation(source, Symbol.NULL, "must not be null")
        return
    flaw = kind.flaw(value)
    if flaw is not None:
        yield Violation(source, *flaw)
    elif isinstance(kind, Object):
        yield from _judge_members(kind.members, value, source)
    elif isinstance(kind, Array):
        for position, item in enumerate(value):
            yield from judge(kind.item, item, f"{source}[{position}]")


def _judge_members(members: Mapping[str, Kind], value: dict[str, Json], source: str) -> Iterator[Violation]:
    prefix = f"{source}." if source else ""
    for name, inner in value.items():
        kind = members.get(name)
        if kind is None:
            yield Violation(prefix + name, Symbol.UNKNOWN, "is not an attribute of this record")
        else:
            yield from judge(kind, inner, prefix + name)
    for name, kind in members.items():
        if kind.required and name not in value:
            yield Violation(prefix + name, Symbol.REQUIRED, "is required")
