"""The records of a warehouse itself: locations, carriers and their services, pick faces."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

LOCATIONS = """\
Code,Description,Warehouse Code,Location Type,Aisle,Walk Sequence,Max Weight,Active,Is Pickface,bay
A-01,First,WHS01,PICK,A,10,1000.5,TRUE,TRUE,07
A-01,The same code elsewhere,WHS02,PICK,A,,,,TRUE,
A-02,Only here,WHS02,652,B,,,,,
"""
TYPES = '[values.locations."Location Type"]\nPICK = "651"\n'
CARRIERS = "carrier_code,carrier_name,active\nYODEL,Yodel,TRUE\nDHL,DHL Express,\n"
SERVICES = (
    "carrier_code,carrier_service_code,carrier_service_name,is_default\n"
    "YODEL,NEXT-DAY,Next day,TRUE\nDHL,NEXT-DAY,Next day by DHL,\nDPD,SAMEDAY,Same day,\n"
)
PRODUCTS = (
    "Code,Description,Unit Stock Unit Type Code,Pick Face Location Code,Pick Face Warehouse Code\n"
    "P-1,One,EACH,A-01,WHS02\nP-2,Two,EACH,A-02,\nP-3,Three,EACH,A-01,\nP-1,One,EACH,A-01,WHS01\n"
)
ORDERS = (
    "order_reference,account_code,expected_date_of_dispatch,carrier_code,carrier_service,product_code,quantity\n"
    "SO-1,ACME,2026-06-10,DHL,NEXT-DAY,DEMO-002,1\n"
)


def by_code(operator: Any, resource: str) -> dict[str, Any]:
    """The records of a list, each code once."""
    records = operator.clarus.records(resource)
    return {record.attributes["code"]: record for record in records}


def drop_all(operator: Any) -> None:
    """A file of each kind, in an order that is not that of loading."""
    operator.configure(sections=TYPES)
    for name, text in {
        "a_orders.csv": ORDERS,
        "b_products.csv": PRODUCTS,
        "c_services.csv": SERVICES,
        "d_carriers.csv": CARRIERS,
        "e_locations.csv": LOCATIONS,
    }.items():
        operator.drop(name, text)


def test_a_location_is_known_by_warehouse_and_code(operator: Any) -> None:
    """Two warehouses may have one code; the type is an id, or a word of the configuration."""
    operator.configure(sections=TYPES)
    operator.drop("locations.csv", LOCATIONS)

    assert operator.call("run").exit_code == 0

    made = [record.attributes for record in operator.clarus.records("locations")][5:]
    warehouse = {record.id: code for code, record in by_code(operator, "warehouses").items()}
    assert [(a["code"], warehouse[a["warehouse_id"]], a["location_type_id"]) for a in made] == [
        ("A-01", "WHS01", 651),
        ("A-01", "WHS02", 651),
        ("A-02", "WHS02", 652),
    ]
    assert (made[0]["pick_sequence"], made[0]["max_weight"], made[0]["bay"], made[0]["is_active"]) == (
        *(10, 1000.5),
        *("07", True),
    )

    operator.drop("locations.csv", LOCATIONS)
    sent = operator.posts()

    assert operator.call("run").exit_code == 0
    assert operator.posts() == sent


def test_a_word_for_a_location_type_is_asked_for(operator: Any) -> None:
    """Clarus does not list location types: the row says where its id may be given."""
    called = operator.call("check", operator.drop("locations.csv", LOCATIONS))

    assert called.exit_code == 1
    assert "Location Type: PICK is not an id (Clarus does not list location types: write the id" in called.output
    assert '[values.locations."Location Type"]' in called.output


def test_everything_of_a_warehouse_is_loaded_in_one_run(operator: Any) -> None:
    """Services after carriers, pick faces after locations, orders at the end; a code alone must be one location's."""
    drop_all(operator)

    called = operator.call("run")

    assert called.exit_code == 1, called.output
    assert operator.statuses("b_products.results.csv") == ["created", "created", "invalid", "created"]
    assert operator.results("b_products.results.csv")[2]["clarus_error"].endswith(
        "(fill Pick Face Warehouse Code, which says which of them is meant)"
    )
    assert operator.statuses("a_orders.results.csv") == ["created"]
    services = [record for record in operator.clarus.records("carrier_services") if record.id > 13_000_004]
    carriers = {record.id: code for code, record in by_code(operator, "carriers").items()}
    assert [(carriers[s.attributes["carrier_id"]], s.attributes["code"]) for s in services] == [
        ("YODEL", "NEXT-DAY"),
        ("DHL", "NEXT-DAY"),
        ("DPD", "SAMEDAY"),
    ]
    assert [(s.attributes["is_default"], s.attributes["active"]) for s in services] == [
        (True, True),
        (False, True),
        (False, True),
    ]
    [order] = [o for o in operator.clarus.records("goods_outs") if o.attributes["reference"] == "SO-1"]
    assert order.attributes["carrier_service_id"] == services[1].id


def test_a_failed_location_holds_what_stands_on_it(operator: Any) -> None:
    """With its warehouse or by its code alone, a pick face names the row that is to be corrected."""
    operator.configure(sections=TYPES)
    operator.drop("locations.csv", "Code,Warehouse Code,Location Type\nZ-1,WHS01,shelf\n")
    products = PRODUCTS.splitlines()[0] + "\nP-1,One,EACH,Z-1,WHS01\nP-2,Two,EACH,Z-1,\n"
    operator.drop("products.csv", products)

    operator.call("run")

    assert operator.statuses("products.results.csv") == ["blocked", "blocked"]
    errors = [row["clarus_error"] for row in operator.results("products.results.csv")]
    assert all("locations.csv row 2" in error for error in errors), errors


@pytest.mark.slow(keep_each=2)
@pytest.mark.parametrize("what", [What.LOST_5XX, What.CUT_AFTER, What.CUT_BEFORE, What.FOREIGN], ids=str)
def test_each_is_made_once_whatever_is_lost(operator: Any, what: What) -> None:
    """Answers get lost while each list is loaded: nothing is there twice, and a second run sends nothing."""
    drop_all(operator)
    paths = ("/api/locations", "/api/carriers", "/api/carrier_services")
    operator.clarus.faults.replace([Fault(what=what, every=2, path=path, times=2) for path in paths])

    operator.call("run")
    operator.clarus.faults.replace([])
    operator.call("retry")

    for resource, within in (("locations", "warehouse_id"), ("carriers", "code"), ("carrier_services", "carrier_id")):
        counts = Counter((r.attributes[within], r.attributes["code"]) for r in operator.clarus.records(resource))
        assert set(counts.values()) == {1}, resource
        assert len(counts) == {"locations": 8, "carriers": 4, "carrier_services": 7}[resource]
