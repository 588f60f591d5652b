"""What is in doubt is waited for: commits that come late, lists that show them late, answers that belong to others."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from pipeline.sandbox.faults import Fault, What

ORDERS = "/api/goods_outs"


def test_commits_that_come_after_the_gateway_has_given_up_make_nothing_twice(site: Any) -> None:
    """504 first, the record later, some after the first look: found, and the other documents do not wait for them."""
    site.configure(doubt_seconds=2)
    site.drop(orders=20)
    for number, seconds in enumerate((0.1, 0.4, 0.8, 1.2)):
        site.sandbox.faults.add(
            Fault(what=What.LATE_5XX, status=504, method="POST", path=ORDERS, skip=3 * number, seconds=seconds)
        )

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 20
    site.check_all_done(orders=20)


def test_lists_that_lag_longer_than_the_settle_time_make_nothing_twice(site: Any) -> None:
    """Neither the orders, nor the products of the run, which Clarus would refuse as existing."""
    site.configure(doubt_seconds=2)
    site.sandbox.conditions.read_lag_seconds = 0.8
    site.drop(products=4, orders=8)
    site.sandbox.faults.add(Fault(what=What.LOST_5XX, status=504, method="POST", path="/api/", every=3, times=None))

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    site.check_all_done(products=4, orders=8)


def test_what_does_not_appear_is_sent_again_when_the_time_of_doubt_is_over(site: Any) -> None:
    """Nothing is lost either: it was not made, and that is known only then."""
    site.drop(orders=3)
    site.sandbox.faults.add(Fault(what=What.CUT_BEFORE, method="POST", path=ORDERS, skip=1))

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 4
    site.check_all_done(orders=3)


def test_answers_that_belong_to_other_requests_give_no_wrong_id(site: Any) -> None:
    """Every third order gets the answer of the one before it: none is believed, all are found."""
    site.drop(orders=12)
    site.sandbox.faults.add(Fault(what=What.FOREIGN, method="POST", path=ORDERS, every=3, times=None))

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 12
    site.check_all_done(orders=12)
    site.check_ids()


def test_an_outage_of_writing_alone_ends_with_3_and_not_with_rows_given_up(site: Any) -> None:
    """Tries count against the patience of the run: the documents wait, and go on with the next run."""
    site.configure(give_up_seconds=1, concurrency=2)
    site.drop(orders=30)
    site.sandbox.faults.add(Fault(what=What.STATUS, status=502, path=ORDERS, skip=5, times=None))

    stopped = site.call("run")
    during = site.statuses("orders")
    site.sandbox.faults.replace()
    finished = site.call("run")

    assert stopped == 3, site.said
    assert set(during) == {"created", "unknown", "pending"}
    assert finished == 0, site.said
    site.check_all_done(orders=30)


@pytest.mark.parametrize("read_lag", [0.0, 0.3])
def test_the_time_of_doubt_goes_on_across_runs(site: Any, read_lag: float) -> None:
    """A lookup that is refused leaves it unknown; the next run sends it again only when its time is over."""
    site.configure(doubt_seconds=1)
    site.sandbox.conditions.read_lag_seconds = read_lag
    site.drop(orders=1)
    site.sandbox.faults.add(
        Fault(what=What.LATE_5XX, status=504, method="POST", path=ORDERS, seconds=0.5),
        Fault(what=What.STATUS, status=403, path="/graphql", skip=3),
    )

    first = site.call("run")
    during = site.statuses("orders")
    finished = site.call("run")

    assert (first, during) == (1, {"unknown": 2})
    assert finished == 0, site.said
    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 1
    site.check_all_done(orders=1)


def test_a_list_that_shows_nothing_proves_nothing_in_the_next_run_either(site: Any) -> None:
    """What earlier runs have made is asked for too: as long as none of it is shown, nothing is sent again."""
    site.sandbox.conditions.read_lag_seconds = 1_000
    site.drop(orders=4)
    site.sandbox.faults.add(Fault(what=What.CUT_AFTER, method="POST", path=ORDERS, skip=3))

    codes = [site.call("run") for _ in range(3)]
    during = site.statuses("orders")
    site.sandbox.conditions.read_lag_seconds = 0
    site.call("run")

    assert codes == [1, 1, 1]
    assert during == {"gone": 6, "unknown": 2}
    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 4
    assert set(site.statuses("orders")) <= {"created", "exists", "gone"}
    site.check_nothing_twice()


def test_references_that_clarus_keeps_in_upper_case_are_found_as_it_keeps_them(site: Any) -> None:
    """Noticed by what it repeats, told once, and audited by what it keeps; the next run knows it too."""
    site.sandbox.conditions.upper_case = True
    site.drop(orders=12)
    _in_lower_case(site, "orders")
    site.sandbox.faults.add(
        Fault(what=What.LOST_5XX, status=504, method="POST", path=ORDERS, skip=2, every=3, times=None)
    )

    first = site.call("run")
    said = site.said
    audited = site.call("audit")

    assert (first, audited) == (0, 0), said + site.said
    assert said.count("from now on such references are looked up as Clarus keeps them") == 1
    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 12
    assert {len(records) for records in site.records("orders").values()} == {1}


def test_a_lost_ledger_makes_at_most_one_twice_where_clarus_keeps_other_spellings(site: Any) -> None:
    """The first one shows how they are kept, and goes alone; the others are found."""
    site.sandbox.conditions.upper_case = True
    site.configure(concurrency=32)
    site.drop(orders=40)
    _in_lower_case(site, "orders")
    site.call("run")
    shutil.rmtree(site.outbox)
    site.drop(orders=40)
    _in_lower_case(site, "orders")

    site.call("run")

    assert site.sandbox.requests.counts["POST /api/goods_outs"] == 41
    assert site.statuses("orders") == {"created": 2, "exists": 78}


def _in_lower_case(site: Any, file: str) -> None:
    path = site.inbox / f"{file}.csv"
    path.write_text(path.read_text().replace("\nO-", "\no-"))
