"""The dates, times of day and durations that cells show, in English words."""

from __future__ import annotations

from datetime import date, datetime, time

from pipeline.xlsx.reading.format_sections import Part, Token, sections_of

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NOON = 12


def shown_moment(held: str, code: str) -> str | None:
    """Return what a date or a time of day shows; None where that is not known.

    Args:
        held: ISO 8601.
        code: a number format that makes a date of a number.
    """
    section = sections_of(code)[0]
    if section.has(Part.STRANGE, Part.ELAPSED, Part.GENERAL, Part.DIGIT):
        return None  # fractions of seconds, too
    moment = _moment(held)
    noon = any("/" in token.text and token.part is Part.DATE for token in section.tokens)
    tokens = section.tokens
    return "".join(
        _piece(token, moment, noon, _is_minute(tokens, at)) if token.part is Part.DATE else token.text
        for at, token in enumerate(tokens)
    ).strip()


def _moment(held: str) -> datetime:
    if ":" in held and "-" not in held:
        return datetime.combine(date(1900, 1, 1), time.fromisoformat(held))
    return datetime.fromisoformat(held)


def _is_minute(tokens: tuple[Token, ...], at: int) -> bool:
    """An m behind hours or before seconds means minutes."""
    parts = [token for token in tokens if token.part is Part.DATE]
    place = sum(token.part is Part.DATE for token in tokens[:at])
    before = parts[place - 1].text[0].lower() if place else ""
    after = parts[place + 1].text[0].lower() if place + 1 < len(parts) else ""
    return before == "h" or after == "s"


def _piece(token: Token, moment: datetime, noon: bool, minute: bool) -> str:
    letters, length = token.text.lower(), len(token.text)
    match letters[0]:
        case "y":
            return f"{moment.year % 100:02}" if length <= 2 else str(moment.year)
        case "d":
            name = _DAYS[moment.weekday()]
            return [str(moment.day), f"{moment.day:02}", name[:3], name][min(length, 4) - 1]
        case "m" if minute:
            return str(moment.minute).zfill(min(length, 2))
        case "m":
            name = _MONTHS[moment.month - 1]
            return [str(moment.month), f"{moment.month:02}", name[:3], name, name[0]][min(length, 5) - 1]
        case "h":
            hour = (moment.hour % _NOON or _NOON) if noon else moment.hour
            return str(hour).zfill(min(length, 2))
        case "s":
            return str(moment.second).zfill(min(length, 2))
    words = ("AM", "PM") if length > 3 else ("A", "P")
    return words[moment.hour >= _NOON]
