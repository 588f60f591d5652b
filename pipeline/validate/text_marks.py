"""Marks that say "this is text" and characters that nobody sees: they came with the value and are none of it."""

from __future__ import annotations

import re
import unicodedata

from pipeline.validate.columns_by_use import Use

# Soft hyphen, zero-width characters, direction marks and isolates, and controls other than tab and line ends.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
# Between emoji, and letters of Persian or Hindi, joiners are seen; between Latin letters and digits they are not.
_JOINERS = re.compile(
    "(?<![\u0600-\u0eff\u2190-\uffff\U00010000-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u0eff\u2190-\uffff\U00010000-\U0010ffff])"
)
_BLANKS = re.compile("[\xa0\u2000-\u200a\u202f\u205f\u3000]")
_NO_BREAK = re.compile("[\xa0\u2007\u202f]")

_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
# '90s is no mark, nor is 's-Hertogenbosch, 't Hof, 'n or a phrase in apostrophes.
_ELISION = re.compile(r"'(?:\d0s\b|s\b|t\b|n\b|em\b|tis\b|twas\b)", re.IGNORECASE)
_MARKED_NUMBER = re.compile(r"'[\d=+\-@.][^']*")
_MARKED_CODE = re.compile(r"'[^'\s][^']*")

APOSTROPHE = "the apostrophe before the text is taken off"
FORMULA = 'the ="…" around the text is taken off'
QUOTES = "the quotes around the text are taken off (it was quoted twice, or a blank stands before the quote)"
INVISIBLE = "characters that nobody sees are taken out"
NO_BREAK = "no-break spaces inside the text become ordinary ones"


def without_marks(text: str, use: Use) -> tuple[str, tuple[str, ...]]:
    """Return the text alone, in Unicode's composed form (NFC), and what was taken off, in words."""
    taken = []
    seen = _JOINERS.sub("", _INVISIBLE.sub("", text))
    if seen != text:
        taken.append(INVISIBLE)
    spaced = (_BLANKS if use is Use.CODE else _NO_BREAK).sub(" ", seen)
    if spaced != seen:
        taken.append(NO_BREAK)
    plain = unicodedata.normalize("NFC", spaced).strip()
    # One mark may stand inside another: each goes in its turn.
    while (next_ := _without_one(plain, use)) is not None:
        plain, what = next_
        taken.append(what)
    return plain, tuple(dict.fromkeys(taken))


def _without_one(text: str, use: Use) -> tuple[str, str] | None:
    for mark, what in ((_FORMULA, FORMULA), (_QUOTED, QUOTES)):
        if match := mark.fullmatch(text):
            return match[1].replace('""', '"').strip(), what
    if text == "'":
        return "", APOSTROPHE
    marked = _MARKED_CODE if use is Use.CODE else _MARKED_NUMBER
    if marked.fullmatch(text) and not _ELISION.match(text):
        return text[1:].strip(), APOSTROPHE
    return None
