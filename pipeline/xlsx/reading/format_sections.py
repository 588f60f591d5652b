"""A number format taken apart: its sections, the condition of each, and the tokens in it (ECMA-376, 18.8.31)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from functools import cache

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<room>_.)|(?P<fill>\*.)
    |\[(?P<operator><=|>=|<>|<|>|=)(?P<operand>-?[0-9.]+(?:E[+-]?\d+)?)\]
    |\[\$(?P<currency>[^\]-]*)(?:-(?P<locale>[0-9A-Fa-f]*))?[^\]]*\]
    |(?P<elapsed>\[(?:h+|m+|s+)\])
    |\[(?P<colour>black|blue|cyan|green|magenta|red|white|yellow|colou?r\s?\d+)\]
    |(?P<general>General)|(?P<exponent>E[+-])|(?P<noon>AM/PM|A/P)
    |(?P<date>y+|m+|d+|h+|s+)|(?P<text>@)|(?P<digit>[0#?])|(?P<mark>[.,%/])
    |(?P<plain>[^A-Za-z"\\\[\]])|(?P<strange>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LONGEST_LOCALE = 4  # hexadecimal digits; what is before them asks for the digits of another script


class Part(Enum):
    """What a token of a format stands for."""

    LITERAL = auto()  # shown as it is
    DIGIT = auto()  # 0, # or ?
    MARK = auto()  # . , % /
    EXPONENT = auto()
    GENERAL = auto()
    TEXT = auto()  # @: the cell's text
    DATE = auto()  # a part of a date or of a time of day
    ELAPSED = auto()  # hours, minutes or seconds of a duration
    STRANGE = auto()  # nothing that we can show


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a format."""

    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown of the numbers that fulfil a condition."""

    tokens: tuple[Token, ...]
    operator: str = ""
    operand: Decimal = Decimal(0)

    def has(self, *parts: Part) -> bool:
        """Whether any token is one of these."""
        return any(token.part in parts for token in self.tokens)

    def holds(self, number: Decimal) -> bool:
        """Whether a number fulfils the section's condition."""
        limit = self.operand
        return {
            "<": number < limit,
            ">": number > limit,
            "=": number == limit,
            "<=": number <= limit,
            ">=": number >= limit,
            "<>": number != limit,
        }.get(self.operator, True)


@cache
def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a format, in their order."""
    sections: list[Section] = []
    tokens: list[Token] = []
    operator, operand = "", Decimal(0)
    for match in _TOKEN.finditer(code):
        if match[0] == ";":
            sections.append(Section(tuple(tokens), operator, operand))
            tokens, operator, operand = [], "", Decimal(0)
        elif match["operator"]:
            operator, operand = match["operator"], Decimal(match["operand"])
        else:
            tokens += _tokens(match)
    return (*sections, Section(tuple(tokens), operator, operand))


_PARTS = {
    "digit": Part.DIGIT,
    "mark": Part.MARK,
    "exponent": Part.EXPONENT,
    "general": Part.GENERAL,
    "text": Part.TEXT,
    "date": Part.DATE,
    "noon": Part.DATE,
    "elapsed": Part.ELAPSED,
    "strange": Part.STRANGE,
}
_LITERALS = ("quoted", "escaped", "currency", "plain")


def _tokens(match: re.Match[str]) -> Iterator[Token]:
    kind = match.lastgroup or ""
    if match["locale"] and len(match["locale"]) > _LONGEST_LOCALE:
        yield Token(Part.STRANGE, match[0])
    elif match["room"] is not None:
        yield Token(Part.LITERAL, " ")
    elif kind in _PARTS:
        yield Token(_PARTS[kind], match[0])
    else:
        text = next((match[name] for name in _LITERALS if match[name]), "")
        if text:
            yield Token(Part.LITERAL, text)
