"""What a cell holds, once the blanks around it are gone."""

from __future__ import annotations

# Zero-width and direction marks come along when text is copied from web pages and PDF files, U+001A ends files of old
# DOS programs; str.strip() keeps them.
_INVISIBLE = "\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\x1a"
_LAST_BLANK = "\u3000"  # the ideographic space; to look through all of Unicode takes longer than to start python
BLANKS = "".join(filter(str.isspace, map(chr, range(ord(_LAST_BLANK) + 1)))) + _INVISIBLE


def stripped(text: str) -> str:
    """Return the text without blanks, no-break spaces and invisible characters at its ends."""
    return text.strip(BLANKS)


def column_letters(position: int) -> str:
    """Return what Excel writes above a column; position 0 is `A`."""
    letters = ""
    position += 1
    while position:
        position, letter = divmod(position - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
