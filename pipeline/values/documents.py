"""Documents: what one POST carries, still naming codes where Clarus wants ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from schemas import RecordType
from schemas.vocabulary.kinds import Json
from schemas.vocabulary.lists import CodeList


class Promise(str):
    """Stands for an id that nobody knows yet: a rehearsal makes no records."""

    __slots__ = ()


Id = int | Promise


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A code of a column, to become an id under an attribute. One value serves all rows that hold the code."""

    attribute: str
    codes: CodeList
    key: tuple[str, ...]  # the code, after the code that narrows it: ("ROYAL-MAIL", "TRACKED-24")
    heading: str  # of the contract

    def __str__(self) -> str:
        within = f" of {self.codes.within} {self.key[0]}" if len(self.key) > 1 else ""
        return f"{self.codes.noun} {self.key[-1]}{within}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a document that has lines."""

    row: int
    attributes: Mapping[str, Json]
    codes: tuple[Code, ...]
    controls: Mapping[str, Json]
    defaulted: frozenset[str] = frozenset()  # attributes that a default of the configuration supplies, not the file


@dataclass(frozen=True, slots=True)
class Document:
    """One header with its lines, whole: it is posted as it is or not at all."""

    record: RecordType
    key: tuple[str, ...]  # the values of `record.key`
    rows: tuple[int, ...]  # every row of the file that speaks of it
    attributes: Mapping[str, Json]
    codes: tuple[tuple[int, Code], ...]  # of the header, each with the row that names it
    address: Mapping[str, Json]
    lines: tuple[Line, ...]
    controls: Mapping[str, Json]
    # Attributes that the file fills itself, of records that may be changed; those of the address after "address.".
    given: frozenset[str] = frozenset()

    @property
    def reference(self) -> str:
        """What people call the document."""
        return self.key[-1]

    @property
    def is_deletion(self) -> bool:
        """Whether it says that a record is to go."""
        return any(self.controls.get(decides) == value for decides, value in self.record.deleted.items())

    def __str__(self) -> str:
        return f"{self.record.noun} {self.reference}"

    def parts(self) -> dict[str, Json]:
        """The content by parts, in the terms of the file: codes, not ids, so that it is known without a lookup."""
        named: dict[str, Json] = {
            **self.attributes,
            **{code.attribute: "/".join(code.key) for _, code in self.codes},
            "lines": [
                {**line.attributes, **{code.attribute: "/".join(code.key) for code in line.codes}}
                for line in self.lines
            ],
        }
        if self.address:
            named["address"] = dict(self.address)
        return named


def fingerprint(content: Json) -> str:
    """A digest that is equal exactly when the content is; it tells nothing of the content itself."""
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()
