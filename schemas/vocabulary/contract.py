"""The vocabulary in which `schemas/` describes a record type.

Everything else derives from these descriptions: which headings a file may have, what each cell must be, which attribute
of the API it becomes, which codes are looked up, what `fields` and `template` print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import pandera.pandas as pa
from pandera.api.dataframe.model_components import FieldInfo
from pandera.typing.pandas import Series

from schemas.vocabulary.changes import Changes
from schemas.vocabulary.headings import fold
from schemas.vocabulary.kinds import Kind, code, datetime, flag, integer, text
from schemas.vocabulary.lists import CodeList
from schemas.vocabulary.quantity import Quantity


class Level(StrEnum):
    """Which part of a document a column speaks of."""

    HEADER = "header"  # one value for the whole document
    ADDRESS = "address"  # of the document, in its related address block
    LINE = "line"  # one value for each row
    CONTROL = "control"  # tells the pipeline what to do; never sent
    PARENT = "parent"  # of the document that key[0] names, if that is in this run: joins its attributes
    FOLLOW_UP = "follow-up"  # becomes a record of its own, posted after the document
    UNSENT = "unsent"  # Clarus's templates have it, its API does not


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    heading: str  # as Clarus's templates write it
    level: Level
    kind: Kind
    attribute: str = ""  # of the API; for a control, what it decides; "" where another rule makes the attributes
    required: bool = False
    per_line: bool = False  # else one value for the document: filled down, and two values are a conflict
    default: str = ""  # sent where the file and the configuration give none
    fallback: str = ""  # the heading of the column that stands in for a blank cell
    lookup: CodeList | None = None  # the cell is a code; Clarus wants the id
    within: str = ""  # the heading of the column whose code narrows the lookup
    book: str = ""  # the record type of this run in which the code is looked up
    part: str = ""  # the follow-up that the column belongs to
    note: str = ""
    aliases: tuple[str, ...] = ()  # other headings of the column, in the guides of Clarus
    unless_dropped: str = ""  # a filled cell holds its file, unless this key of the configuration is "drop"
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # a word that says that the row belongs elsewhere -> where
    # Clarus's template does not have it, and an empty file of ours only when all columns are asked for: that it is there
    # says nothing against other record types.
    besides: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A record of its own that rows of another record type describe: a product's storage unit.

    It is read from the same rows as a record type made of the part's columns and the owner's key.
    """

    name: str  # as the columns name it
    record: str  # the record type's name, in the ledger and on the screen
    noun: str
    key: tuple[str, ...]  # headings that tell it apart from others of its owner; the first says that it is there
    needs: tuple[str, ...]  # headings that must be filled then
    place: Mapping[str, Any]  # the fields of its `RecordType`
    within: tuple[str, ...] = ()  # headings that narrow the key where they are filled


@dataclass(frozen=True, slots=True)
class Precursor:
    """A record that lines name, and describe well enough to be created: it is posted before their document."""

    record: str  # the record type that is created
    wanted_by: str  # what a control column decides: lines that say so want it created
    described_by: Mapping[str, str]  # attribute -> what a control column of the line decides
    code_attributes: tuple[str, ...]  # that get the code itself
    defaulted: tuple[str, ...]  # headings of codes that [defaults] of that record type has to supply


@dataclass(frozen=True, slots=True)
class Variant:
    """Rows of a record type that become records of another, which takes of their columns what it has itself."""

    decided_by: str  # a control
    value: str  # with which a row is one
    record: str  # the name of the other record type


@dataclass(frozen=True)
class RecordType:
    """A kind of record that files hold: its columns and its place in Clarus."""

    name: str  # plural, as on the command line and in the configuration
    noun: str  # for messages: "order"
    model: type[pa.DataFrameModel]
    columns: Mapping[str, Column]  # by heading
    key: tuple[str, ...]  # headings that identify a document; the last is its reference, those before narrow it
    resource: str = ""  # JSON:API type; "": nothing is sent, rows are noted
    noted: Mapping[str, str] = field(default_factory=dict)  # what a control decides -> with this value likewise
    deleted: Mapping[str, str] = field(default_factory=dict)  # what a control decides -> with this value the record goes
    variant: Variant | None = None  # rows that become records of another type
    is_declared: bool = False  # by a file of the user's
    kept_as: str = ""  # the name in the ledger, where that of another record type is the same record's
    path: str = ""  # "/{resource}" unless it names ids: "/products/{product_id}/materials"
    in_body: tuple[str, ...] = ()  # attributes that stand in the path and in the body
    listed: CodeList | None = None  # where existing documents are found; None: Clarus does not list them
    identified_by: tuple[str, ...] = ()  # headings by which a file is recognised, beside the reference
    told_by: tuple[str, ...] = ()  # headings of which one is there, unless the headings are exactly those of the template
    extends: str = ""  # a record type: what both have says nothing against that one
    after: tuple[str, ...] = ()  # record types that are loaded before
    has_lines: bool = False  # rows become lines inside the document
    names_storage_unit: bool = False  # lines name the product's storage unit of priority 0
    quantity: Quantity | None = None
    address_attribute: str = ""  # where the address goes among the attributes; "": it is a related record
    changeable: bool = False  # an existing record may be changed with PATCH; it has a column allow_update then
    changes: Changes = field(default_factory=Changes)  # and what goes for that
    line_item: str = "product_id"  # the attribute by which lines are told apart
    line_number: str = "alt_line_number"  # and, where it is filled, the one that does so alone
    first_gets: Mapping[str, Any] = field(default_factory=dict)  # attributes of the first record of its owner, key[0]
    parts: tuple[Part, ...] = ()  # records that a row describes as well, posted after the document
    precursors: tuple[Precursor, ...] = ()  # records that a line describes as well, posted before the document
    book: bool = False  # others take these by their code, as orders take an address; a file of them may be configured
    hierarchy: str = ""  # the record type of which key[0] is made of key[1]: children come first, a cycle is an error
    of_parents: Mapping[str, Any] = field(default_factory=dict)  # attributes of what key[0] names, where that is in this run
    not_in_api: Mapping[str, str] = field(default_factory=dict)  # headings of the guides that are no column -> why

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of the canonical text of each column."""
        return self.model.to_schema()

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The heading of the contract for each name, folded, that a file may have for it.

        Names are the heading itself, those of Clarus's guides, and the API's own attribute where it names only one
        column.
        """
        columns = self.columns.values()
        used = Counter(column.attribute for column in columns)
        own = {fold(column.attribute): column.heading for column in columns if used[column.attribute] == 1 and self._is_named_by_attribute(column)}
        guides = {fold(alias): column.heading for column in columns for alias in column.aliases}
        return {**own, **guides, **{fold(heading): heading for heading in self.columns}}

    def _is_named_by_attribute(self, column: Column) -> bool:
        """Whether the API's attribute, alone, says which column is meant.

        Not where it holds an id, for the column holds a code; not the `name` of an address, for in a file of orders that
        may be anybody's; and not a generic slot of what has lines, for header and lines both have it in the API.
        """
        generic = self.has_lines and column.attribute.rstrip("12345") in _SLOTS
        of_somebody = column.level is Level.ADDRESS and column.attribute == "name"
        sent = column.level in (Level.HEADER, Level.ADDRESS, Level.LINE) and bool(column.attribute)
        return sent and column.lookup is None and not generic and not of_somebody

    @cached_property
    def nested(self) -> bool:
        """Whether attributes stand within objects of the body: `dimensions.length`."""
        return any("." in column.attribute for column in self.columns.values())

    @property
    def ledger_name(self) -> str:
        """What the ledger calls such records."""
        return self.kept_as or self.name

    @property
    def reference(self) -> str:
        """The heading that names a document."""
        return self.key[-1]

    @cached_property
    def part_types(self) -> dict[str, RecordType]:
        """The parts as record types, by name of the part."""
        return {part.name: _part_type(self, part) for part in self.parts}

    def at(self, *levels: Level) -> list[Column]:
        """The columns of these levels, in the order of the contract."""
        return [column for column in self.columns.values() if column.level in levels]

    def control(self, decides: str) -> Column | None:
        """The control column that decides something (`allow_duplicate`), if the record type has it."""
        return next((column for column in self.at(Level.CONTROL) if column.attribute == decides), None)


RECORD_TYPES: dict[str, RecordType] = {}

_ALLOW = "allow_update"
_OF_OWNER = {_ALLOW: _ALLOW, "is_new_product": "owner_is_new"}  # controls of the owner's row that count for its parts

_SLOTS: Mapping[str, Callable[[], Kind]] = {"string": text, "integer": integer, "datetime": datetime, "boolean": flag}


@dataclass(frozen=True, slots=True)
class Slots:
    """Columns of one pattern that stand where the model names them, such as the generic slots of Clarus's records."""

    fields: Mapping[str, Any]


def generic_slots(column: Callable[..., Any], prefix: str, kinds: tuple[str, ...], bare: tuple[str, ...] = (), **rules: Any) -> Slots:
    """The generic slots of a record, five of each kind: string1 … string5, integer1 …; `column` makes one.

    Their meaning is agreed by each integration (Clarus's API documentation). Those of the kinds in `bare` may have a
    heading without the prefix, as in Clarus's guides.
    """
    slots = ((kind, f"{kind}{number}") for kind in kinds for number in range(1, 6))
    return Slots({f"{prefix}{slot}": column(slot, _SLOTS[kind](), aliases=(slot,) if kind in bare else (), **rules) for kind, slot in slots})


def record_type(name: str, noun: str, key: tuple[str, ...], **place: Any) -> Callable[[type[pa.DataFrameModel]], type[pa.DataFrameModel]]:
    """Register the decorated pandera model as a record type; `place` are the fields of `RecordType`."""

    def register(model: type[pa.DataFrameModel]) -> type[pa.DataFrameModel]:
        RECORD_TYPES[name] = record = described(name, noun, key, model, **place)
        return record.model

    return register


def described(name: str, noun: str, key: tuple[str, ...], model: type[pa.DataFrameModel], **place: Any) -> RecordType:
    """Make a record type of a pandera model; `place` are the other fields of `RecordType`."""
    fields, slots = _fields(model)
    if place.get("changeable") and not any(_decides(field, _ALLOW) for field in fields.values()):
        note = "true: one that exists is changed, whatever [existing] says; false: it is not"
        fields[_ALLOW] = slots[_ALLOW] = control(_ALLOW, flag(), _ALLOW, note=note, besides=True)
    if slots:
        members = {"__annotations__": dict.fromkeys(slots, Series[str]), "__module__": model.__module__, "__doc__": model.__doc__}
        model = type(model.__name__, (model,), {**members, **slots})
    # Not of `to_schema()`: that takes 20 ms a record type, and a run needs the schemas of its own files only.
    columns = {heading: replace(field.metadata["column"], heading=heading) for heading, field in fields.items() if field.metadata}
    return RecordType(name, noun, model, columns, key, **place)


def declare(types: Iterable[RecordType]) -> None:
    """Register record types that a user declares, in place of those that were declared before."""
    for name in [name for name, record in RECORD_TYPES.items() if record.is_declared]:
        del RECORD_TYPES[name]
    RECORD_TYPES.update({record.name: replace(record, is_declared=True) for record in types})


def _fields(model: type[pa.DataFrameModel]) -> tuple[dict[str, FieldInfo], dict[str, FieldInfo]]:
    """The fields of a model by heading, those of its base classes first; and those of its slots, by attribute."""
    fields: dict[str, FieldInfo] = {}
    slots: dict[str, FieldInfo] = {}
    for base in reversed(model.__mro__):
        for value in vars(base).values():
            if isinstance(value, FieldInfo):
                fields[value.name] = value
            elif isinstance(value, Slots):
                fields.update(value.fields)
                slots.update(value.fields)
    return fields, slots


def _decides(field: FieldInfo, what: str) -> bool:
    column = (field.metadata or {}).get("column")
    return column is not None and column.level is Level.CONTROL and column.attribute == what


def _part_type(owner: RecordType, part: Part) -> RecordType:
    own = owner.columns[owner.reference]
    assert owner.listed is not None, "a part names its owner by a code that is looked up"
    columns = {
        own.heading: replace(own, attribute=f"{owner.noun}_id", lookup=owner.listed),
        **{column.heading: replace(column, level=Level.HEADER, per_line=False, required=column.heading in part.needs) for column in owner.columns.values() if column.part == part.name},
    }
    if part.place.get("changeable"):  # by what the owner's row says
        columns |= {column.heading: replace(column, attribute=_OF_OWNER[column.attribute]) for column in owner.at(Level.CONTROL) if column.attribute in _OF_OWNER}
    key = (owner.reference, *part.within, *part.key)
    return RecordType(part.record, part.noun, owner.model, columns, key, **part.place)


def in_load_order() -> list[RecordType]:
    """All record types, each after those it names in `after`, and after those whose codes its columns name."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            earlier = loaded_before(RECORD_TYPES[name], RECORD_TYPES)
            depths[name] = 1 + max(map(depth, earlier), default=-1)
        return depths[name]

    return sorted(RECORD_TYPES.values(), key=lambda record: depth(record.name))


def loaded_before(record: RecordType, known: Mapping[str, RecordType]) -> list[str]:
    """The known record types that are loaded before this one, by name."""
    makers = {each.listed: name for name, each in known.items() if each.listed is not None}
    named = (makers.get(column.lookup) for column in record.columns.values() if column.lookup is not None)
    names = dict.fromkeys((*record.after, *filter(None, named)))
    return [name for name in names if name in known and name != record.name]


def header(attribute: str, kind: Kind, heading: str | None = None, **rules: Any) -> Any:
    """A column of the document's attributes."""
    return _field(Level.HEADER, attribute, kind, heading, rules)


def address(attribute: str, kind: Kind, heading: str | None = None, **rules: Any) -> Any:
    """A column of the document's address."""
    return _field(Level.ADDRESS, attribute, kind, heading, rules)


def line(attribute: str, kind: Kind, heading: str | None = None, **rules: Any) -> Any:
    """A column of the line's attributes."""
    return _field(Level.LINE, attribute, kind, heading, {"per_line": True, **rules})


def control(decides: str, kind: Kind, heading: str | None = None, **rules: Any) -> Any:
    """A column that decides what happens to the document."""
    return _field(Level.CONTROL, decides, kind, heading, rules)


def parent(attribute: str, kind: Kind, heading: str | None = None, **rules: Any) -> Any:
    """A column of the attributes of the document that the first part of the key names."""
    return _field(Level.PARENT, attribute, kind, heading, {"per_line": True, **rules})


def follow_up(part: str, attribute: str, kind: Kind, heading: str | None = None, **rules: Any) -> Any:
    """A column of a record that is posted after the document; `part` names that record."""
    return _field(Level.FOLLOW_UP, attribute, kind, heading, {"per_line": True, "part": part, **rules})


def unsent(heading: str | None = None, **rules: Any) -> Any:
    """A column of Clarus's templates for which its API has no attribute: reported, never sent."""
    return _field(Level.UNSENT, "", Kind("text", "text"), heading, {"per_line": True, **rules})


def code_of(codes: CodeList, max_length: int | None = None) -> Kind:
    """A code that is looked up in Clarus."""
    return replace(code(max_length), rule=f"code of {codes.name}", lookup=codes)


def _field(level: Level, attribute: str, kind: Kind, heading: str | None, rules: Mapping[str, Any]) -> Any:
    # The heading is filled in by record_type(), where the name of the model's attribute is known.
    column = Column("", level, kind, attribute, lookup=kind.lookup, **rules)
    arguments: dict[str, Any] = {"metadata": {"column": column}, **kind.checks}
    return pa.Field(alias=heading, nullable=True, **arguments)
