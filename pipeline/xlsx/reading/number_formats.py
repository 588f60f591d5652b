"""What a number in a workbook shows, by its number format: a date, a time, leading zeros, or the number itself."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

LOST_DIGITS = 10**15  # Excel keeps 15 digits of a number

_LONGEST_IN_DIGITS = 10**21  # from here on Excel, too, writes 1E+300
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_DAY = 86_400_000  # milliseconds
_LAST_DAY = 2_958_465  # 9999-12-31
# Dates of East Asian versions of Excel; no code is written for them.
_EAST_ASIAN_DATES = {*range(27, 37), *range(50, 59)}
_CONDITION = re.compile(r"\[[<>=]+[^\]]*\]")
# What says nothing of digits: a colour, a language ([$-407]), room for a character (_x), one to fill up with (*x).
_UNSEEN = re.compile(r"\[\$-[0-9A-Fa-f]*\]|\[(?![hms]+\])[A-Za-z]+\d*\]|_.|\*.")
_TEXT_OF_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f]*)?\]")  # [$SKU-] shows SKU
# Zeros to fill and texts around them: 00000, 000-000, "SKU"0000.
_PADDED = re.compile(r'(?:0|"[^"]*"|\\.|[ \-/()])*')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([ \-/()])|0')


class Shown(Enum):
    """What a number format makes of a number."""

    NUMBER = auto()
    DATE = auto()
    DURATION = auto()
    PADDED = auto()


def format_code(number: int, own: dict[int, str]) -> str:
    """Return the code of a number format; `own` are those that the workbook defines."""
    if number in own:
        return own[number]
    return "yyyy-mm-dd" if number in _EAST_ASIAN_DATES else BUILTIN_FORMATS.get(number, "General")


def shown_as(code: str) -> Shown:
    """Decide what a number format makes of a number."""
    positive = _first_section(code)
    if is_timedelta_format(positive):
        return Shown.DURATION
    if is_date_format(positive):
        return Shown.DATE
    # A single 0 is the usual "no decimals".
    padded = _PADDED.fullmatch(positive) and re.sub(r'"[^"]*"|\\.', "", positive).count("0") > 1
    return Shown.PADDED if padded else Shown.NUMBER


def number_text(value: str, code: str, shown: Shown, *, from_1904: bool = False) -> str:
    """Return the text of a number as a person would type it.

    Raises:
        ValueError: `value` is no number.
    """
    number = float(value)
    if shown is Shown.PADDED and number.is_integer() and number >= 0:
        # Java writes 42.0 and 1.2345678E7 where Excel writes 42 and 12345678.
        return _padded(value if value.isdecimal() else str(int(number)), _first_section(code))
    if shown is Shown.DATE and 0 <= number < _LAST_DAY + 1:
        return _moment(number, from_1904)
    if shown is Shown.DURATION and number >= 0:
        seconds = round(number * 86_400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if value.isdecimal():
        return str(int(value)) if value.startswith("0") else value
    return _plain(number)


def _first_section(code: str) -> str:
    """The format of the numbers that codes are, freed of what says nothing of their digits."""
    section = _CONDITION.sub("", code.split(";")[0])
    section = _UNSEEN.sub("", section)
    section = _TEXT_OF_CURRENCY.sub(lambda text: f'"{text[1]}"', section)
    return re.sub(r"#(?=[#?,]*0)", "", section)  # digits that are shown only where there are any


def _plain(number: float) -> str:
    # Excel shows 15 digits; the 17 in the file are how 0.1 looks in binary.
    text = f"{number:.15g}"
    return format(Decimal(text), "f") if "e" in text and abs(number) < _LONGEST_IN_DIGITS else text.upper()


def _padded(digits: str, code: str) -> str:
    """Fill the zeros of a format with digits from the right; what does not fit stands before the first."""
    zeros = sum(match[0] == "0" for match in _LITERAL.finditer(code))
    filled = list(digits.zfill(zeros))
    surplus = len(filled) - zeros
    shown = []
    for match in _LITERAL.finditer(code):
        if match[0] == "0":
            shown.append("".join(filled[: surplus + 1]))
            del filled[: surplus + 1]
            surplus = 0
        else:
            shown.append(match[1] or match[2] or match[3] or "")
    return "".join(shown)


def _moment(number: float, from_1904: bool) -> str:
    milliseconds = round(number * _DAY)
    if milliseconds < _DAY and not from_1904:
        return (datetime.min + timedelta(milliseconds=milliseconds)).time().isoformat(_precision(milliseconds))
    if not from_1904 and milliseconds < 60 * _DAY:
        milliseconds += _DAY  # Excel believes in 29 February 1900
    moment = (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(milliseconds=milliseconds)
    if not milliseconds % _DAY:
        return moment.date().isoformat()
    return moment.isoformat(" ", _precision(milliseconds))


def _precision(milliseconds: int) -> str:
    return "milliseconds" if milliseconds % 1000 else "seconds"
