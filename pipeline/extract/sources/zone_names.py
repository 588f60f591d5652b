"""Dates of a file that name a zone by letters: `2026-11-02 14:03 PDT`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from schemas.vocabulary.dates import Reading, read_timestamp


def with_offsets(texts: Sequence[str], zones: Mapping[str, str], formats: tuple[str, ...]) -> list[str]:
    """Write dates whose last word is a declared zone as timestamps with an offset; all others stay as they are."""
    return [_with_offset(text, zones, formats) for text in texts]


def _with_offset(text: str, zones: Mapping[str, str], formats: tuple[str, ...]) -> str:
    rest, _, name = text.rpartition(" ")
    zone = zones.get(name)
    if not rest or zone is None:
        return text
    try:
        wall = datetime.fromisoformat(read_timestamp(rest.strip(), Reading(UTC, formats))).replace(tzinfo=None)
    except ValueError:
        return text  # the check of the column says what is wrong with it
    places = [wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    # Where the clocks go back a time exists twice: its name says which is meant.
    when = next((place for place in places if place.tzname() == name), places[0])
    return when.isoformat(timespec="milliseconds" if when.microsecond else "seconds")
