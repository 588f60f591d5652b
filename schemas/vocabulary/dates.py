"""Dates and times of a file, read without guessing and given a zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

# Years outside are typing mistakes (0024, 20026); Clarus itself names no range.
FIRST_YEAR, LAST_YEAR = 1970, 2100

_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d{1,6})\d*)?(?: ?(?P<zone>[Zz]|UTC|GMT|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?))?)?",
    re.ASCII,
)
# Behind a time: a date such as 10-06-2026 has no zone at its end.
_ZONE = re.compile(r"(?<=:\d\d|[ \d][AaPp][Mm]) ?(?P<zone>[Zz]|UTC|GMT|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?)$", re.ASCII)
_UTC_IN_FORMAT = re.compile(r"\b(?:UTC|GMT)\b|(?<![A-Za-z])Z(?![A-Za-z])")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?[+-]\d\d:\d\d", re.ASCII)
_LETTERS = {"d": "DD", "m": "MM", "Y": "YYYY", "y": "YY", "b": "Mon", "B": "Month", "H": "hh", "I": "hh", "M": "mm"}
_LETTERS |= {"S": "ss", "f": "ffffff", "p": "AM/PM", "z": "+hh:mm", "a": "Day", "A": "Day", "%": "%"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of this run are read.

    `zone` is the zone of those that name none; `date_formats` are strptime formats accepted besides ISO 8601.
    """

    zone: tzinfo = UTC
    date_formats: tuple[str, ...] = ()


def read_timestamp(text: str, reading: Reading) -> str:
    """Return the ISO 8601 timestamp with offset for a date or date and time.

    Raises:
        ValueError: with what is wrong, in words that follow the value ("is not …").
    """
    match = _ISO.fullmatch(text)
    when = _from_iso(match) if match else _from_formats(text, reading.date_formats)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise ValueError(f"has a year that is not between {FIRST_YEAR} and {LAST_YEAR}")
    if when.tzinfo is None:
        when = _in_zone(when, reading.zone)
    return when.isoformat(timespec="milliseconds" if when.microsecond else "seconds")


def is_timestamp(text: str) -> bool:
    """Whether the text is what `read_timestamp` returns."""
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        return FIRST_YEAR <= datetime.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        return False


def looks_iso(text: str) -> bool:
    """Whether the text has the form of ISO 8601, whatever its date."""
    return _ISO.fullmatch(text) is not None


def format_in_words(form: str) -> str:
    """Write a strptime format as people do: %d/%m/%Y is DD/MM/YYYY."""
    return re.sub(r"%(.)", lambda match: _LETTERS.get(match[1], match[0]), form)


def _from_iso(match: re.Match[str]) -> datetime:
    time = match["time"] or "00:00"
    try:
        when = datetime.fromisoformat(f"{match['date']}T{time}{_offset(match['zone'] or '')}")
    except ValueError as error:
        raise ValueError("is a date or time that does not exist") from error
    return when.replace(microsecond=int((match["fraction"] or "0").ljust(6, "0")))


def _from_formats(text: str, formats: tuple[str, ...]) -> datetime:
    readings, impossible = _readings(text, formats)
    if not readings and (match := _ZONE.search(text)):
        readings, impossible = _readings(text[: match.start()], formats)
        zone = datetime.fromisoformat(f"2000-01-01T00:00{_offset(match['zone'])}").tzinfo
        readings = {when.replace(tzinfo=when.tzinfo or zone): form for when, form in readings.items()}
    if not readings and impossible:
        raise ValueError("is a date or time that does not exist")
    if not readings:
        accepted = " or ".join(["YYYY-MM-DD", *map(format_in_words, formats)])
        raise ValueError(f"is not a date in the form {accepted}")
    if len(readings) > 1:
        both = " and ".join(f"{when:%Y-%m-%d} as {form}" for when, form in readings.items())
        raise ValueError(f"can be read as two dates: {both}")
    return next(iter(readings))


def _readings(text: str, formats: tuple[str, ...]) -> tuple[dict[datetime, str], bool]:
    """What a text means in each form that it has, with that form in words; and whether one fits no date that exists."""
    readings: dict[datetime, str] = {}
    impossible = False
    for form in formats:
        try:
            when = datetime.strptime(text, form)
        except ValueError as error:
            impossible |= "out of range" in str(error)  # the form fits: 31/06/2026
        else:
            # strptime compares the letters of a format with the cell, and knows nothing of what they mean.
            utc = when.tzinfo is None and _UTC_IN_FORMAT.search(re.sub("%.", " ", form))
            readings.setdefault(when.replace(tzinfo=UTC) if utc else when, format_in_words(form))
    return readings, impossible


def _offset(zone: str) -> str:
    """The offset that Z, UTC, GMT and +01, GMT+01 stand for; "" for none."""
    name = zone.upper().removeprefix("UTC").removeprefix("GMT")
    return name or ("Z" if zone else "")


def _in_zone(when: datetime, zone: tzinfo) -> datetime:
    """Put a wall-clock time into a zone; zoneinfo alone would guess at the clock changes."""
    early, late = when.replace(tzinfo=zone, fold=0), when.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset() or when.time() == datetime.min.time():
        return early  # a date alone means that day, wherever its midnight falls
    exists = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == when
    if exists:
        offsets = " or ".join(f"{whose:%H:%M}{whose.isoformat()[-6:]}" for whose in (early, late))
        raise ValueError(f"exists twice in {zone}, where the clocks go back then: write {offsets}")
    # Each side of the gap: the clock before it went forward, and after.
    before, after = (whose.astimezone(UTC).astimezone(zone) for whose in (late, early))
    raise ValueError(f"does not exist in {zone}, where the clocks go forward then: write {before:%H:%M} or {after:%H:%M}")
