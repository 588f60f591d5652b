"""Numbers that a format shows as fractions: 2 1/2."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

_FORM = re.compile(r"(?P<whole>[#?0]+ +)?[#?0]+ ?/ ?(?P<below>[#?]+|\d+)")
_LONGEST = 7  # digits below the line


def fraction_text(number: Decimal, tokens: list[tuple[str, bool]]) -> str | None:
    """Return what a number shows as a fraction; None where the form is none of the usual ones."""
    form = _FORM.fullmatch("".join(text for text, _ in tokens).strip())
    if form is None or len(form["below"]) > _LONGEST or form["below"].startswith("0"):
        return None
    whole = int(number) if form["whole"] else 0
    rest = Fraction(number) - whole
    if form["below"].isdigit():
        below = int(form["below"])
        above = int(rest * below + Fraction(1, 2))
    else:
        near = rest.limit_denominator(10 ** len(form["below"]) - 1)
        above, below = near.numerator, near.denominator
    if form["whole"] and above == below:
        whole, above = whole + 1, 0
    if form["whole"] and not above:
        return str(whole)
    return f"{whole} {above}/{below}" if whole else f"{above}/{below}"
