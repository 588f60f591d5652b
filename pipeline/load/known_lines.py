"""The lines of a document in Clarus, as far as the ledger knows them: ids and digests, never what they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.clarus.standings import ListedLine
from pipeline.ledger import Entry
from pipeline.load.digests import DIGITS, digests, line_key
from pipeline.values.documents import Document, fingerprint

UNSURE = "?"  # in place of the digest of what may or may not have arrived


@dataclass(frozen=True, slots=True)
class KnownLine:
    """One line."""

    line_id: int | None  # None: no answer has named it
    product: str  # digest of its product
    number: str  # digest of its own number; "" where it has none
    digest: str  # of the line as the file had it that was sent last
    parts: Mapping[str, str] | None = None  # digests by attribute; None: not known apart
    adding: bool = False  # it was sent, and no answer has said that it is there
    removing: bool = False  # likewise that it is gone
    words: str = ""  # what it is, for a person, where the kept input or Clarus tells
    content: Mapping[str, Any] | None = field(default=None, compare=False)  # what was sent, where the input is kept
    is_ours: bool = True  # it was sent from here


@dataclass(frozen=True, slots=True)
class KnownLines:
    """All lines of a document, and the ids that were there before lines were added without an answer."""

    lines: tuple[KnownLine, ...] = ()
    before: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()  # ids of lines that were removed: a list may show them yet

    @property
    def adding(self) -> list[KnownLine]:
        """Those of which it is not known whether they are there."""
        return [line for line in self.lines if line.adding]

    def as_parts(self) -> dict[str, Any]:
        """What the ledger keeps of them, beside their ids."""
        kept: dict[str, Any] = {
            "lines": [line.digest for line in self.lines],
            "line_keys": [line.product + line.number for line in self.lines],
            "line_parts": [line.parts for line in self.lines],
        }
        if adding := [at for at, line in enumerate(self.lines) if line.adding]:
            kept |= {"adding": adding, "before": sorted(self.before)}
        if removing := [at for at, line in enumerate(self.lines) if line.removing]:
            kept["removing"] = removing
        if self.removed:
            kept["removed"] = sorted(self.removed)
        return kept

    @property
    def ids(self) -> tuple[int | None, ...]:
        """Their ids, in their order."""
        return tuple(line.line_id for line in self.lines)

    def without(self, gone: Collection[KnownLine]) -> KnownLines:
        """The others; those that had an id are gone."""
        ids = {line.line_id for line in gone if line.line_id is not None}
        lines = tuple(line for line in self.lines if line not in gone)
        return replace(self, lines=lines, removed=self.removed | ids)


def known_lines(entry: Entry, recalled: Document | None) -> KnownLines | None:
    """What the ledger, and the kept input of what was sent, know of a document's lines; None where that is too little.

    `recalled` is the document as it was sent.
    """
    lines = entry.parts.get("lines", [])
    keys, parts = entry.parts.get("line_keys"), entry.parts.get("line_parts")
    words, content = [""] * len(lines), list[Mapping[str, Any] | None]([None] * len(lines))
    if recalled is not None and (told := _told(recalled, lines)) is not None:
        keys = keys or told.keys
        parts = parts or told.parts
        words, content = told.words, [*told.content]
    if keys is None or len(keys) != len(lines):
        return KnownLines(removed=frozenset(entry.parts.get("removed", ()))) if not lines else None
    parts = parts or [None] * len(lines)
    ids = [*entry.line_ids, *[None] * len(lines)][: len(lines)]
    adding, removing = set(entry.parts.get("adding", ())), set(entry.parts.get("removing", ()))
    return KnownLines(
        tuple(
            KnownLine(
                line_id=ids[at],
                product=keys[at][:DIGITS],
                number=keys[at][DIGITS:],
                digest=digest,
                parts=parts[at],
                adding=at in adding,
                removing=at in removing,
                words=words[at],
                content=content[at],
            )
            for at, digest in enumerate(lines)
        ),
        frozenset(entry.parts.get("before", ())),
        frozenset(entry.parts.get("removed", ())),
    )


def with_listed(known: KnownLines | None, listed: Sequence[ListedLine]) -> KnownLines:
    """Complete what is known by the lines that Clarus lists: ids, lines added without an answer, and lines of others.

    A line that is known and not listed stays: the list may be late, and to add it again would be a second one.
    """
    lines, held = [*known.lines] if known else [], set[int]()
    held.update(line.line_id for line in lines if line.line_id is not None)
    before, removed = (known.before, known.removed) if known else (frozenset[int](), frozenset[int]())
    there = {line.id for line in listed}
    lines = [line for line in lines if not (line.removing and line.line_id not in there)]
    for each in sorted(listed, key=lambda line: line.id):
        if each.id in held or each.id in removed:
            continue
        product = fingerprint(each.product)[:DIGITS]
        at = next((at for at, line in enumerate(lines) if _may_be(line, each, product, before)), None)
        if at is None:
            lines.append(KnownLine(each.id, product, "", UNSURE, None, words=f"product {each.product}", is_ours=False))
        else:
            lines[at] = _found(lines[at], each)
    return KnownLines(tuple(lines), before, removed)


@dataclass(frozen=True, slots=True)
class _Recalled:
    keys: list[str] = field(default_factory=list)
    parts: list[dict[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    content: list[Mapping[str, Any]] = field(default_factory=list)


def _told(recalled: Document, wanted: Sequence[str]) -> _Recalled | None:
    """What the kept input says of lines with these digests; None where it does not have all of them."""
    content = recalled.parts()["lines"]
    left: dict[str, list[int]] = {}
    for at, digest in enumerate(digests(recalled)["lines"]):
        left.setdefault(digest, []).append(at)
    told = _Recalled()
    for digest in wanted:
        if not left.get(digest):
            return None
        at = left[digest].pop(0)
        told.keys.append(line_key(recalled.record, content[at]))
        told.parts.append(parts_of(content[at]))
        told.words.append(words_of(recalled, at))
        told.content.append(content[at])
    return told


def parts_of(line: Mapping[str, Any]) -> dict[str, str]:
    """Digests of a line's attributes."""
    return {name: fingerprint(value)[:DIGITS] for name, value in line.items()}


def words_of(document: Document, at: int) -> str:
    """What a line is, in the words of its file: `product P-1`."""
    return ", ".join(map(str, document.lines[at].codes)) or "no code"


def _may_be(line: KnownLine, listed: ListedLine, product: str, before: frozenset[int]) -> bool:
    """Whether a line without an id may be this one: what was there before lines were added is none of these."""
    if line.line_id is not None or line.product != product:
        return False
    return not (line.adding and listed.id in before)


def _found(line: KnownLine, listed: ListedLine) -> KnownLine:
    """The line, now with its id; what it holds is sure only where its quantity is the one that was sent."""
    parts = line.parts
    if line.adding and parts is not None and not _agrees(parts, listed.quantity):
        parts = dict.fromkeys(parts, UNSURE)
    digest = line.digest if parts is line.parts else UNSURE
    return replace(line, line_id=listed.id, adding=False, parts=parts, digest=digest)


def _agrees(parts: Mapping[str, str], quantity: Any) -> bool:
    sent = parts.get("order_quantity")
    if sent is None or not isinstance(quantity, int | float):
        return True
    plain = int(quantity) if float(quantity).is_integer() else quantity
    return sent == fingerprint(plain)[:DIGITS]
