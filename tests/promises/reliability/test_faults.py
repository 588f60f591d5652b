"""Every fault at every point of a request's life, over the real socket: once in Clarus, and the results are true.

`CLARUS_BATCH_STORMS` sets how many nights of random faults are gone through.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from pipeline.sandbox import Conditions, Fault, What

STORMS = int(os.environ.get("CLARUS_BATCH_STORMS", "4"))

FAULTS: dict[str, dict[str, Any]] = {
    "429 in seconds": {"what": What.STATUS, "status": 429, "retry_after": 0.1},
    "429 by date": {"what": What.STATUS, "status": 429, "retry_after": 1, "retry_after_as_date": True},
    "429 without a word": {"what": What.STATUS, "status": 429},
    "500": {"what": What.STATUS, "status": 500},
    "502": {"what": What.STATUS, "status": 502},
    "503": {"what": What.STATUS, "status": 503, "retry_after": 0.1},
    "504": {"what": What.STATUS, "status": 504},
    "408": {"what": What.STATUS, "status": 408},
    "cut before": {"what": What.CUT_BEFORE},
    "cut after": {"what": What.CUT_AFTER},
    "half an answer": {"what": What.HALF_ANSWER},
    "silence before": {"what": What.HANG_BEFORE},
    "silence after": {"what": What.HANG_AFTER},
    "500 after": {"what": What.LOST_5XX, "status": 500},
    "504 after": {"what": What.LOST_5XX, "status": 504},
    "token expired": {"what": What.EXPIRE_TOKENS},
    "too slow": {"what": What.LATENCY, "seconds": 0.6},
    "slow": {"what": What.LATENCY, "seconds": 0.2},
}

POINTS: dict[str, dict[str, Any]] = {
    "token": {"path": "/oauth/token"},
    "first lookup": {"path": "/graphql"},
    "later lookup": {"path": "/graphql", "skip": 4},
    "product": {"method": "POST", "path": "/api/products"},
    "account of a product": {"method": "POST", "path": "/api/products/"},
    "storage unit": {"method": "POST", "path": "/api/product_storage_units"},
    "receipt": {"method": "POST", "path": "/api/goods_in_receipts"},
    "order": {"method": "POST", "path": "/api/goods_outs"},
}


@pytest.mark.slow(keep_each=7)  # prime to both numbers: each fault and each point is there
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_document_is_posted_once_through_every_fault(site: Any, fault: str, point: str) -> None:
    """The fault strikes twice in a row; the run ends as if nothing had happened."""
    site.drop(products=2, receipts=2, orders=2)
    site.sandbox.faults.add(Fault(**POINTS[point], **FAULTS[fault], times=2))

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert [struck for _, struck in site.sandbox.faults.struck()] == ([2] if point != "token" else [site_tokens(site)])
    site.check_all_done(products=2, receipts=2, orders=2)


def site_tokens(site: Any) -> int:
    """How often the fault of tokens can have struck: a run that is not refused asks once."""
    return min(2, site.sandbox.requests.counts["POST /oauth/token"])


@pytest.mark.slow(keep_each=3)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_while_a_lost_answer_is_looked_for(site: Any, fault: str) -> None:
    """The answer to the last order is lost, and the lookup that shall find it is struck as well."""
    site.drop(orders=1)
    calm = _lookups_of_a_calm_run(site)
    site.drop(orders=1, first=2)
    site.sandbox.faults.add(
        Fault(what=What.CUT_AFTER, method="POST", path="/api/goods_outs"),
        Fault(path="/graphql", skip=calm, **FAULTS[fault], times=2),
    )

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert site.sandbox.faults.struck()[1][1] >= 1
    site.check_all_done(orders=2)


def _lookups_of_a_calm_run(site: Any) -> int:
    """Those before its records are made; the last one is the audit's."""
    site.call("run")
    return int(site.sandbox.requests.counts["POST /graphql"]) - 1


@pytest.mark.parametrize("fault", ["cut after", "silence after", "500 after", "half an answer"])
def test_reads_that_lag_behind_writes_within_the_settle_time(site: Any, fault: str) -> None:
    """A record that is not seen at once is not sent again."""
    site.sandbox.conditions.read_lag_seconds = 0.1
    site.drop(products=2, receipts=2, orders=3)
    site.sandbox.faults.add(Fault(method="POST", path="/api/", **FAULTS[fault], every=2, times=None))

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    site.check_all_done(products=2, receipts=2, orders=3)


def test_an_answer_that_is_lost_every_time_ends_as_unknown_and_is_never_doubled(site: Any) -> None:
    """After a bounded number of times the row says `unknown`; the next run finds out."""
    site.drop(orders=1)
    site.sandbox.faults.add(Fault(what=What.STATUS, status=502, method="POST", path="/api/goods_outs", times=3))

    first = site.call("run")
    statuses = site.statuses("orders")
    second = site.call("run")

    assert (first, statuses) == (1, {"unknown": 2})
    assert second == 0
    site.check_all_done(orders=1)


def test_a_lookup_that_is_not_allowed_leaves_the_document_unknown(site: Any) -> None:
    """Neither found nor absent: it is not sent again until a lookup can tell."""
    site.drop(orders=1)
    calm = _lookups_of_a_calm_run(site)
    site.drop(orders=1, first=2)
    site.sandbox.faults.add(
        Fault(what=What.CUT_AFTER, method="POST", path="/api/goods_outs"),
        Fault(what=What.STATUS, status=403, path="/graphql", skip=calm, times=1),
    )

    first = site.call("run")
    statuses = site.statuses("orders")
    second = site.call("run")

    assert (first, statuses) == (1, {"created": 2, "unknown": 2})
    assert second == 0
    site.check_all_done(orders=2)


def test_an_outage_in_the_middle_stops_the_run_and_the_next_goes_on(site: Any) -> None:
    """Exit 3, results written, the rest pending; then everything once."""
    site.configure(give_up_seconds=0.5)
    site.drop(products=2, orders=40)
    site.sandbox.faults.add(
        Fault(what=What.STATUS, status=503, path="/api/goods_outs", skip=10, times=None),
        Fault(what=What.STATUS, status=503, path="/graphql", skip=9, times=None),
    )

    stopped = site.call("run")
    during = site.statuses("orders")
    site.sandbox.faults.replace()
    finished = site.call("run")

    assert stopped == 3, site.said
    assert during["pending"] > 0
    assert during.total() == 80
    assert not set(during) - {"created", "pending", "unknown"}
    assert finished == 0, site.said
    site.check_all_done(products=2, orders=40)


def test_an_outage_from_the_start_sends_nothing(site: Any) -> None:
    """Every row is pending, none unknown: nothing can have been sent."""
    site.configure(give_up_seconds=0.3)
    site.sandbox.conditions.outage = True
    site.drop(products=1, orders=2)

    stopped = site.call("run")
    during = site.statuses("orders") + site.statuses("products")
    site.sandbox.conditions.outage = False
    finished = site.call("retry")

    assert (stopped, during) == (3, {"pending": 5})
    assert finished == 0
    site.check_all_done(products=1, orders=2)


def test_nobody_listening_is_an_outage(site: Any) -> None:
    """The server is gone; it comes back before the next run."""
    site.configure(give_up_seconds=0.3)
    site.drop(orders=2)
    site.sandbox.stop()

    stopped = site.call("run")
    during = site.statuses("orders")
    site.sandbox.start()
    finished = site.call("run")

    assert (stopped, during) == (3, {"pending": 4})
    assert finished == 0
    site.check_all_done(orders=2)


def test_what_clarus_refuses_is_rejected_once_and_tried_again_only_on_request(site: Any) -> None:
    """A 4xx is final for `run`; `retry` tries it again."""
    site.drop(orders=2)
    site.sandbox.faults.add(Fault(what=What.STATUS, status=422, method="POST", path="/api/goods_outs", times=1))

    codes = [site.call("run"), site.call("run"), site.call("retry")]

    assert codes == [1, 0, 0]
    site.check_all_done(orders=2)


def test_wrong_credentials_end_the_run_in_one_sentence(site: Any) -> None:
    """Exit 3, nothing sent, nothing lost."""
    site.configure(client_id="somebody else")
    site.drop(orders=2)

    refused = site.call("run")
    said = site.said
    site.configure(client_id="sandbox")
    finished = site.call("run")

    assert refused == 3
    assert "Clarus refused a token to client somebody else" in said
    assert "Traceback" not in said
    assert finished == 0
    site.check_all_done(orders=2)


def test_a_server_that_throttles_is_neither_overrun_nor_left(site: Any) -> None:
    """More requests at once than Clarus takes: concurrency gives way, and everything arrives."""
    site.configure(concurrency=32)
    site.sandbox.conditions.max_concurrent = 4
    site.sandbox.conditions.latency_seconds = 0.05
    site.drop(orders=60)

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert 0 < site.sandbox.requests.throttled < 60
    site.check_all_done(orders=60)


@pytest.mark.slow(keep_each=4)
@pytest.mark.parametrize("seed", range(STORMS))
def test_nights_of_random_faults(site: Any, seed: int) -> None:
    """A third of all requests goes wrong, tokens end, reads lag; run again until all is done, it is all there once."""
    site.configure(concurrency=8, reconcile_attempts=2)
    site.sandbox.conditions.read_lag_seconds = 0.1
    site.drop(products=10, receipts=15, orders=40)
    kinds = [fault for name, fault in FAULTS.items() if name not in ("429 by date", "too slow", "slow")]
    for number, fault in enumerate(kinds):
        site.sandbox.faults.add(Fault(**fault, times=None, probability=0.03, seed=seed * 100 + number))

    codes = []
    while not codes or codes[-1]:
        codes.append(site.call("run"))
        site.check_nothing_twice()
        site.check_ids()
        assert len(codes) < 10, codes

    assert sum(struck for _, struck in site.sandbox.faults.struck()) > 20
    site.check_all_done(products=10, receipts=15, orders=40)


def test_a_pick_face_in_doubt_is_sent_again_only_on_request(site: Any) -> None:
    """Clarus does not list pick faces: the row stays unknown until somebody who has looked says so."""
    site.inbox.mkdir()
    heading = "Code,Description,Unit Stock Unit Type Code,Pick Face Location Code,Pick Face Trigger Min\n"
    (site.inbox / "products.csv").write_text(f"{heading}P-1,One,EACH,PICK-A-01,10\n")
    site.sandbox.faults.add(Fault(what=What.CUT_BEFORE, path="/api/pickface_products"))

    codes = [site.call("run"), site.call("run"), site.call("retry")]
    statuses = site.statuses("products")
    asked_for = site.call("retry", "--send-unknown")

    assert codes == [1, 1, 1]
    assert statuses == {"unknown": 1}
    assert asked_for == 0, site.said
    assert site.sandbox.requests.counts["POST /api/pickface_products"] == 2
    assert len(site.records("products")["P-1"]) == 1


def test_conditions_of_the_sandbox_are_calm_unless_told(site: Any) -> None:
    """The other tests mean what they say."""
    assert site.sandbox.conditions == Conditions()
