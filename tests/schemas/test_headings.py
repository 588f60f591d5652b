from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import RECORD_TYPES
from schemas.vocabulary.headings import fold, nearest


@pytest.mark.parametrize(
    "heading",
    [
        "order_reference",
        "Order Reference",
        "order-reference",
        "ORDER_REFERENCE",
        " ORDER__REFERENCE ",
        "_order reference-",
        "Order\nReference",
        "order\u00a0reference",
    ],
)
def test_spellings_of_one_heading_are_one(heading: str) -> None:
    """Case, blanks, dashes and underscores make no difference, doubled or at the ends, nor does a line break."""
    assert fold(heading) == "order_reference"


def test_different_words_stay_different() -> None:
    """Only what separates words is folded, never the words."""
    assert (
        len({fold(text) for text in ("orderreference", "order_reference", "order_references", "order.reference")}) == 4
    )


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(heading: str) -> None:
    """A folded heading is its own folded form."""
    assert fold(fold(heading)) == fold(heading)


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("order_ref", "order_reference"),
        ("Oder Reference", "order_reference"),
        ("QTY", ""),
        ("zebra", ""),
        ("", ""),
        ("Postal code", "postcode"),
        ("post_code", "postcode"),
    ],
)
def test_the_nearest_heading_is_named_only_if_it_is_near(heading: str, known: str) -> None:
    """A typing mistake finds its heading; another word finds none."""
    assert nearest(heading, RECORD_TYPES["orders"].columns) == known


def test_the_nearest_heading_is_named_as_the_template_has_it() -> None:
    """Products have title case with blanks."""
    assert nearest("storage_unit_type", RECORD_TYPES["products"].columns) == "Storage Unit Type Code"
