"""Letters that were encoded twice: UTF-8 that somebody read as a code page and saved as UTF-8 again."""

from __future__ import annotations

import re

_BEYOND_ASCII = re.compile("[\x80-\uffff]{2,}")
# Control characters that no one types: letters of Windows that were read as Latin-1.
_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
# A single letter may look like two of these by chance (`Рі` is Ukrainian), hence the letters that must come out,
# and with which character the first must begin.
_CODE_PAGES = {"cp1252": (1, ""), "latin-1": (1, ""), "cp1250": (1, ""), "mac_roman": (1, "√¬"), "cp850": (1, "├┬")}
_CODE_PAGES |= {"cp1251": (3, "")}


def letters_meant(text: str) -> str:
    """Return the text as it was before its letters were encoded twice; "" where they were not."""
    found = _BEYOND_ASCII.sub(lambda match: _decoded(match[0]), text)
    if found == text:
        found = _CONTROLS.sub(lambda match: match[0].encode("latin-1").decode("cp1252", "ignore"), text)
    return found if found != text else ""


def _decoded(run: str) -> str:
    for code_page, (fewest, begins) in _CODE_PAGES.items():
        if begins and run[0] not in begins:
            continue
        try:
            letters = _bytes_of(run, code_page).decode("utf-8")
        except UnicodeError:
            continue
        if fewest <= len(letters) < len(run) and letters.isprintable():
            return letters
    return run


def _bytes_of(run: str, code_page: str) -> bytes:
    """Encode letter by letter: bytes that a code page does not define often stand as controls in its place."""
    return b"".join(letter.encode("latin-1") if "\x80" <= letter <= "\x9f" else letter.encode(code_page) for letter in run)
