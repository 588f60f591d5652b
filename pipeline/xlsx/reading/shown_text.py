"""The text that a cell shows, where its number format makes another of what it holds."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from pipeline.xlsx.reading.format_sections import Part, Section, sections_of
from pipeline.xlsx.reading.shown_fraction import fraction_text

_MOST_DIGITS = 60  # in a format; Excel allows 255 characters, and no code is as long


def shown_number(number: float, code: str, general: str) -> str | None:
    """Return what a number shows; None where that cannot be worked out.

    Args:
        number: what the cell holds.
        code: its number format, which makes no date of it.
        general: the number in Excel's own spelling.
    """
    exact = Decimal(f"{number:.15g}")  # Excel keeps 15 digits
    found = _section_for(exact, sections_of(code))
    if found is None:
        return None
    section, magnitude = found
    text = _shown(magnitude, section, general)
    if text is None or magnitude >= 0 or section.has(Part.GENERAL, Part.TEXT):
        return None if text is None else text.strip()
    return f"-{text.strip()}" if any(digit in "123456789" for digit in text) else None


def shown_words(text: str, code: str) -> str | None:
    """Return what a text shows in a cell of this format; None where that cannot be worked out."""
    sections = sections_of(code)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if not section.has(Part.TEXT) and len(sections) <= 3:
        return text
    if any(token.part not in (Part.TEXT, Part.LITERAL) for token in section.tokens):
        return None
    return "".join(text if token.part is Part.TEXT else token.text for token in section.tokens).strip()


def _section_for(number: Decimal, sections: tuple[Section, ...]) -> tuple[Section, Decimal] | None:
    """The section that a number is shown by, and the number that it shows: without a sign, where that is implied."""
    numbers = sections[:3]
    if len(sections) > 1 and len(numbers) == len(sections) and sections[-1].has(Part.TEXT):
        numbers = sections[:-1]  # a last section with @ is that of texts
    if any(section.operator for section in numbers):
        if number < 0:
            return None  # whether the sign is shown depends on the condition
        first = numbers[0]
        if (first.operator and first.holds(number)) or (not first.operator and number > 0):
            return first, number
        rest = numbers[1:]
        if len(rest) > 1 and not (rest[0].operator and rest[0].holds(number)):
            rest = rest[1:]
        return (rest[0], number) if rest and rest[0].holds(number) else None
    if number < 0 and len(numbers) > 1:
        return numbers[1], -number
    return (numbers[2] if number == 0 and len(numbers) > 2 else numbers[0]), number


def _shown(number: Decimal, section: Section, general: str) -> str | None:
    parts = [token.part for token in section.tokens]
    if Part.STRANGE in parts or Part.DATE in parts or Part.ELAPSED in parts or len(parts) > _MOST_DIGITS:
        return None
    if Part.GENERAL in parts or Part.TEXT in parts:
        if Part.DIGIT in parts or parts.count(Part.GENERAL) + parts.count(Part.TEXT) > 1:
            return None
        return "".join(general if t.part in (Part.GENERAL, Part.TEXT) else t.text for t in section.tokens)
    if Part.DIGIT not in parts:
        return "".join(token.text for token in section.tokens)
    tokens = [(token.text, token.part is Part.LITERAL) for token in section.tokens]
    if ("/", False) in tokens:
        return fraction_text(abs(number), tokens)
    if Part.EXPONENT in parts:
        return _scientific(abs(number), tokens)
    return _decimal(abs(number), tokens)


Piece = tuple[str, bool]  # a token, and whether it is shown as it is


def _decimal(number: Decimal, tokens: list[Piece]) -> str | None:
    number *= Decimal(100) ** tokens.count(("%", False))
    points = [at for at, token in enumerate(tokens) if token == (".", False)]
    if len(points) > 1:
        return None
    point = points[0] if points else len(tokens)
    digits = [at for at in range(point) if is_digit(tokens[at])]
    commas = [at for at, token in enumerate(tokens) if token == (",", False)]
    last = digits[-1] if digits else -1
    end = max((at for at, token in enumerate(tokens) if is_digit(token)), default=-1)
    if commas and (not digits or any(point < at < end for at in commas)):
        return None
    number /= Decimal(1000) ** sum(last < at < point or at > end for at in commas)
    places = sum(is_digit(token) for token in tokens[point:])
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, part = f"{rounded:f}".partition(".")
    thousands = any(digits[0] < at < last for at in commas) if digits else False
    return integer_text(whole.lstrip("0"), tokens[:point], thousands) + _after_point(part, tokens[point:])


def is_digit(token: Piece) -> bool:
    """Whether a digit may stand in the place of this token."""
    return not token[1] and token[0] in ("0", "#", "?")


def integer_text(digits: str, tokens: list[Piece], thousands: bool = False) -> str:
    """Fill the places of a whole number from the right; what does not fit stands at the first place."""
    places = sum(is_digit(token) for token in tokens)
    left, count = list(digits), 0
    shown: list[str] = []  # from the right

    def put(digit: str) -> None:
        nonlocal count
        if thousands and count and count % 3 == 0 and digit.isdigit():
            shown.append(",")
        shown.append(digit)
        count += 1

    for token in reversed(tokens):
        if is_digit(token):
            places -= 1
            if left:
                put(left.pop())
            elif token[0] != "#":
                put("0" if token[0] == "0" else " ")
            while left and not places:
                put(left.pop())
        elif token != (",", False):
            shown.append(token[0])
    return "".join(reversed(shown))


def _after_point(digits: str, tokens: list[Piece]) -> str:
    shown, place, filled = [], 0, len(digits.rstrip("0"))
    for token in tokens:
        if is_digit(token):
            kept = place < filled or token[0] == "0"
            shown.append(digits[place] if kept else " " if token[0] == "?" else "")
            place += 1
        elif token != (",", False):
            shown.append(token[0])
    return "".join(shown)


def _scientific(number: Decimal, tokens: list[Piece]) -> str | None:
    at = next(place for place, token in enumerate(tokens) if not token[1] and token[0] in ("E+", "E-", "e+", "e-"))
    head, tail = tokens[:at], tokens[at + 1 :]
    point = next((place for place, token in enumerate(head) if token == (".", False)), len(head))
    # Several places before the point make steps of as many in the exponent (engineering notation).
    if sum(map(is_digit, head[:point])) != 1 or not all(is_digit(token) or token[1] for token in tail):
        return None
    power = number.adjusted() if number else 0
    places = sum(map(is_digit, head[point:]))
    mantissa = number.scaleb(-power).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if mantissa >= 10:
        power, mantissa = power + 1, mantissa / 10
    shown = _decimal(mantissa, head)
    sign = "-" if power < 0 else tokens[at][0][1].replace("-", "")
    return None if shown is None else f"{shown}E{sign}{integer_text(str(abs(power)).lstrip('0'), tail)}"
