"""What the ledger knows of a document that comes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.ledger import Entry, Identity
from pipeline.values.documents import Document, fingerprint
from schemas import RecordType

# What the ledger keeps of lines and of addresses apart; see `KnownLines`.
_OF_LINES = frozenset(("lines", "line_keys", "line_parts", "adding", "before", "removing", "removed", "address_parts"))
DIGITS = 8  # of a part's digest: enough to see a change, too few to tell what was there


def identity(document: Document, tenant: str) -> Identity:
    """The document's name in the ledger."""
    return identity_of(document.key, document.record.ledger_name, tenant)


def identity_of(key: tuple[str, ...], record: str, tenant: str) -> Identity:
    """The name in the ledger of the document of a record type that has this key."""
    narrowing = key[:-1]
    while len(narrowing) > 1 and not narrowing[-1]:  # one that may be blank, and was not known to earlier versions
        narrowing = narrowing[:-1]
    if len(narrowing) > 1:  # a code may hold a slash itself: A/B and C are not A and B/C
        narrowing = tuple(part.replace("~", "~0").replace("/", "~1") for part in narrowing)
    return Identity(tenant, record, "/".join(narrowing), key[-1])


def key_of(identity: Identity, size: int) -> tuple[str, ...]:
    """Undo `identity_of`, for a record type whose key has so many parts."""
    if size == 1:
        return (identity.reference,)
    if size == 2:
        return identity.account, identity.reference
    narrowing = (part.replace("~1", "/").replace("~0", "~") for part in identity.account.split("/"))
    return (*narrowing, identity.reference)


def digests(document: Document) -> dict[str, Any]:
    """Digests of the document's parts; `lines` has one for each line, in the order of the rows."""
    parts = document.parts()
    lines = parts.pop("lines")
    told: dict[str, Any] = {name: fingerprint(part)[:DIGITS] for name, part in parts.items()}
    told["lines"] = [fingerprint(line)[:DIGITS] for line in lines]
    if document.record.has_lines and document.record.changeable:
        told["line_keys"] = [line_key(document.record, line) for line in lines]
    return told


def line_key(record: RecordType, line: Mapping[str, Any]) -> str:
    """By what a line is known again: the digest of its product, and that of its own number where it has one."""
    number = line.get(record.line_number)
    own = "" if number is None else fingerprint(str(number))[:DIGITS]
    return fingerprint(str(line.get(record.line_item, "")))[:DIGITS] + own


def header_parts(parts: Mapping[str, Any]) -> dict[str, str]:
    """The digests of everything but lines."""
    return {name: digest for name, digest in parts.items() if name not in _OF_LINES}


def whole(parts: Mapping[str, Any]) -> str:
    """The fingerprint of a document by the digests of its parts; the order of its lines does not matter."""
    return fingerprint({**header_parts(parts), "lines": sorted(parts["lines"])})


def differences(entry: Entry, parts: dict[str, Any], blank_says_nothing: bool = False) -> str:
    """Say in words what has changed since the document was sent; "" when nothing has.

    `blank_says_nothing`: what the document had then and is blank now has not changed.
    """
    before, now = entry.parts, parts
    names = now.keys() if blank_says_nothing else {*before, *now}
    changed = [name for name in sorted(names - _OF_LINES) if before.get(name) != now.get(name)]
    gone, added = _surplus(before["lines"], now["lines"]), _surplus(now["lines"], before["lines"])
    if gone and gone == added:
        changed.append(f"{_lines(gone)} changed")
    else:
        changed += [f"{_lines(count)} {word}" for count, word in ((added, "added"), (gone, "gone")) if count]
    return ", ".join(changed)


def recalled_line_ids(entry: Entry, lines: Sequence[str]) -> tuple[int | None, ...]:
    """Return the ids of lines given by their digests, in their order: rows may have been sorted since."""
    ids: dict[str, list[int | None]] = {}
    for digest, line_id in zip(entry.parts["lines"], entry.line_ids, strict=False):
        ids.setdefault(digest, []).append(line_id)
    return tuple(ids[digest].pop(0) if ids.get(digest) else None for digest in lines)


def _surplus(more: Sequence[str], fewer: Sequence[str]) -> int:
    left = list(fewer)
    surplus = 0
    for digest in more:
        if digest in left:
            left.remove(digest)
        else:
            surplus += 1
    return surplus


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
