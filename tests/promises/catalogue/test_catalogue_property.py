"""Random small catalogues, dropped again and again while things go wrong: Clarus holds what a naive model expects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.sandbox import Fault, Sandbox, What

CODES, ACCOUNTS = ("P-1", "P-2", "P/3"), ("ACME", "GLOBEX")
UNITS = (("PALLET", "case"), ("TOTE", "unit"), ("PALLET", "unit"))
LOCATIONS = ("PICK-A-01", "PICK-A-02")

Row = dict[str, Any]

rows = st.builds(
    lambda code, version, account, unit, location, update: {
        "code": code,
        "description": f"{code} {version}",
        "update": update,
        "account": account or "",
        **(
            {"type": unit[0], "configuration": unit[1], "measure": "metre", "per_layer": 1, "layers": 1} if unit else {}
        ),
        "location": location or "",
    },
    st.sampled_from(CODES),
    st.just(1),
    st.sampled_from((None, *ACCOUNTS)),
    st.sampled_from((None, *UNITS)),
    st.sampled_from((None, *LOCATIONS)),
    st.sampled_from(("", "true")),
)


@st.composite
def files(draw: st.DrawFn) -> list[Row]:
    """The rows of a file: all rows of one product agree on what they say of it."""
    drawn = draw(st.lists(rows, min_size=1, max_size=6))
    versions = {code: draw(st.integers(1, 3)) for code in CODES}
    updates = {code: draw(st.sampled_from(("", "true"))) for code in CODES}
    return [
        {**row, "description": f"{row['code']} {versions[row['code']]}", "update": updates[row["code"]]}
        for row in drawn
    ]


faults = st.lists(
    st.builds(
        Fault,
        what=st.sampled_from((What.CUT_BEFORE, What.CUT_AFTER, What.LOST_5XX, What.HALF_ANSWER)),
        # Not for pick faces: what cannot be listed stays in doubt, by intention.
        path=st.sampled_from(("/api/products", "/api/product_storage_units", "/graphql")),
        skip=st.integers(0, 4),
        times=st.just(1),
    ),
    max_size=3,
)


class Model:
    """What Clarus should hold."""

    def __init__(self) -> None:
        self.descriptions: dict[str, str] = {}
        self.accounts: set[tuple[str, str]] = set()
        self.units: dict[tuple[str, str, str], int] = {}
        self.pick_faces: set[tuple[str, str]] = set()

    def differing(self, file: list[Row]) -> set[int]:
        """The places of the rows that say something else of a product than Clarus has, and are not to change it."""
        return {
            place
            for place, row in enumerate(file)
            if not row["update"] and self.descriptions.get(row["code"], row["description"]) != row["description"]
        }

    def load(self, file: list[Row]) -> None:
        differing = self.differing(file)
        for row in [row for place, row in enumerate(file) if place not in differing]:
            code = row["code"]
            if row["update"] or code not in self.descriptions:
                self.descriptions[code] = row["description"]
            if row["account"]:
                self.accounts.add((code, row["account"]))
            if row.get("type"):
                number = sum(unit[0] == code for unit in self.units)
                self.units.setdefault((code, row["type"], row["configuration"]), number)
            if row["location"]:
                self.pick_faces.add((code, row["location"]))


@given(dropped=st.lists(st.tuples(files(), faults), min_size=1, max_size=3), lag=st.sampled_from((0.0, 0.02)))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_clarus_holds_what_the_files_say_and_nothing_twice(
    make_consultant: Any, dropped: list[tuple[list[Row], list[Fault]]], lag: float
) -> None:
    """Whatever is repeated, changed, lost or dropped again; every row ends well, or says that it differs."""
    model = Model()
    with TemporaryDirectory() as folder, Sandbox() as clarus, _inside(Path(folder)):
        consultant = make_consultant(Path(folder), clarus)
        consultant.configure(more="reconcile_attempts = 9\n", give_up=60, doubt=0.4)
        clarus.conditions.read_lag_seconds = lag
        for file, plan in dropped:
            for again in (False, True):
                clarus.faults.replace(() if again else plan)
                consultant.run(*file, exit_code=1 if model.differing(file) else 0)
                ends = consultant.statuses()
                assert {place for place, end in enumerate(ends) if end == "differs"} == model.differing(file)
                assert set(ends) <= {"created", "updated", "exists", "differs"}
            model.load(file)

        assert {code: p["description"] for code, p in consultant.products().items()} == model.descriptions
        assert consultant.accounts() == sorted(model.accounts)
        assert consultant.storage_units() == sorted((*unit, number) for unit, number in model.units.items())
        assert consultant.pick_faces() == sorted(model.pick_faces)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLARUS_CLIENT_SECRET", "sandbox")
        try:
            yield
        finally:
            os.chdir(before)
