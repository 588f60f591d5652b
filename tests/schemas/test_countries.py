from __future__ import annotations

import iso3166
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.countries import country_meant, is_country


@pytest.mark.parametrize("text", ["GB", "US", "CA-ON", "GB-ENG", "FR-75C"])
def test_codes_of_iso_3166_are_countries(text: str) -> None:
    """Two letters, with or without the suffix of a province."""
    assert is_country(text)


@pytest.mark.parametrize("text", ["UK", "gb", "GBR", "EU", "ZZ", "GB-", "GB-ENGL", "GB ENG", "UK-ENG", "", "G"])
def test_other_texts_are_not(text: str) -> None:
    """What people and other lists call a country is not its code."""
    assert not is_country(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("GBR", "GB"),
        ("England", "GB"),
        ("united  kingdom", "GB"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("U.S.", "US"),
        ("Germany", "DE"),
        ("Österreich", "AT"),
        ("Holland", "NL"),
        ("Türkiye", "TR"),
        ("Bolivia", "BO"),
        ("South Korea", "KR"),
    ],
)
def test_usual_names_lead_to_the_code(text: str, meant: str) -> None:
    """The hint names the code, however the country was written."""
    assert country_meant(text) == meant


@pytest.mark.parametrize("text", ["Korea", "Virgin Islands", "Atlantis", "", "Germ", "-"])
def test_nothing_is_guessed(text: str) -> None:
    """There are two Koreas: a name that fits several countries, or none, gives no hint."""
    assert country_meant(text) == ""


def test_every_country_is_found_by_its_names() -> None:
    """Official names and three-letter codes of the whole list lead to the two letters."""
    for country in iso3166.countries:
        assert is_country(country.alpha2)
        assert country_meant(country.name) == country.alpha2
        assert country_meant(country.alpha3) == country.alpha2


@given(st.text(max_size=12))
def test_a_hint_is_always_a_country(text: str) -> None:
    """Whatever is written, the hint is a code that would be accepted, or none."""
    assert country_meant(text) == "" or is_country(country_meant(text))
