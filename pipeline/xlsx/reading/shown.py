"""What a cell shows, where that is not what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.xlsx.reading.format_sections import Part, sections_of
from pipeline.xlsx.reading.number_formats import Shown
from pipeline.xlsx.reading.shown_moment import shown_moment
from pipeline.xlsx.reading.shown_text import shown_number, shown_words

_GENERAL = ("General", "@", "0")


@dataclass(frozen=True, slots=True)
class Shows:
    """What a person sees in a cell."""

    text: str | None  # None: it cannot be worked out
    code: str  # the number format
    moment: bool = False  # a date, a time of day or a duration

    @property
    def is_value(self) -> bool:
        """Whether the text can stand for the cell: a date says that Excel has taken a text for one."""
        return bool(self.text) and not self.moment and not sections_of(self.code)[0].has(Part.EXPONENT)


def shows_number(value: str, held: str, code: str, shown: Shown) -> Shows | None:
    """Return what a number shows where its text, as we read it, is another."""
    if code in _GENERAL and (code != "0" or value.isdecimal()):
        return None
    if shown is Shown.DATE:
        # A number that is no date, such as a negative one, shows ####.
        return Shows(shown_moment(held, code) if ":" in held or held.count("-") == 2 else None, code, moment=True)
    if shown is Shown.DURATION:
        return Shows(None, code, moment=True)
    text = shown_number(float(value), code, held)
    return None if text == held else Shows(text, code)


def shows_words(held: str, code: str) -> Shows | None:
    """Return what a text shows where it is another."""
    text = shown_words(held, code)
    return None if text is not None and text == held.strip() else Shows(text, code)


def changes_texts(code: str) -> bool:
    """Whether a cell of this format with a text in it may show another."""
    sections = sections_of(code)
    if len(sections) <= 3 and not sections[-1].has(Part.TEXT):
        return False
    return [token.part for token in sections[min(3, len(sections) - 1)].tokens if token.text.strip()] != [Part.TEXT]
