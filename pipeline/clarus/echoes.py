"""Whether an answer speaks of the record that was sent: Clarus repeats what it has stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from pipeline.clarus.ids import as_id

# What tells one record from another; the rest (dates, notes, quantities) a server may fill in or change as it likes.
_TEXTS = ("reference", "code", "external_system_reference1", "external_system_reference2", "external_system_reference3")
_IDS = ("account_id", "product_id", "parent_product_id", "child_product_id")
_KEPT = ("reference", "code")  # by which records are looked up
_LEAST_CUT = 10  # characters; no server keeps fewer, and SO-1 is another order than SO-10


class Likeness(StrEnum):
    """How a text that comes back compares with the one that was sent."""

    SAME = "same"
    NORMALISED = "normalised"  # upper case, blanks collapsed, zeros lost: surely ours
    CUT = "cut"  # its beginning: ours, or another record's whose reference is shorter
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is needed of a request to recognise the answer to it."""

    type: str  # of JSON:API
    attributes: Mapping[str, Any] = field(default_factory=dict)  # of the body, and ids that stand in its path
    key: tuple[str, ...] = ()  # the attributes that identify such a record, beside those that identify any
    record: int | None = None  # the id of the record that is changed; None: one is to be made


@dataclass(frozen=True, slots=True)
class Echo:
    """What an answer repeats of a request."""

    agrees: bool = False  # on anything at all
    foreign: str = ""  # what is another record's: "reference SO-2, not SO-1"
    kept: str = ""  # the reference or code as Clarus keeps it, where that is not as it was sent
    cut: bool = False  # and it is the beginning of ours only: another record may have exactly that one


def echo(record: Mapping[str, Any], sent: Sent) -> Echo:
    """Compare a record in an answer with what was sent; what is not repeated contradicts nothing.

    `record` is the `data` of a JSON:API answer, or the whole of a flat one.
    """
    told = record.get("attributes")
    if not isinstance(told, dict):
        told = record
    agrees, kept, cut = False, "", False
    for name in _names(sent.key):
        ours = sent.attributes.get(name)
        theirs = None if ours is None else _told(record, told, name)
        if theirs is None:
            continue
        if name.endswith("_id"):
            if theirs != as_id(ours):
                return Echo(foreign=f"{name} {theirs}, not {ours}")
            agrees = True
            continue
        match likeness(str(ours), str(theirs)):
            case Likeness.OTHER:
                return Echo(foreign=f"{name} {theirs}, not {ours}")
            case Likeness.NORMALISED | Likeness.CUT as how if name in _KEPT:
                kept, cut = str(theirs), how is Likeness.CUT
        agrees = True
    return Echo(agrees, "", kept, cut)


@cache
def _names(key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_TEXTS, *_IDS, *key)))


def likeness(ours: str, theirs: str) -> Likeness:
    """Compare two texts as servers are known to store them."""
    if ours == theirs:
        return Likeness.SAME
    mine, other = _folded(ours), _folded(theirs)
    if mine == other or (mine.isdecimal() and other.isdecimal() and int(mine) == int(other)):
        return Likeness.NORMALISED
    return Likeness.CUT if len(other) >= _LEAST_CUT and mine.startswith(other) else Likeness.OTHER


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _told(record: Mapping[str, Any], told: Mapping[str, Any], name: str) -> Any:
    """A text or an id that the answer repeats; None where it does not, or says something of another kind."""
    value = told.get(name)
    if not name.endswith("_id"):
        return value if isinstance(value, str | int) and not isinstance(value, bool) else None
    if (plain := as_id(value)) is not None:
        return plain
    relation = name.removesuffix("_id")
    related = told.get(relation)  # {"id": 3, "code": "ACME"}
    if not isinstance(related, dict):
        relations = record.get("relationships")
        related = relations.get(relation) if isinstance(relations, dict) else None
        related = related.get("data") if isinstance(related, dict) else None
    return as_id(related.get("id")) if isinstance(related, dict) else None
