"""What stands between the run and Clarus rejects nothing, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from forwarding import Mood, Proxy

from tests.conftest import Operator

SUPPLIERS = "supplier_code,supplier_name\n" + "".join(f"S{n},Supplier {n}\n" for n in range(200))


@pytest.fixture
def gateway(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with Proxy() as own:
        monkeypatch.setenv("HTTP_PROXY", own.url)
        yield own


def test_a_firewall_before_every_record_leaves_them_all_pending(operator: Operator, gateway: Proxy) -> None:
    """A handful of requests, exit 3, and the next run sends what is left."""
    gateway.mood = lambda line: Mood.REFUSES if "/api/" in line else Mood.FORWARDS
    operator.drop("suppliers.csv", SUPPLIERS)

    stopped = operator.call("run")

    assert stopped.exit_code == 3
    assert operator.statuses("suppliers.results.csv") == ["pending"] * 200
    assert sum("/api/" in line for line in gateway.heard) <= 60
    assert "something else answered 403 (not JSON: text/html, begins '<html>No</html>')" in stopped.output

    gateway.mood = lambda line: Mood.FORWARDS

    assert operator.call("run").exit_code == 0
    assert operator.statuses("suppliers.results.csv") == ["created"] * 200


def test_a_storage_unit_field_that_clarus_does_not_know_leaves_the_receipts_pending(operator: Operator) -> None:
    """One refusal, not one rejected row after the other."""
    operator.configure(top='storage_unit_field = "pallet_id"')
    lines = "".join(f"RC-{n},ACME,WHS01,2026-06-01,DEMO-002,10\n" for n in range(50))
    heading = "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity\n"
    operator.drop("receipts.csv", heading + lines)

    result = operator.call("run")

    assert result.exit_code == 3
    assert set(operator.statuses("receipts.results.csv")) == {"pending"}
    assert "storage_unit_field" in result.output
