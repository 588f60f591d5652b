"""Dates of a file that name a zone by letters: `2026-11-02 14:03 PDT`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.extract.sources.texts import replaced
from schemas.vocabulary.dates import Reading, read_timestamp


def with_offsets(texts: pa.LargeStringArray, zones: Mapping[str, str], formats: tuple[str, ...]) -> pa.LargeStringArray:
    """Write dates whose last word is a declared zone as timestamps with an offset; all others stay as they are."""
    named = reduce(pc.or_, (pc.ends_with(texts, f" {name}") for name in zones))
    return replaced(texts, named, (_with_offset(text, zones, formats) for text in texts.filter(named).to_pylist()))


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
