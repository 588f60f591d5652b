"""Names of zones at the end of dates."""

from __future__ import annotations

import pytest

from pipeline.extract.sources.texts import texts_of
from pipeline.extract.sources.zone_names import with_offsets

ZONES = {"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "CET": "Europe/Berlin", "CEST": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-20 14:03 PST", "2026-11-20T14:03:00-08:00"),
        ("2026-07-20 14:03:59 PDT", "2026-07-20T14:03:59-07:00"),
        ("20/07/2026 14:03 CEST", "2026-07-20T14:03:00+02:00"),
        ("2026-10-25 02:30 CEST", "2026-10-25T02:30:00+02:00"),  # the hour that exists twice
        ("2026-10-25 02:30 CET", "2026-10-25T02:30:00+01:00"),
        ("2026-11-01 01:30 PDT", "2026-11-01T01:30:00-07:00"),
        ("2026-11-01 01:30 PST", "2026-11-01T01:30:00-08:00"),
        ("2026-12-01 10:00:00.250 CET", "2026-12-01T10:00:00.250+01:00"),
        ("2026-11-20 14:03 EST", "2026-11-20 14:03 EST"),  # is not declared: the check says so
        ("2026-11-20 14:03", "2026-11-20 14:03"),
        ("soon CET", "soon CET"),
        ("CET", "CET"),
    ],
)
def test_a_declared_name_becomes_an_offset(text: str, written: str) -> None:
    """That of its zone at that time; where clocks go back, the name says which of the two is meant."""
    assert with_offsets(texts_of([text]), ZONES, ("%d/%m/%Y %H:%M",)).to_pylist() == [written]
