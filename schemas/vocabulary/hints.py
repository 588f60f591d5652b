"""How to correct a wrong cell, in the words of the person who has the file open."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

from schemas.vocabulary.countries import country_meant
from schemas.vocabulary.dates import looks_iso

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

_LONGEST = 300  # characters; beyond, nothing can be guessed, and the patterns below would take long
_DIGITS_ONLY = "write digits only, with a point before decimals"
_ONE_OF_THESE = "write one of these words"
_MONTHS = 12

# What people call a unit or a case.
_SAME_WORDS = dict.fromkeys(("each", "ea", "pc", "pcs", "piece", "pieces", "single", "singles"), "unit")
_SAME_WORDS |= dict.fromkeys(("box", "boxes", "carton", "cartons", "ctn"), "case")


def for_number(value: str) -> str:
    """Return a hint for what should have been a number; none for a number that is too large or too small."""
    if len(value) > _LONGEST:
        return _DIGITS_ONLY
    plain = _plain_characters(value)
    text = re.sub(r"(?<=\d)[\s'’](?=\d{3}\b)", ",", plain)  # 1 500 and 1'500 are 1,500
    if _NUMBER.fullmatch(text):
        return "" if text == value.strip() else f"write it in plain characters: {text}"
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+", text):
        return f"write it without separators: {text.replace(',', '')}"
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text):
        return f"write it with a point: {text.replace('.', '').replace(',', '.')}"
    if re.fullmatch(r"-?\d{1,3},\d{3}", text):
        if text != plain:
            return f"write it without separators: {text.replace(',', '')}"
        # 1,500 may be fifteen hundred or one and a half: say both, decide neither.
        return f"write it with a point ({text.replace(',', '.')}) or without separators ({text.replace(',', '')})"
    if re.fullmatch(r"-?\d{1,3}(,\d{3}){2,}", text):
        return f"write it without separators: {text.replace(',', '')}"
    if re.fullmatch(r"-?\d+,\d+", text):
        return f"write it with a point: {text.replace(',', '.')}"
    if re.fullmatch(r"[+-]?\d+(\.\d+)?e[+-]?\d+", text):
        return f"write the number in full: {float(text):.15g}" if abs(float(text)) < 1e15 else "write the number in full"
    if text in _WORDS:
        return f"write it in digits: {_WORDS.index(text)}"
    if match := re.fullmatch(r"[^\w.,()%/-]*(-?\d+(?:\.\d+)?)\s*(?:[a-z]+\.?|[^\w.,()%/-]*)", text, re.ASCII):
        return f"write the number alone: {match[1]}"
    return _DIGITS_ONLY


def for_amount(value: str) -> str:
    """Return a hint for what should have been a number above zero."""
    if len(value) > _LONGEST:
        return _DIGITS_ONLY
    try:
        amount = float(_plain_characters(value))
    except ValueError:
        return for_number(value)
    if amount < 0:
        return "write it without the minus sign if that is meant, else delete the row"
    return for_number(value) or ("write how many, or delete the row" if amount == 0 else "")


def for_whole_number(value: str) -> str:
    """Return a hint for what should have been a whole number."""
    return "write it without decimals" if len(value) <= _LONGEST and re.fullmatch(r"[+-]?\d*\.\d+", value) else for_number(value)


def for_choice(value: str, choices: Sequence[str]) -> str:
    """Return a hint that names the choice that was probably meant, or that there is nothing else to write."""
    if len(value) > _LONGEST:
        return _ONE_OF_THESE
    by_folded = {choice.lower(): choice for choice in choices}
    word = "_".join(value.lower().split())
    same = _SAME_WORDS.get(word)
    near = [same] if same in by_folded else difflib.get_close_matches(word, by_folded, n=1)
    return f"did you mean {by_folded[near[0]]}?" if near else _ONE_OF_THESE


def for_country(value: str) -> str:
    """Return a hint for what should have been a country code."""
    meant = country_meant(value)
    return f"write {meant}" if meant else "write the two letters of ISO 3166, such as GB"


def for_email(value: str) -> str:
    """Return a hint for what should have been one e-mail address."""
    found = re.findall(r"[^@\s,;<>\"():]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", value)
    if len(found) > 1:
        return f"write one of them: {found[0]}"
    if found and found[0] != value:
        return f"write the address alone: {found[0]}"
    return "write an address such as jo@example.com"


def for_date(value: str) -> str:
    """Return a hint for what should have been a date; one in ISO form needs none beside its message."""
    if looks_iso(value):
        return _for_iso_date(value)
    if meant := _date_meant(value):
        return f"write {meant.isoformat()}"
    if re.fullmatch(r"\d{5}(\.\d+)?", value):
        return "this is how Excel counts days: format the column as a date and send the file again"
    if match := re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2\d{2,4}( .*)?", value):
        if min(int(match[1]), int(match[3])) > _MONTHS:
            return "write it like 2026-06-10"
        # Which is the day and which the month is not for us to say.
        return "write it like 2026-06-10, or name this one form in date_formats of the configuration"
    return "write it like 2026-06-10 or 2026-06-10 14:30"


def _plain_characters(value: str) -> str:
    """Minus signs and digits as they come from word processors and East Asian keyboards, made plain."""
    return unicodedata.normalize("NFKC", value).replace("\u2212", "-").strip().lower()


def _for_iso_date(value: str) -> str:
    if value.startswith("00") and _date_meant(meant := f"20{value[2:10]}"):
        return f"did you mean {meant}?"
    return "write 00:00 of the next day" if re.search(r"[T ]24:00(:00)?$", value) else ""


def _date_meant(value: str) -> date | None:
    """The date that a text can only mean, though it is not in the accepted form."""
    for form in ("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y"):
        try:
            return datetime.strptime(value, form).date()
        except ValueError:
            continue
    return None


def for_length(value: str, longest: int) -> str:
    """Return a hint for a text that is too long."""
    return f"it has {len(value)} characters: shorten it to {longest}"
