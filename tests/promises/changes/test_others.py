"""Suppliers, customers and addresses are changed like everything else: what differs, once."""

from __future__ import annotations

from typing import Any

import pytest

FILES = {
    "suppliers": ("supplier_code,supplier_name,description,postcode\nS-1,One,{0},{1}\n", "suppliers", "description"),
    "customers": (
        "customer_code,customer_name,shelf_life_min,postcode\nC-1,One,{0},{1}\n",
        "customers",
        "shelf_life_min",
    ),
    "addresses": (
        "address_type,code,name,address_2,postcode\nDeliveryAddress,A-1,One,{0},{1}\n",
        "delivery_addresses",
        "address_2",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_differs_is_sent_once(operator: Any, kind: str) -> None:
    """Blank cells never erase; the same file again sends nothing; without being allowed to, it differs."""
    text, resource, attribute = FILES[kind]
    requests = f"PATCH /api/{resource}/{{id}}"

    def run(value: str, postcode: str, exit_code: int = 0) -> list[str]:
        operator.drop(f"{kind}.csv", text.format(value, postcode))
        called = operator.call("run")
        assert called.exit_code == exit_code, called.output
        statuses: list[str] = operator.statuses(f"{kind}.results.csv")
        return statuses

    assert run("7", "SE1 0AA") == ["created"]
    assert run("8", "SE1 0AA", exit_code=1) == ["differs"]
    operator.configure(sections=f'[existing]\n{kind} = "update"\n')
    assert run("8", "") == ["updated"]
    assert run("8", "") == ["exists"]
    assert run("8", "SE1 0AA") == ["exists"]

    assert operator.clarus.requests.counts[requests] == 1
    record = operator.clarus.records(resource)[-1]
    assert str(record.attributes[attribute]) == "8"
    assert "SE1 0AA" in str(record.attributes)
