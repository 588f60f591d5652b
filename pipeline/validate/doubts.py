"""Cells that hold what no one meant: errors of spreadsheets, words for nothing, lost digits, damaged letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.validate.columns_by_use import Use
from schemas.vocabulary.error_words import is_error_word, is_nothing, is_truth, may_be_nothing
from schemas.vocabulary.mojibake import letters_meant

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+ ?[eE][+-]?|[eE]\+)\d+")
_POINT_ZERO = re.compile(r"-?(\d+)\.0+")
_LONG = 7  # digits; so many are a telephone number or a barcode
_CODE_DIGITS = 3  # a code of fewer may be a version, such as 1.0
_TEXT_DIGITS = 4  # a text of fewer may be a measure, such as 12.0
_ROUNDED = re.compile(r"[1-9]\d{14}(?:00\d?|000\d*)")  # 17 digits or more, of which a spreadsheet kept 15
_REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with a cell, or may be; the message follows the value."""

    message: str
    hint: str
    holds: bool = True


def doubt_about(text: str, use: Use) -> Doubt | None:
    """Return why a cell should not be believed, or None."""
    if is_error_word(text):
        return Doubt("is an error of a spreadsheet, not a value", "correct the formula, or type the value")
    if doubt := _nothing(text, use):
        return doubt
    if _REPLACED in text:
        return Doubt(
            "holds \ufffd in place of a letter that was lost", "type the letter; export the file again as CSV UTF-8"
        )
    if use is Use.FORM:
        return None
    return _lost_digits(text, use) or _damaged_letters(text, use)


def _nothing(text: str, use: Use) -> Doubt | None:
    message, hint = "is a word for nothing, not a value", "clear the cell, or set what it stands for in [values]"
    if is_nothing(text):
        return Doubt(message, hint)
    if use is not Use.FORM and may_be_nothing(text):  # `none` is a word of several lists
        if use is Use.PROSE:
            return Doubt(
                "may be a word for nothing: it is sent as it stands", "clear the cell if it means nothing", holds=False
            )
        return Doubt(message, hint)
    if use is Use.CODE and is_truth(text):
        return Doubt("is true or false, not a code", hint)
    return None


def _lost_digits(text: str, use: Use) -> Doubt | None:
    if _SCIENTIFIC.fullmatch(text):
        return Doubt(
            "was shortened by Excel: its last digits are lost",
            "format the column as Text in the source and export again",
        )
    if match := _POINT_ZERO.fullmatch(text):
        return _point_zero(match[1], use)
    if use is Use.CODE and _ROUNDED.fullmatch(text):
        return Doubt("may have lost its last digits: Excel keeps 15", "compare it with the source", holds=False)
    return None


def _point_zero(digits: str, use: Use) -> Doubt | None:
    fewest = {Use.CODE: _CODE_DIGITS, Use.TEXT: _TEXT_DIGITS}.get(use, _LONG)
    if len(digits) >= fewest:
        return Doubt(
            "ends in .0: it was taken for a number, and zeros may be lost", f"write {digits} if that is the whole of it"
        )
    if use is Use.CODE:
        return Doubt(
            "ends in .0, as a number does: it is sent as it stands", f"write {digits} if that is meant", holds=False
        )
    return None


def _damaged_letters(text: str, use: Use) -> Doubt | None:
    if text.isascii() or not (meant := letters_meant(text)):
        return None
    return Doubt(
        f"has letters that were encoded twice: it seems to mean {meant}",
        "correct it, or export the file again as CSV UTF-8",
        holds=use is Use.CODE,
    )
