"""How to mend a wrong cell, in the words of the person who has the file open."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from schemas.countries import country_meant
from schemas.dates import looks_iso

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

# What people call a unit or a case.
_SAME_WORDS = dict.fromkeys(("each", "ea", "pc", "pcs", "piece", "pieces", "single", "singles"), "unit")
_SAME_WORDS |= dict.fromkeys(("box", "boxes", "carton", "cartons", "ctn"), "case")


def for_number(value: str) -> str:
    """Return a hint for what should have been a number; none for a number that is too large or too small."""
    text = re.sub(r"(?<=\d)[\s'’](?=\d{3}\b)", ",", value.strip().lower())  # 1 500 and 1'500 are 1,500
    if _NUMBER.fullmatch(text):
        return ""
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+", text):
        return f"write it without separators: {text.replace(',', '')}"
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text):
        return f"write it with a point: {text.replace('.', '').replace(',', '.')}"
    if re.fullmatch(r"-?\d{1,3},\d{3}", text):
        if text != value.strip().lower():
            return f"write it without separators: {text.replace(',', '')}"
        # 1,500 may be fifteen hundred or one and a half: say both, decide neither.
        return f"write it with a point ({text.replace(',', '.')}) or without separators ({text.replace(',', '')})"
    if re.fullmatch(r"-?\d{1,3}(,\d{3}){2,}", text):
        return f"write it without separators: {text.replace(',', '')}"
    if re.fullmatch(r"-?\d+,\d+", text):
        return f"write it with a point: {text.replace(',', '.')}"
    if re.fullmatch(r"[+-]?\d+(\.\d+)?e[+-]?\d+", text):
        return "write the number in full, without E"
    if text in _WORDS:
        return f"write it in digits: {_WORDS.index(text)}"
    if match := re.fullmatch(r"[^\w.,()-]*(-?\d+(?:\.\d+)?)\s*(?:[a-z]+\.?|[^\w.,()-]*)", text, re.ASCII):
        return f"write the number alone: {match[1]}"
    return "write digits only, with a point before decimals"


def for_whole_number(value: str) -> str:
    """Return a hint for what should have been a whole number."""
    return "write it without decimals" if re.fullmatch(r"[+-]?\d*\.\d+", value) else for_number(value)


def for_choice(value: str, choices: Sequence[str]) -> str:
    """Return a hint that names the choice that was probably meant, or that there is nothing else to write."""
    by_folded = {choice.lower(): choice for choice in choices}
    word = "_".join(value.lower().split())
    same = _SAME_WORDS.get(word)
    near = [same] if same in by_folded else difflib.get_close_matches(word, by_folded, n=1)
    return f"did you mean {by_folded[near[0]]}?" if near else "write one of these words"


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
        return ""
    if re.fullmatch(r"\d{5}(\.\d+)?", value):
        return "this is how Excel counts days: format the column as a date and export again"
    return "write it like 2026-06-10 or 2026-06-10 14:30, or name its format in date_formats"


def for_length(value: str, longest: int) -> str:
    """Return a hint for a text that is too long."""
    return f"it has {len(value)} characters: shorten it to {longest}"
