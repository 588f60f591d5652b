"""Dates of a file that name a zone by letters: `2026-11-02 14:03 PDT`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.extract.sources.texts import replaced
from schemas.vocabulary.dates import Reading, read_timestamp


def with_offsets(texts: pa.LargeStringArray, zones: Mapping[str, str], formats: tuple[str, ...]) -> pa.LargeStringArray:
    """Write dates whose last word is a declared zone as timestamps with an offset; all others stay as they are."""
    named = reduce(pc.or_, (pc.ends_with(texts, f" {name}") for name in zones))
    reading = Reading(UTC, formats)
    return replaced(texts, named, (_with_offset(text, zones, reading) for text in texts.filter(named).to_pylist()))


def _with_offset(text: str, zones: Mapping[str, str], reading: Reading) -> str:
    rest, _, name = text.rpartition(" ")
    zone = zones.get(name)
    if not rest or zone is None:
        return text
    try:
        wall = read_timestamp(rest.strip(), reading)[: -len("+00:00")]
    except ValueError:
        return text  # the check of the column says what is wrong with it
    return wall + (_offset_of_hour(zone, wall[: len("2026-11-02T14")]) or _offset(zone, wall, name))


@lru_cache(maxsize=100_000)
def _offset_of_hour(zone: str, hour: str) -> str:
    """The offset of a zone in an hour, "" for one in which the clocks change."""
    ends = (f"{hour}:00:00", f"{hour}:59:59")
    offsets = {_in_zone(zone, end, fold).isoformat()[-len("+00:00") :] for end in ends for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else ""


def _offset(zone: str, wall: str, name: str) -> str:
    places = [_in_zone(zone, wall, fold) for fold in (0, 1)]
    # Where the clocks go back a time exists twice: its name says which is meant.
    when = next((place for place in places if place.tzname() == name), places[0])
    return when.isoformat()[-len("+00:00") :]


def _in_zone(zone: str, wall: str, fold: int) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold)
