"""Numbers that a spreadsheet keeps as they are."""

_MOST = 10**15  # Excel keeps fifteen digits of a number


def is_exact_in_excel(number: int) -> bool:
    """Whether an id may stand in a cell as a number; a longer one has to be a text."""
    return abs(number) < _MOST
