"""Text of ours that Excel must not take for a formula."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run when it opens a CSV file: `=HYPERLINK(…)`.

    Plain numbers such as -5 stay: they are numbers in either reading. For columns of our own only: the input's columns
    are given back as they were read, since an apostrophe there would come back as data.
    """
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """Undo `guarded`."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
