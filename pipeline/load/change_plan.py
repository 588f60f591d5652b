"""What a change of one record sends: the filled cells that differ from what is known of it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from pipeline.ledger import Entry, State
from pipeline.load.digests import DIGITS, digests, header_parts
from pipeline.load.known_lines import KnownLine, KnownLines
from pipeline.load.line_matching import match_lines
from pipeline.values.documents import Document, fingerprint
from pipeline.values.problems import Problem
from pipeline.values.resolved import Resolved
from schemas.vocabulary.kinds import Json

_KNOWN = (State.CREATED, State.UPDATED, State.CHANGING)


class Kind(StrEnum):
    """What is done with a line, in the words of the API."""

    ADD = "ADD"
    UPDATE = "UPDATE"
    DESTROY = "DESTROY"


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line that is added, changed or removed."""

    kind: Kind
    at: int | None = None  # the place among the document's lines; None: it has none any more
    known: KnownLine | None = None
    names: tuple[str, ...] = ()  # the attributes that are sent


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record that is in Clarus, and a document that says what it is to be."""

    resolution: Resolved
    record: int  # its id
    entry: Entry | None  # what the ledger knows of it
    recalled: Document | None  # what was sent of it, where that is kept
    remove_missing: bool = False

    @property
    def document(self) -> Document:
        """What it is to be."""
        return self.resolution.document

    @property
    def before(self) -> Mapping[str, Any] | None:
        """The digests of what Clarus has; None where that is not known."""
        return self.entry.parts if self.entry is not None and self.entry.state in _KNOWN else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent."""

    header: tuple[str, ...] = ()  # attributes that differ
    address: Mapping[str, Json] = field(default_factory=dict)  # all cells that the file fills, where any differs
    lines: tuple[LineChange, ...] = ()
    matched: tuple[KnownLine | None, ...] = ()  # by the document's lines
    kept: tuple[KnownLine, ...] = ()  # lines that the file lacks, and that stay

    @property
    def is_empty(self) -> bool:
        """Whether Clarus has everything that the file says."""
        return not (self.header or self.address or self.lines)

    @property
    def adds(self) -> bool:
        """Whether it must not be sent twice."""
        return any(change.kind is Kind.ADD for change in self.lines)


def plan_change(wanted: Wanted, known: KnownLines | None) -> Plan | list[Problem]:
    """Compare a document with what is known of its record; `known` are its lines, None where they are not known."""
    document = wanted.document
    header = tuple(_differing_header(wanted))
    address = _differing_address(wanted)
    plan = Plan(header, address)
    if document.record.has_lines:
        lines = _plan_lines(wanted, known)
        if isinstance(lines, list):
            return lines
        changes, matched, kept = lines
        plan = Plan(header, address, tuple(changes), tuple(matched), tuple(kept))
    if plan.is_empty:
        return plan
    return [*_missing(wanted)] or plan


def body_of(wanted: Wanted, plan: Plan) -> bytes:
    """The body of the PATCH: what differs, and what the API wants of every change."""
    record, all_of_it = wanted.document.record, wanted.resolution.attributes
    names = dict.fromkeys((*record.changes.needs, *plan.header))
    attributes: dict[str, Any] = {name: all_of_it[name] for name in names if name in all_of_it}
    if plan.address and record.address_attribute:
        attributes[record.address_attribute] = dict(plan.address)
    if plan.lines:
        attributes["lines_changes"] = [_written(change, wanted) for change in plan.lines]
    data: dict[str, Any] = {"type": record.resource, "attributes": attributes}
    if plan.address and not record.address_attribute:
        data["relationships"] = {"address": {"data": {"type": "addresses", "attributes": dict(plan.address)}}}
    return orjson.dumps({"data": data})


def _differing_header(wanted: Wanted) -> list[str]:
    before, document = wanted.before, wanted.document
    now = header_parts(digests(document))
    return [
        name
        for name, digest in now.items()
        if name in document.given and name in wanted.resolution.attributes and (before or {}).get(name) != digest
    ]


def _differing_address(wanted: Wanted) -> Mapping[str, Json]:
    document, before = wanted.document, wanted.before
    given = {name.removeprefix("address.") for name in document.given if name.startswith("address.")}
    from_book = "" in given  # the code of an address fills all of it
    cells = {name: value for name, value in document.address.items() if from_book or name in given}
    if not cells:
        return {}
    known = address_parts(wanted)
    if known is None:
        same = before is not None and before.get("address") == fingerprint(dict(document.address))[:DIGITS]
        return {} if same else cells
    same = all(known.get(name) == fingerprint(value)[:DIGITS] for name, value in cells.items())
    return {} if same else cells


def address_parts(wanted: Wanted) -> Mapping[str, str] | None:
    """The digests of the cells of the address that Clarus has; None where they are not known apart."""
    before = wanted.before
    if before is None:
        return None
    if (told := before.get("address_parts")) is not None:
        return dict(told)
    if "address" not in before:
        return {}
    recalled = dict(wanted.recalled.address) if wanted.recalled is not None else {}
    if fingerprint(recalled)[:DIGITS] != before["address"]:
        return None
    return {name: fingerprint(value)[:DIGITS] for name, value in recalled.items()}


def _plan_lines(
    wanted: Wanted, known: KnownLines | None
) -> tuple[list[LineChange], list[KnownLine | None], list[KnownLine]] | list[Problem]:
    document = wanted.document
    if known is None:
        return [_unknown_lines(document)]
    matched = match_lines(document, known)
    if matched and isinstance(matched[0], Problem):
        return [each for each in matched if isinstance(each, Problem)]
    lines = [each for each in matched if not isinstance(each, Problem)]
    content, digested = document.parts()["lines"], digests(document)["lines"]
    changes: list[LineChange] = []
    for at, line in enumerate(lines):
        if line is None:
            changes.append(LineChange(Kind.ADD, at, None, tuple(content[at])))
            continue
        names = _differing_line(document, at, content[at], digested[at], line)
        if names and line.line_id is None and not line.adding:
            return [_nameless(document, at)]
        if names and not line.adding:  # of one that is being added, it is found out first whether it is there
            changes.append(LineChange(Kind.UPDATE, at, line, names))
    taken = [line for line in lines if line is not None]
    left = [line for line in known.lines if line not in taken]
    removed = [line for line in left if wanted.remove_missing and line.is_ours and line.line_id is not None]
    changes += [LineChange(Kind.DESTROY, None, line) for line in removed]
    return changes, lines, [line for line in left if line not in removed]


def _differing_line(
    document: Document, at: int, content: Mapping[str, Json], digest: str, line: KnownLine
) -> tuple[str, ...]:
    """The attributes of a line that the file fills otherwise than Clarus has them."""
    if line.digest == digest:
        return ()
    given = [name for name in content if name not in document.lines[at].defaulted]
    if line.parts is None:
        same = line.digest == fingerprint({name: content[name] for name in given})[:DIGITS]
        return () if same else tuple(given)
    return tuple(name for name in given if line.parts.get(name) != fingerprint(content[name])[:DIGITS])


def _written(change: LineChange, wanted: Wanted) -> dict[str, Any]:
    if change.kind is Kind.DESTROY or change.at is None:
        assert change.known is not None, "what is removed is there"
        return {"type": change.kind, "id": change.known.line_id}
    attributes: Mapping[str, Any] = wanted.resolution.attributes["lines_changes"][change.at]["attributes"]
    if change.kind is Kind.ADD:
        return {"type": change.kind, "attributes": attributes}
    assert change.known is not None, "what is changed is there"
    names = {*change.names}
    if wanted.document.record.line_item in names:  # what no column has belongs to the product: its storage unit
        names |= attributes.keys() - wanted.document.parts()["lines"][change.at].keys()
    sent = {name: value for name, value in attributes.items() if name in names}
    return {"type": change.kind, "id": change.known.line_id, "attributes": sent}


def _missing(wanted: Wanted) -> list[Problem]:
    """Find what the API requires of a change and neither the file fills nor Clarus is known to have."""
    document, before, problems = wanted.document, wanted.before or {}, []
    now = digests(document)
    for column in document.record.columns.values():
        name = column.attribute
        if name not in document.record.changes.needs or column.heading in document.record.key or column.default:
            continue
        if column.per_line or name in document.given or (name in now and before.get(name) == now[name]):
            continue
        hint = "fill it: a default is not used for a change, lest it overwrite what Clarus has"
        problems.append(Problem(document.rows[0], column.heading, "", "is blank, and a change needs it", hint))
    return problems


def _unknown_lines(document: Document) -> Problem:
    record = document.record
    message = f"the lines of {document} in Clarus are not known: it was not sent from here, or the ledger has lost them"
    return Problem(document.rows[0], record.reference, document.reference, message, "change it in Clarus")


def _nameless(document: Document, at: int) -> Problem:
    message = f"the id of this line of {document} is not known: no answer of Clarus has named it"
    return Problem(document.lines[at].row, "", "", message, "change it in Clarus")
