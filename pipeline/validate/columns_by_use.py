"""What the cells of a column are used for, as far as it decides which of them look wrong."""

from __future__ import annotations

import re
from enum import Enum, auto

from schemas import Column

_PROSE = re.compile(r"name|note|descri|comment|instruction|remark|contact|title", re.IGNORECASE)


class Use(Enum):
    """What a column holds."""

    CODE = auto()  # names something: one wrong character names another thing, or none
    PROSE = auto()  # names of people and firms, notes, descriptions: nearly any word may be right
    TEXT = auto()  # other text: streets, postcodes, telephone numbers
    FORM = auto()  # numbers, dates, words of a list: its own checks know what is right


def use_of(column: Column) -> Use:
    """What the cells of a column are used for."""
    if column.kind.name == "code":
        return Use.CODE
    if column.kind.name != "text":
        return Use.FORM
    return Use.PROSE if _PROSE.search(f"{column.heading} {column.attribute}") else Use.TEXT
