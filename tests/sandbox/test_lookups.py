"""Reading: the lists, their filters, pages and lag, over GraphQL."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Sandbox
from pipeline.sandbox.listings import LISTINGS, Listing

Post = Callable[..., httpx.Response]
LookUp = Callable[..., Any]
Ids = Callable[[str, str], int]
Bodies = dict[str, dict[str, Any]]

# The lists with the filter type and the fields that a client of this project may count on.
_PROMISED = {
    "products": ("ProductsFilterType", "id code units_per_case"),
    "product_storage_units": (
        "ProductStorageUnitFilterType",
        "id priority stock_configuration product { id code }",
    ),
    "accounts": ("AccountFilterType", "id code"),
    "warehouses": ("WarehouseFilterType", "id code"),
    "stock_unit_types": ("StockUnitTypeFilterType", "id code"),
    "storage_unit_types": ("StorageUnitTypeFilterType", "id code"),
    "suppliers": ("SupplierFilterType", "id code"),
    "customers": ("CustomerFilterType", "id code"),
    "carriers": ("CarrierFilterType", "id code"),
    "carrier_services": ("CarrierServiceFilterType", "id code carrier { id code }"),
    "order_types": ("OrderTypeFilterType", "id code"),
    "goods_in_receipts": ("InboundGoodFilterType", "id reference account { id code }"),
    "goods_outs": ("GoodsOutsFilterType", "id reference account { id code }"),
    "locations": ("LocationsFilterType", "id code warehouse { code }"),
    "product_materials": (
        "ProductMaterialFilterType",
        "id quantity parent_product { id code } child_product { id code }",
    ),
    "account_products": ("AccountProductFilterType", "id account { id } product { id }"),
}
_SEEDED = {
    "products": {"DEMO-002"},
    "accounts": {"ACME", "GLOBEX"},
    "warehouses": {"WHS01", "WHS02"},
    "stock_unit_types": {"EACH", "CASE", "PALLET", "KG"},
    "storage_unit_types": {"PALLET", "TOTE", "SHELF"},
    "suppliers": {"SUP-001", "SUP-002"},
    "customers": {"CUST-001", "CUST-002"},
    "carriers": {"ROYAL-MAIL", "DPD"},
    "order_types": {"STANDARD", "EXPRESS"},
    "locations": {f"PICK-A-0{n}" for n in range(1, 6)},
}


def _nodes(page: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in page["edges"]]


def _codes(page: Any) -> list[str]:
    return [node["code"] for node in _nodes(page)]


@pytest.mark.parametrize("name", _PROMISED)
def test_shows_every_promised_list(name: str, look_up: LookUp) -> None:
    """Each list has its filter type and fields, and holds what it is seeded with."""
    page = look_up(name, *_PROMISED[name])

    assert page["pageInfo"]["hasNextPage"] is False
    if name in _SEEDED:
        assert set(_codes(page)) == _SEEDED[name]
    assert all(isinstance(node["id"], str) for node in _nodes(page))


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.resource)
def test_every_field_and_filter_answers(listing: Listing, look_up: LookUp) -> None:
    """No field and no filter of the table is without its part in the schema."""
    fields = " ".join(["id", *listing.fields, *(f"{link} {{ id }}" for link in listing.links)])

    for name in listing.filters:
        assert "edges" in look_up(listing.resource, listing.filter_type, fields, filter={name: {}})


@pytest.mark.parametrize(
    ("operators", "found"),
    [
        ({"eq": "PICK-A-03"}, [3]),
        ({"eq": "pick-a-03"}, []),
        ({"in": ["PICK-A-05", "PICK-A-01", "NONE", "PICK-A-01"]}, [1, 5]),
        ({"in": []}, []),
        ({"like": "A-0"}, [1, 2, 3, 4, 5]),
        ({"like": "a-0"}, []),
        ({"ilike": "a-02"}, [2]),
        ({"ilike": "pick%4"}, [4]),
        ({"ilike": "a.0"}, []),
        ({"between": ["PICK-A-02", "PICK-A-03"]}, [2, 3]),
        ({"like": "PICK", "in": ["PICK-A-02"]}, [2]),
    ],
)
def test_filters_text(operators: dict[str, Any], found: list[int], look_up: LookUp) -> None:
    """The operators of StringInputType; several of them must all hold."""
    page = look_up("locations", "LocationsFilterType", filter={"code": operators})

    assert _codes(page) == [f"PICK-A-0{n}" for n in found]


def test_filters_ids(look_up: LookUp, ids: Ids) -> None:
    """Ids are compared as numbers, whether they are sent as text or as numbers."""
    second = ids("suppliers", "SUP-002")

    def found(**operators: Any) -> list[str]:
        return _codes(look_up("suppliers", "SupplierFilterType", filter={"id": operators}))

    assert found(eq=str(second)) == ["SUP-002"]
    assert found(eq=second) == ["SUP-002"]
    assert found(**{"in": [second, second + 1, 99999]}) == ["SUP-002"]
    assert found(gt=str(second - 1)) == ["SUP-002"]
    assert found(gteq=str(second - 1), lteq=str(second)) == ["SUP-001", "SUP-002"]
    assert found(lt=str(second)) == ["SUP-001"]
    assert found(filled=True) == ["SUP-001", "SUP-002"]
    assert found(filled=False) == []
    assert found(eq="CASE") == []


def test_filters_numbers_flags_and_dates(look_up: LookUp, post: Post, bodies: Bodies) -> None:
    """The operators of IntegerInputType, BooleanInputType and DatetimeInputType."""
    for day in (1, 2, 3):
        changes = {"priority": day * 10, "expected_date_of_dispatch": f"2026-06-0{day}T23:30:00-01:00"}
        post("goods_outs", bodies["goods_outs"] | changes | {"reference": f"ORD-{day}"})

    def orders(**filters: Any) -> str:
        page = look_up("goods_outs", "GoodsOutsFilterType", "reference", filter=filters)
        return "".join(node["reference"].removeprefix("ORD-") for node in _nodes(page))

    assert orders(expected_date_of_dispatch={"from": "2026-06-03T00:30:00Z"}) == "23"
    assert orders(expected_date_of_dispatch={"to": "2026-06-03T00:29:59Z"}) == "1"
    assert orders(expected_date_of_dispatch={"from": "2026-06-04"}) == "3"
    assert orders(expected_date_of_dispatch={"eq": "2026-06-03T01:30:00+01:00"}) == "2"
    assert orders(expected_date_of_dispatch={"between": ["2026-06-01", "2026-06-03"]}) == "1"
    carriers = look_up("carriers", "CarrierFilterType", filter={"active": {"eq": False}})
    assert _nodes(carriers) == []
    for number in (10, 20, 30):
        post("customers", bodies["customers"] | {"code": f"CUST-{number}", "shelf_life_min": number})

    def customers(**operators: Any) -> list[str]:
        return _codes(look_up("customers", "CustomerFilterType", filter={"shelf_life_min": operators}))

    assert customers(eq=20) == ["CUST-20"]
    assert customers(gt=10, lteq=20) == ["CUST-20"]
    assert customers(between=[10, 20]) == ["CUST-10", "CUST-20"]


def test_filters_through_links(look_up: LookUp, ids: Ids) -> None:
    """A carrier's services are found within it, by its code or id; storage units by their product."""
    fields = "code carrier { code }"

    by_code = look_up(
        "carrier_services",
        "CarrierServiceFilterType",
        fields,
        filter={"code": {"eq": "TRACKED-24"}, "carrier_code": {"in": ["DPD"]}},
    )
    by_id = look_up(
        "carrier_services",
        "CarrierServiceFilterType",
        fields,
        filter={"carrier_id": {"eq": ids("carriers", "ROYAL-MAIL")}},
    )
    units = look_up(
        "product_storage_units",
        "ProductStorageUnitFilterType",
        "priority product { id code } storage_unit_type { code }",
        filter={"product_code": {"in": ["DEMO-002", "NONE"]}, "priority": {"eq": 0}},
    )
    like = look_up(
        "product_storage_units", "ProductStorageUnitFilterType", "id", filter={"product_code": {"ilike": "demo"}}
    )

    assert _nodes(by_code) == [{"code": "TRACKED-24", "carrier": {"code": "DPD"}}]
    assert _codes(by_id) == ["TRACKED-24", "TRACKED-48"]
    product = {"id": str(ids("products", "DEMO-002")), "code": "DEMO-002"}
    assert _nodes(units) == [{"priority": 0, "product": product, "storage_unit_type": {"code": "PALLET"}}]
    assert len(_nodes(like)) == 1


def test_finds_what_was_written(look_up: LookUp, post: Post, bodies: Bodies, ids: Ids) -> None:
    """Documents by reference and account, components by parent, products of an account."""
    account = ids("accounts", "ACME")
    kit = bodies["products"] | {"code": "KIT", "product_type": "bill_of_materials"}
    product = post("products", kit).json()["data"]["id"]
    order = post("goods_outs", bodies["goods_outs"]).json()["data"]["id"]
    post("goods_outs", bodies["goods_outs"] | {"account_id": ids("accounts", "GLOBEX")})
    receipt = post("goods_in_receipts", bodies["goods_in_receipts"]).json()["data"]["id"]
    child = post("products", bodies["products"]).json()["data"]["id"]
    post(f"products/{product}/materials", {"child_product_id": child, "quantity": 4}, type="product_materials")
    post(f"products/{child}/account_products", {"account_id": account})

    def found(name: str, **filters: Any) -> list[dict[str, Any]]:
        filter_type, fields = _PROMISED[name]
        return _nodes(look_up(name, filter_type, fields, filter=filters))

    acme = {"id": str(account), "code": "ACME"}
    assert found("goods_outs", reference={"in": ["ORD-1"]}, account_id={"eq": str(account)}) == [
        {"id": str(order), "reference": "ORD-1", "account": acme}
    ]
    assert found("goods_in_receipts", reference={"eq": "REC-1"}) == [
        {"id": str(receipt), "reference": "REC-1", "account": acme}
    ]
    assert [
        node["child_product"]["code"] for node in found("product_materials", parent_product_id={"in": [product]})
    ] == ["NEW-1"]
    assert [node["quantity"] for node in found("product_materials", parent_product_code={"eq": "KIT"})] == [4]
    assert [node["product"]["id"] for node in found("account_products", account_id={"eq": account})] == [str(child)]
    assert found("account_products", product_id={"eq": product}) == []


def test_a_page_is_capped_and_its_cursor_lasts(post: Post, bodies: Bodies) -> None:
    """`first` beyond the cap is cut silently; records added between pages appear at the end, none twice."""
    with Sandbox(access_token="ready", page_cap=3) as sandbox, _client(sandbox) as client:
        unit = bodies["products"]["stock_unit_type_id"]

        def make(*numbers: int) -> None:
            for number in numbers:
                attributes = {"code": f"P{number}", "description": "x", "stock_unit_type_id": unit}
                client.post("/api/products", json={"data": {"type": "products", "attributes": attributes}})

        def page(after: str | None, first: int | None = 1000) -> Any:
            query = """query($first: Int, $after: String) { products { all(
                filter: {code: {like: "P"}}, first: $first, after: $after
            ) { pageInfo { hasNextPage endCursor } edges { cursor node { code } } } } }"""
            variables = {"first": first, "after": after}
            answer = client.post("/graphql", json={"query": query, "variables": variables})
            return answer.json()["data"]["products"]["all"]

        make(1, 2, 3, 4)
        one = page(None)
        make(5, 6, 7)
        two = page(one["pageInfo"]["endCursor"], first=None)
        three = page(two["pageInfo"]["endCursor"], first=3)
        small = page(one["edges"][0]["cursor"], first=1)
        none = page(three["pageInfo"]["endCursor"])

    assert _codes(one) == ["P1", "P2", "P3"]
    assert _codes(two) == ["P4", "P5", "P6"]
    assert _codes(three) == ["P7"]
    assert [one["pageInfo"]["hasNextPage"], two["pageInfo"]["hasNextPage"]] == [True, True]
    assert three["pageInfo"]["hasNextPage"] is False
    assert _codes(small) == ["P2"]
    assert none == {"pageInfo": {"hasNextPage": False, "endCursor": None}, "edges": []}


def test_pages_through_an_in_filter(look_up: LookUp, sandbox: Sandbox) -> None:
    """A batch of codes that fills more than a page is read to its end."""
    codes = [f"PICK-A-0{n}" for n in (5, 4, 3, 2, 1)]
    seen: list[str] = []
    after = None

    while True:
        page = look_up("locations", "LocationsFilterType", filter={"code": {"in": codes}}, first=2, after=after)
        seen += _codes(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == sorted(codes)


def test_reads_lag_behind_writes(bodies: Bodies) -> None:
    """A record is seen by lookups when it is old enough, and not before."""
    now = [1_000_000.0]
    with Sandbox(access_token="ready", clock=lambda: now[0]) as sandbox, _client(sandbox) as client:
        sandbox.conditions.read_lag_seconds = 2
        body = {"data": {"type": "products", "attributes": bodies["products"]}}
        query = '{ products { all(filter: {code: {eq: "NEW-1"}}) { edges { node { code } } } } }'

        def seen() -> int:
            answer = client.post("/graphql", json={"query": query}).json()
            return len(answer["data"]["products"]["all"]["edges"])

        seeded = client.post("/graphql", json={"query": query.replace("NEW-1", "DEMO-002")}).json()
        made = client.post("/api/products", json=body).status_code
        at_once = seen()
        now[0] += 2
        later = seen()

    assert (made, at_once, later) == (200, 0, 1)
    assert seeded["data"]["products"]["all"]["edges"]


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{ things { all { edges { node { id } } } } }",
        "{ products { all { edges { node { colour } } } } }",
        "{ products { all(filter: {colour: {eq: 1}}) { edges { node { id } } } } }",
        "{ products { all(filter: {code: {from: 1}}) { edges { node { id } } } } }",
        "{ products { all(filter: {code: {eq: null}}) { edges { node { id } } } } }",
        "{ products { all(filter: {code: null}) { edges { node { id } } } } }",
        "{ products { all(first: -1) { edges { node { id } } } } }",
        '{ products { all(after: "nonsense") { edges { node { id } } } } }',
        '{ goods_outs { all(filter: {expected_date_of_dispatch: {eq: "June"}}) { edges { node { id } } } } }',
        '{ locations { all(filter: {code: {between: ["a"]}}) { edges { node { id } } } } }',
        "mutation { products { all { edges { node { id } } } } }",
        None,
        7,
    ],
)
def test_errors_come_with_200(query: Any, client: httpx.Client) -> None:
    """A query that cannot be answered is told so in `errors`, as GraphQL has it."""
    answer = client.post("/graphql", json={"query": query})

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["message"]


def test_variables_are_checked_by_their_types(look_up: LookUp) -> None:
    """A number is no text: the filter's type says so."""
    errors = look_up("products", "ProductsFilterType", filter={"code": {"eq": 7}})

    assert "String cannot represent" in errors[0]["message"]


def test_tells_its_schema(client: httpx.Client) -> None:
    """Introspection works as with any GraphQL server."""
    query = '{ __type(name: "StringInputType") { inputFields { name } } }'

    fields = client.post("/graphql", json={"query": query}).json()["data"]["__type"]["inputFields"]

    assert {field["name"] for field in fields} == {"eq", "ilike", "like", "in", "between"}


def _client(sandbox: Sandbox) -> httpx.Client:
    headers = {"Authorization": "Bearer ready", "X-Clarus-Subdomain": "sandbox"}
    return httpx.Client(base_url=sandbox.url, headers=headers)
