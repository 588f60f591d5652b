"""What spreadsheets do to cells on opening and saving a file, which nobody asked them to.

Digits that begin with zeros become numbers, long ones exponents, what looks like a date becomes one and is written in
the form of the locale. Only what a spreadsheet does counts: zeros are lost, never added.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUPED = re.compile(r"([+-]?\d{1,3}(?:([.,'’ ])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
_KEPT_DIGITS = 15  # of a number, in every spreadsheet
_LONGEST = 64  # characters; numbers and dates are shorter

_TRUE = frozenset(("true", "wahr", "vrai", "verdadero", "vero", "waar", "prawda"))
_FALSE = frozenset(("false", "falsch", "faux", "falso", "onwaar", "fałsz"))
_ERRORS = ("#NAME?", "#VALUE!", "#REF!", "#N/A", "#DIV/0!", "#NUM!", "#NULL!")

_TIMES = ("", "T%H:%M:%S", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M")
_DAYS: tuple[str, ...] = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
)
_DAYS += ("%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y")
_FORMS = tuple(f"{day}{time}" for day in _DAYS for time in _TIMES)
# What looks like a day or a month without its year: the spreadsheet adds the year of the day on which it is opened.
_HALVES = ("%d-%m", "%m-%d", "%d/%m", "%m/%d", "%d.%m", "%m.%d", "%d-%b", "%d %b", "%b-%d", "%b %d", "%b%d", "%d%b")
_MONTHS = ("%b-%y", "%b %y", "%b%y", "%m-%Y", "%m/%Y", "%b-%Y", "%b %Y", "%B %Y")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_EPOCH = datetime(1899, 12, 30)
_LAST_SERIAL = 100_000  # days: the year 2173
_LEAP_YEAR = "2024"
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = frozenset(("T", "Z", "AM", "PM", *(f"{month}"[:3].upper() for month in calendar.month_name if month)))
_WORDS |= frozenset(month.upper() for month in calendar.month_name if month)


def changed_by_a_spreadsheet(original: str, now: str) -> bool:
    """Whether a cell that held `original` may hold `now` only because a spreadsheet has opened and saved it."""
    if original == now or _plain(original) == _plain(now):
        return True
    if max(len(original), len(now)) > _LONGEST:
        return False
    first, then = _plain(original), _plain(now)
    return (
        _is_same_number(first, then)
        or _is_same_flag(first, then)
        or _is_same_moment(first, then)
        or (now in _ERRORS and original[:1] in ("=", "+", "-", "@"))
        # A text that begins like a formula becomes whatever that formula gives, which nobody has typed.
        or (original.startswith("=") and not now.startswith("="))
    )


def _plain(text: str) -> str:
    """Without text marks and the blanks that a spreadsheet makes of others."""
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\r\n", "\n").strip()
    if match := re.fullmatch(r'="([^"]*)"', text):
        text = match[1]
    return text.removeprefix("'").strip()


def _is_same_flag(original: str, now: str) -> bool:
    first, then = original.lower(), now.lower()
    return any(first in words and then in words for words in (_TRUE, _FALSE))


def _is_same_number(original: str, now: str) -> bool:
    return any(_is_reading(first, then, now) for first in _numbers(original) for then in _numbers(now)) and not (
        _zeros(now) > _zeros(original)
    )


def _zeros(text: str) -> int:
    """How many zeros stand before the first other digit of a whole number: a spreadsheet never adds any."""
    digits = text.lstrip("+-")
    return len(digits) - len(digits.lstrip("0")) if digits.isdigit() and digits.strip("0") else 0


def _is_reading(original: Decimal, now: Decimal, written: str) -> bool:
    """Whether a spreadsheet that read the one number may write the other: it keeps 15 digits, and shows fewer."""
    if original == now:
        return True
    digits = len(now.as_tuple().digits) if "e" in written.lower() else _KEPT_DIGITS
    with localcontext() as context:
        for rounding in (ROUND_HALF_UP, ROUND_DOWN):
            context.prec, context.rounding = digits, rounding
            if +original == now:
                return True
    return False


def _numbers(text: str) -> Iterator[Decimal]:
    """The numbers that a text may stand for, whatever the locale."""
    if text.endswith("%"):
        yield from (number / 100 for number in _numbers(text[:-1].rstrip()))
        return
    readings = [text] if _NUMBER.fullmatch(text) else []
    if match := _GROUPED.fullmatch(text):
        whole, separator, point, fraction = match.groups()
        if point != separator:
            readings.append(whole.replace(separator, "") + (f".{fraction}" if fraction else ""))
    if _DECIMAL_COMMA.fullmatch(text):
        readings.append(text.replace(",", "."))
    for reading in readings:
        try:
            yield Decimal(reading)
        except InvalidOperation:
            continue


def _is_same_moment(original: str, now: str) -> bool:
    if not (_looks_like_a_moment(original) and _looks_like_a_moment(now)):
        return False
    first, then = set(_moments(original)), {*_moments(now), *_serial(now)}
    if first & then:
        return True
    days = {(moment.month, moment.day) for moment in then}
    if any((half.month, half.day) in days for half in _read(original, _HALVES, "%Y", _LEAP_YEAR)):
        return True
    months = {(moment.year, moment.month) for moment in (*then, *_read(now, _MONTHS))}
    if any((month.year, month.month) in months for month in _read(original, _MONTHS)):
        return True
    halves = {(half.month, half.day) for half in _read(now, _HALVES, "%Y", _LEAP_YEAR)}
    return any((half.month, half.day) in halves for half in _read(original, _HALVES, "%Y", _LEAP_YEAR))


def _looks_like_a_moment(text: str) -> bool:
    """To try all forms takes a thousand times as long."""
    return any(map(str.isdigit, text)) and all(map(_WORDS.__contains__, _LETTERS.findall(text.upper())))


def _serial(text: str) -> Iterator[datetime]:
    """The moment that a number stands for, as spreadsheets count days."""
    if re.fullmatch(r"\d{1,5}(\.\d+)?", text, re.ASCII) and 0 < float(text) < _LAST_SERIAL:
        yield (_EPOCH + timedelta(days=float(text), milliseconds=500)).replace(microsecond=0)


def _moments(text: str) -> Iterator[datetime]:
    yield from _read(text.removesuffix("Z"), _FORMS)
    yield from (_EPOCH.replace(hour=time.hour, minute=time.minute, second=time.second) for time in _read(text, _CLOCKS))


def _read(text: str, forms: tuple[str, ...], more: str = "", year: str = "") -> Iterator[datetime]:
    for form in forms:
        try:
            yield datetime.strptime(f"{text} {year}".strip(), f"{form} {more}".strip())
        except ValueError:
            continue
