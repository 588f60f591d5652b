"""What differs between a document and what was sent of it, in the words of the person who has the file open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.ledger import Entry
from pipeline.load.digests import differences
from pipeline.values.documents import Document, fingerprint
from pipeline.values.problems import shortened
from schemas import RecordType
from schemas.vocabulary.kinds import Json

RecallDocument = Callable[[Document, Entry], Document | None]
"""Finds a document as it was sent, in the kept input of its run; None where that is gone."""

_MOST_TOLD = 8  # differences of one document


def nothing_kept(document: Document, entry: Entry) -> Document | None:
    """No kept input is at hand."""
    return None


def told_differences(document: Document, entry: Entry, parts: Mapping[str, Any], recall: RecallDocument) -> str:
    """Say what differs, old and new; the columns alone where the kept input is gone; "" where nothing differs.

    What a record without lines had and is blank now has not changed: blank cells say nothing of it.
    """
    blank_says_nothing = not document.record.has_lines
    columns = differences(entry, dict(parts), blank_says_nothing)
    if not columns:
        return ""
    before = recall(document, entry)
    told = list(_told(before, document, blank_says_nothing)) if before is not None else []
    if not told:
        return f"sent before with other content, and nothing was changed: {columns}"
    more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"sent before with other content, and nothing was changed: {'; '.join(told[:_MOST_TOLD])}{more}"


def _told(before: Document, now: Document, blank_says_nothing: bool) -> Iterator[str]:
    old, new = before.parts(), now.parts()
    yield from _attributes(
        now.record, _without(old, "lines", "address"), _without(new, "lines", "address"), blank_says_nothing
    )
    yield from _attributes(now.record, old.get("address", {}), new.get("address", {}), blank_says_nothing)
    yield from _lines(before, now, old["lines"], new["lines"])


def _without(parts: Mapping[str, Json], *names: str) -> dict[str, Json]:
    return {name: value for name, value in parts.items() if name not in names}


def _attributes(
    record: RecordType, old: Mapping[str, Json], new: Mapping[str, Json], blank_says_nothing: bool
) -> Iterator[str]:
    for name in {**old, **new}:
        if old.get(name) == new.get(name) or (blank_says_nothing and name not in new):
            continue
        yield f"{heading_of(record, name)}: {shown(old.get(name))} → {shown(new.get(name))}"


def _lines(before: Document, now: Document, old: list[dict[str, Json]], new: list[dict[str, Json]]) -> Iterator[str]:
    """Lines that are alike cancel out; of those left, the ones of one product are told as changed."""
    left = {at: fingerprint(line) for at, line in enumerate(old)}
    added = []
    for at, line in enumerate(new):
        same = next((place for place, digest in left.items() if digest == fingerprint(line)), None)
        if same is None:
            added.append(at)
        else:
            del left[same]
    for at in added:
        row, names = now.lines[at].row, _codes(now, at)
        partner = next((place for place in left if _codes(before, place) == names), None)
        if partner is None:
            yield f"row {row} is a new line ({', '.join(names.values()) or 'no code'})"
            continue
        del left[partner]
        for told in _attributes(now.record, old[partner], new[at], False):
            yield f"row {row}, {told}"
    for place in left:
        yield f"a line is missing ({', '.join(_codes(before, place).values()) or 'no code'})"


def _codes(document: Document, at: int) -> dict[str, str]:
    return {code.attribute: str(code) for code in document.lines[at].codes}


def heading_of(record: RecordType, attribute: str) -> str:
    """The column that an attribute comes from."""
    columns = (column.heading for column in record.columns.values() if column.attribute == attribute)
    return next(columns, attribute)


def shown(value: Json) -> str:
    """A value as old and new are told."""
    return "nothing" if value is None or value == "" else shortened(str(value))
