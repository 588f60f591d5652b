"""How files say an amount, and how the API does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """The columns and attributes of a line's quantity.

    The file states a quantity and what it counts; the API has one attribute for pieces, one for configurations (cases,
    inners, outers), and one that says in which dimension (weight, length …) the number is meant.
    """

    quantity: str  # heading
    dimension: str  # heading
    times: str = ""  # heading of a number that multiplies the quantity
    plain: str = ""  # attribute
    configurations: str = ""  # attribute
    measured_in: str = ""  # attribute
