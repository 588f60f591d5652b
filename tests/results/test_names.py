"""What the files of a run are called."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from pipeline.results.names import RESERVED_NAMES, all_result_names, result_names


def test_results_are_named_after_the_input() -> None:
    """The suffix stays as the input has it."""
    names = result_names("May orders.v2.CSV")

    assert (names.results, names.failed) == ("May orders.v2.results.CSV", "May orders.v2.failed.CSV")


def test_names_do_not_grow_from_round_to_round() -> None:
    """Results that are dropped in again and again have two endings at most."""
    name, seen = "orders.csv", []
    for _ in range(4):
        name = result_names(name).results
        seen.append(name)

    assert seen == ["orders.results.csv", "orders.results.results.csv"] * 2


def test_results_never_take_the_name_of_an_input() -> None:
    """A fresh export and yesterday's results, dropped in together, do not overwrite each other."""
    inputs = ["orders.csv", "orders.results.csv"]

    assert result_names("orders.csv", inputs).results == "orders~2.results.csv"
    assert result_names("orders.results.csv", inputs).results == "orders.results.results.csv"


_NAMES = st.lists(st.sampled_from(["orders", "Orders", ".results", ".failed", "~2", "issues"]), min_size=1, max_size=4)


@given(st.sets(_NAMES.map("".join).map("{}.csv".format), min_size=1, max_size=6))
def test_all_files_of_a_run_have_names_of_their_own(inputs: set[str]) -> None:
    """Whatever was dropped in together, on a disk that takes Orders.csv and orders.csv for one file as well."""
    names = [result_names(name, inputs) for name in inputs]

    made = [name.casefold() for each in names for name in (each.results, each.failed)]
    assert len(set(made)) == len(made)
    assert not {name.casefold() for name in inputs | RESERVED_NAMES}.intersection(made)


def test_thousands_of_files_are_named_in_one_go() -> None:
    """The time grows with their number, not with its square."""
    inputs = [f"orders-{number}{kind}.csv" for number in range(3000) for kind in ("", ".results")]
    began = time.process_time()

    names = all_result_names(inputs)

    assert time.process_time() - began < 2
    assert {name: names[name] for name in inputs[:2]} == {name: result_names(name, inputs) for name in inputs[:2]}
    assert len({each.results for each in names.values()}) == 6000
