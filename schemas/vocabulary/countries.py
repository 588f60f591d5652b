"""Countries by ISO 3166-1 alpha-2, and the usual wrong names for them."""

from __future__ import annotations

import re
from functools import cache

import iso3166

_CODE = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")

# What people write instead, beyond the official names. Only for hints: nothing is replaced unasked, for what looks
# near may be another country ("Korea", "Guinea", "Congo").
_ALIASES = {
    "UK": "GB",
    "GREAT BRITAIN": "GB",
    "UNITED KINGDOM": "GB",
    "BRITAIN": "GB",
    "ENGLAND": "GB",
    "SCOTLAND": "GB",
    "WALES": "GB",
    "NORTHERN IRELAND": "GB",
    "EIRE": "IE",
    "ÉIRE": "IE",
    "REPUBLIC OF IRELAND": "IE",
    "DEUTSCHLAND": "DE",
    "GER": "DE",
    "ÖSTERREICH": "AT",
    "OESTERREICH": "AT",
    "SCHWEIZ": "CH",
    "SUISSE": "CH",
    "SVIZZERA": "CH",
    "ESPAÑA": "ES",
    "ESPANA": "ES",
    "ITALIA": "IT",
    "HOLLAND": "NL",
    "NEDERLAND": "NL",
    "NETHERLANDS": "NL",
    "BELGIQUE": "BE",
    "BELGIË": "BE",
    "DANMARK": "DK",
    "SVERIGE": "SE",
    "NORGE": "NO",
    "SUOMI": "FI",
    "POLSKA": "PL",
    "CZECH REPUBLIC": "CZ",
    "UNITED STATES": "US",
    "AMERICA": "US",
    "TURKEY": "TR",
    "RUSSIA": "RU",
    "IVORY COAST": "CI",
    "LAOS": "LA",
    "SYRIA": "SY",
    "MACEDONIA": "MK",
    "SOUTH KOREA": "KR",
    "TAIWAN": "TW",
    "VIETNAM": "VN",
    "UAE": "AE",
    "EL": "GR",
}


def is_country(text: str) -> bool:
    """Whether the text is an ISO alpha-2 code, with or without the suffix of a province (`GB`, `CA-ON`)."""
    match = _CODE.fullmatch(text)
    return match is not None and match[1] in iso3166.countries_by_alpha2


@cache
def country_meant(text: str) -> str:
    """Return the code that was probably meant, or "": for a hint to a person, never for sending."""
    name = _plain(text)
    if name in _ALIASES:
        return _ALIASES[name]
    if text.isascii() and name in iso3166.countries_by_alpha2:  # the upper case of ß is SS
        return name
    if name in iso3166.countries_by_numeric:
        return str(iso3166.countries_by_numeric[name].alpha2)
    if name in iso3166.countries_by_alpha3:
        return str(iso3166.countries_by_alpha3[name].alpha2)
    for country in iso3166.countries:
        if name in (_plain(country.name), _plain(country.apolitical_name)):
            return str(country.alpha2)
    # "Bolivia, Plurinational State of", where only one country is called so: there are two Koreas.
    short = {str(country.alpha2) for country in iso3166.countries if _plain(country.name).split(",")[0] == name}
    return short.pop() if len(short) == 1 else ""


def _plain(name: str) -> str:
    return " ".join(name.upper().replace(".", "").split()).removeprefix("THE ")
