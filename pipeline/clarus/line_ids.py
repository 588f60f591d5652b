"""The ids of a document's lines, in an answer of Clarus."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pipeline.clarus.ids import as_id

_Line = tuple[int | None, Mapping[str, Any]]  # id, attributes


def line_ids(body: Any, sent: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """Return the id of each line that was sent, in the order of sending; None for one that the answer does not tell.

    Lines are known again by what they hold, not by their place alone: nobody promises that an answer keeps the order,
    and a swapped id would sit on the wrong row. Which of two equal lines has which id does not matter.
    """
    told = list(_told(body))
    if not any(attributes for _, attributes in told):
        return [record for record, _ in told] if len(told) == len(sent) else []
    left: dict[int, _Line] = dict(enumerate(told))
    ids: list[int | None] = []
    for place, line in enumerate(sent):
        likely = [place, *left] if place in left else list(left)
        match = next((at for at in likely if _agree(line, left[at][1])), None)
        ids.append(None if match is None else left.pop(match)[0])
    return ids


def new_line_ids(body: Any, sent: Sequence[Mapping[str, Any]], known: Collection[int]) -> list[int | None]:
    """Return the ids of lines that were added to a record whose other lines have these ids, likewise.

    An answer may name all lines of the record, or only those that were sent.
    """
    told = [(record, attributes) for record, attributes in _told(body) if record not in known]
    if not any(attributes for _, attributes in told):
        return [record for record, _ in told] if len(told) == len(sent) else [None] * len(sent)
    ids: list[int | None] = []
    for line in sent:
        match = next((at for at, (_, attributes) in enumerate(told) if _agree(line, attributes)), None)
        ids.append(None if match is None else told.pop(match)[0])
    return ids


def _told(body: Any) -> Iterator[_Line]:
    """The lines of an answer: among the attributes, in a relationship, or included, as JSON:API allows."""
    record = body.get("data") if isinstance(body, dict) else None
    if not isinstance(record, dict):
        return
    places: list[Any] = []
    for part in (record.get("attributes"), record.get("relationships")):
        if isinstance(part, dict):
            places += [value for name, value in part.items() if "line" in name]
    included = body.get("included")
    if isinstance(included, list):
        places.append([each for each in included if isinstance(each, dict) and "line" in str(each.get("type"))])
    for place in places:
        lines = place.get("data") if isinstance(place, dict) else place
        if isinstance(lines, list) and lines and all(isinstance(line, dict) for line in lines):
            yield from map(_line, lines)
            return


def _line(line: Mapping[str, Any]) -> _Line:
    attributes = line.get("attributes")
    if not isinstance(attributes, dict):
        attributes = {name: value for name, value in line.items() if name not in ("id", "type")}
    record = as_id(line.get("id"))
    return record if record is not None else as_id(attributes.get("id")), attributes


def _agree(sent: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    return all(_same(value, told[name]) for name, value in sent.items() if told.get(name) is not None)


def _same(sent: Any, told: Any) -> bool:
    """Whether Clarus repeats a value: numbers and ids may come back as text, times in another zone."""
    if isinstance(sent, bool) or isinstance(told, bool):
        return sent is told
    try:
        return float(sent) == float(told)
    except (TypeError, ValueError):
        return sent == told or "T" in str(sent)
