"""What a document says otherwise than the contract, and which settings of a deployment that touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from pipeline.config import Settings
from pipeline.describe.against.contract import Request, Sent, requests_of
from pipeline.describe.against.deviations import NOT_OFFERED, STRICTER
from pipeline.describe.against.document import ApiDocument, Attribute
from schemas import RecordType

_ASPECTS = {"kind": "kind", "longest": "length", "words": "words", "low": "least", "high": "most", "above": "least"}
_BOUNDS = ("low", "above")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a document says otherwise."""

    record: str
    what: str  # "gone", "changed", "newly required", "new"
    where: str  # an attribute, a request or a list
    words: str  # what exactly, for people
    columns: tuple[str, ...] = ()  # headings of ours
    touches: tuple[str, ...] = ()  # keys of the configuration that speak of these columns


def differences(records: Iterable[RecordType], document: ApiDocument, settings: Settings) -> list[Difference]:
    """Compare what is sent and looked up for some record types with a document; each difference once."""
    found: dict[tuple[str, str, str], Difference] = {}
    for record in records:
        for request in requests_of(record):
            for difference in (*_of_request(request, document, settings), *_of_lists(request, document)):
                found.setdefault((difference.record, difference.what, difference.where), difference)
    return list(found.values())


def on_purpose(records: Iterable[RecordType], settings: Settings) -> list[str]:
    """Sentences about where the contract differs from the document on purpose."""
    names = {request.name: None for record in records for request in requests_of(record)}
    told = [
        f"{name} {attribute}: stricter than the API, because {deviation.why}"
        for (name, attribute), deviations in STRICTER.items()
        for deviation in deviations[:1]
        if name in names
    ]
    told += [
        f"{name} {attribute}: no column is for it, because {why}"
        for (name, attribute), why in NOT_OFFERED.items()
        if name in names
    ]
    if "receipts" in names and (field := settings.clarus.storage_unit_field):
        told.append(f"receipts lines.{field}: sent because Clarus's guide says so (storage_unit_field)")
    return [
        *told,
        "some columns are required in files though not in the API: nothing could be found again without them",
    ]


def _of_request(request: Request, document: ApiDocument, settings: Settings) -> Iterator[Difference]:
    body = document.body(request.path, request.method)
    if body is None:
        where = f"{request.method.upper()} /api{request.path}"
        yield Difference(request.name, "gone", where, "the document has no such request")
        return
    if request.record.is_declared and request.method == "patch":
        return  # what a change may hold was never written down for these: they were declared from the other request
    for name, sent in request.sent.items():
        found = body.get(name)
        touches = tuple(_touched(request.record, sent.headings, settings))
        if found is None:
            yield Difference(request.name, "gone", name, "no such attribute any more", sent.headings, touches)
        elif sent.attribute is not None:
            if changes := list(_changes(request, name, sent, found)):
                yield Difference(request.name, "changed", name, "; ".join(changes), sent.headings, touches)
            if found.required and not sent.attribute.required:
                words = "every request must have it now"
                yield Difference(request.name, "newly required", name, words, sent.headings, touches)
    for name, found in body.items():
        if name in request.sent or f"{{{name}}}" in request.path:
            continue
        if found.required:
            words = "every request must have it, and no column is for it"
            yield Difference(request.name, "newly required", name, words)
        elif (request.name, name) not in NOT_OFFERED and not request.record.is_declared:
            yield Difference(request.name, "new", name, f"{_described(found)}; no column is for it")


def _changes(request: Request, name: str, sent: Sent, found: Attribute) -> Iterator[str]:
    assert sent.attribute is not None
    known = {deviation.aspect: deviation.document for deviation in STRICTER.get((request.name, name), ())}
    seen: set[str] = set()
    for field in fields(Attribute):
        aspect = _ASPECTS.get(field.name)
        ours, theirs = getattr(sent.attribute, field.name), getattr(found, field.name)
        unchecked = field.name == "high" and ours is None and request.record.is_declared
        if aspect is None or unchecked or ours == theirs or known.get(field.name, ours) == theirs or aspect in seen:
            continue
        seen.add(aspect)
        if field.name in _BOUNDS:
            ours, theirs = _least(sent.attribute), _least(found)
        verbs = ("were", "are") if aspect == "words" else ("was", "is")
        yield f"{aspect} {verbs[0]} {_in_words(ours)}, {verbs[1]} {_in_words(theirs)}"


def _of_lists(request: Request, document: ApiDocument) -> Iterator[Difference]:
    for codes in request.lists:
        found = document.lists.get(codes.name)
        if found is None:
            yield Difference(request.name, "gone", f"list {codes.name}", "codes cannot be looked up any more")
            continue
        if found.filter_type != codes.filter_type:
            words = f"the type of its filter was {codes.filter_type}, is {found.filter_type}"
            yield Difference(request.name, "changed", f"list {codes.name}", words)
        for name in filter(None, (codes.filter, codes.narrowed_by)):
            if name not in found.filters:
                words = "codes cannot be looked up by it any more"
                yield Difference(request.name, "gone", f"filter {name} of list {codes.name}", words)


def _touched(record: RecordType, headings: Iterable[str], settings: Settings) -> Iterator[str]:
    """The keys of the configuration that speak of some columns."""
    name, spellings = record.name, settings.spellings
    for heading in headings:
        for folded, meant in settings.columns.get(name, {}).items():
            if meant == heading:
                yield f"columns.{name}.{spellings.get(folded, folded)!r}"
        if heading in settings.defaults.get(name, {}):
            yield f"defaults.{name}.{heading} = {settings.defaults[name][heading]!r}"
        for folded, word in settings.values.get(name, {}).get(heading, {}).items():
            yield f"values.{name}.{heading}.{spellings.get(folded, folded)!r} = {word!r}"
        if heading in settings.words.get(name, {}):
            yield f"words.{name}.{heading}"
        if heading in settings.required.get(name, ()):
            yield f"required.{name}: {heading}"
        for source in settings.sources:
            if source.type == name and heading in source.columns:
                yield f"sources ({source.match!r}): columns.{heading}"


def _least(attribute: Attribute) -> str:
    if attribute.low is None:
        return ""
    return f"more than {attribute.low:g}" if attribute.above else f"{attribute.low:g}"


def _in_words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "free"
    return "without limit" if value in (None, "") else str(value)


def _described(attribute: Attribute) -> str:
    if attribute.words:
        return f"one of {', '.join(attribute.words)}"
    return f"{attribute.kind}, up to {attribute.longest} characters" if attribute.longest else attribute.kind
