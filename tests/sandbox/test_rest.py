"""Writing: every endpoint, every refusal that a contract alone cannot decide."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Sandbox

Post = Callable[..., httpx.Response]
Ids = Callable[[str, str], int]
Bodies = dict[str, dict[str, Any]]

_PATHS = (
    "products",
    "product_storage_units",
    "goods_in_receipts",
    "goods_outs",
    "delivery_addresses",
    "pickface_products",
    "suppliers",
    "customers",
)


def _error(answer: httpx.Response, status: int = 422) -> dict[str, Any]:
    """The only error of a refusal."""
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    assert error.keys() == {"code", "symbol", "details", "source", "context"}
    assert isinstance(error["code"], int)
    return dict(error)


@pytest.mark.parametrize("path", _PATHS)
def test_makes_a_record(path: str, post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """A good body is answered 200 with id and type, and the record is there."""
    before = len(sandbox.records(path))

    answer = post(path, bodies[path])

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    data = answer.json()["data"]
    made = sandbox.records(path)[before:]
    assert [record.id for record in made] == [int(data["id"])]
    assert data["type"] == path


@pytest.mark.parametrize("path", ["product_storage_units", "delivery_addresses", "suppliers", "customers"])
def test_some_ids_are_text(path: str, post: Post, bodies: Bodies) -> None:
    """Ids are integers, except where the document's examples show text."""
    assert isinstance(post(path, bodies[path]).json()["data"]["id"], str)


def test_repeats_the_lines_with_their_ids(post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """Lines come back in the order in which they were sent, each with an id of its own."""
    sent = bodies["goods_outs"]

    attributes = post("goods_outs", sent).json()["data"]["attributes"]

    lines = attributes.pop("lines_changes")
    assert [(line["type"], line["attributes"]) for line in lines] == [
        (line["type"], line["attributes"]) for line in sent["lines_changes"]
    ]
    assert [line["id"] for line in lines] == [line.id for line in sandbox.records("goods_outs")[0].lines]
    assert len({line["id"] for line in lines}) == 2
    assert attributes == {name: value for name, value in sent.items() if name != "lines_changes"}


def test_keeps_the_address(post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """The address of an order arrives with its relationships."""
    address = {"name": "John Smith", "address_3": "Leeds", "country_code": "GB"}

    post(
        "goods_outs",
        bodies["goods_outs"],
        relationships={"address": {"data": {"type": "addresses", "attributes": address}}},
    )

    assert sandbox.records("goods_outs")[0].address == address


def test_changes_a_product(client: httpx.Client, post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """PATCH changes what it sends, keeps the rest, and makes nothing."""
    made = post("products", bodies["products"] | {"barcode": "501"}).json()["data"]["id"]
    change = bodies["products"] | {"description": "Newer"}

    answer = client.patch(f"/api/products/{made}", json={"data": {"type": "products", "attributes": change}})

    assert answer.json()["data"]["id"] == made
    assert answer.json()["data"]["attributes"]["description"] == "Newer"
    assert sandbox.records("products")[-1].id == made
    assert sandbox.records("products")[-1].attributes["barcode"] == "501"


def test_puts_a_product_into_an_account_once(post: Post, ids: Ids) -> None:
    """The answer is the bare one of the document; the same again is refused."""
    product, account = ids("products", "DEMO-002"), ids("accounts", "ACME")
    path = f"products/{product}/account_products"

    answer = post(path, {"account_id": account})
    again = post(path, {"account_id": account})

    assert answer.json() == {"id": 3_000_001, "account_id": account, "product_id": product}
    assert _error(again)["symbol"] == "account_product_exists"
    assert post(path, {"account_id": ids("accounts", "GLOBEX")}).status_code == 200


def test_makes_a_component(post: Post, bodies: Bodies) -> None:
    """A material names its parent by the path and its child by the body."""
    kit = bodies["products"] | {"code": "KIT", "product_type": "bill_of_materials"}
    parent = post("products", kit).json()["data"]["id"]
    child = post("products", bodies["products"]).json()["data"]["id"]

    answer = post(f"products/{parent}/materials", {"child_product_id": child, "quantity": 4}, type="product_materials")

    attributes = {"child_product_id": child, "quantity": 4, "parent_product_id": parent}
    assert answer.json() == {"data": {"id": "4000001", "type": "product_materials", "attributes": attributes}}


def test_only_a_bill_of_materials_has_components(post: Post, bodies: Bodies, ids: Ids) -> None:
    """Whatever is single is refused as a parent."""
    single, child = ids("products", "DEMO-002"), post("products", bodies["products"]).json()["data"]["id"]

    answer = post(f"products/{single}/materials", {"child_product_id": child, "quantity": 4}, type="product_materials")

    assert _error(answer)["symbol"] == "not_a_bill_of_materials"


def test_gives_storage_units_the_lowest_free_priority(post: Post, bodies: Bodies) -> None:
    """The product has priority 0 and gets 2; then the next ones without a priority are 1 and 3."""
    unit = bodies["product_storage_units"]

    given = [
        post("product_storage_units", unit | extra).json()["data"]["attributes"]["priority"]
        for extra in ({"priority": 2}, {}, {"priority": None})
    ]

    assert given == [2, 1, 3]
    assert _error(post("product_storage_units", unit | {"priority": 0}))["symbol"] == "priority_exists"


def test_shows_a_pick_face_with_its_relationships(post: Post, bodies: Bodies) -> None:
    """Product and location come back as relationships, as the document has it."""
    sent = bodies["pickface_products"]

    data = post("pickface_products", sent).json()["data"]

    assert data["attributes"] == {"trigger_min": 10}
    assert data["relationships"]["product"]["data"] == {"id": sent["product_id"], "type": "products"}
    assert data["relationships"]["location"]["data"] == {"id": sent["location_id"], "type": "locations"}


@pytest.mark.parametrize(
    ("path", "symbol"),
    [
        ("products", "product_code_exists"),
        ("suppliers", "supplier_code_exists"),
        ("customers", "customer_code_exists"),
    ],
)
def test_a_code_is_given_once(path: str, symbol: str, post: Post, bodies: Bodies) -> None:
    """The second record with a code is refused with a symbol that says so."""
    post(path, bodies[path])

    error = _error(post(path, bodies[path]))

    assert error["symbol"] == symbol
    assert error["details"].startswith("code ")
    assert error["source"] == "data.attributes.code"


@pytest.mark.parametrize("path", ["goods_in_receipts", "goods_outs", "delivery_addresses"])
def test_references_may_repeat(path: str, post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """Clarus does not see to it that a document is posted once: the client has to."""
    answers = [post(path, bodies[path]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(sandbox.records(path)) == 2


def test_a_change_may_keep_its_code_but_not_take_another(client: httpx.Client, post: Post, bodies: Bodies) -> None:
    """A product's code is its own, also when it is sent again; another product's is refused."""
    made = post("products", bodies["products"]).json()["data"]["id"]

    def change(code: str) -> httpx.Response:
        attributes = bodies["products"] | {"code": code}
        return client.patch(f"/api/products/{made}", json={"data": {"type": "products", "attributes": attributes}})

    assert change("NEW-1").status_code == 200
    assert _error(change("DEMO-002"))["symbol"] == "product_code_exists"


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("products", "stock_unit_type_id"),
        ("product_storage_units", "storage_unit_type_id"),
        ("product_storage_units", "product_id"),
        ("goods_in_receipts", "account_id"),
        ("goods_in_receipts", "warehouse_id"),
        ("goods_in_receipts", "supplier_id"),
        ("goods_outs", "account_id"),
        ("goods_outs", "warehouse_id"),
        ("goods_outs", "customer_id"),
        ("goods_outs", "carrier_id"),
        ("goods_outs", "carrier_service_id"),
        ("goods_outs", "order_type_id"),
        ("goods_outs", "location_id"),
        ("goods_outs", "goods_out_status_id"),
        ("goods_outs", "original_delivery_address_id"),
        ("delivery_addresses", "customer_id"),
        ("pickface_products", "product_id"),
        ("pickface_products", "location_id"),
        ("customers", "pick_label_id"),
    ],
)
def test_refuses_ids_that_are_not_there(
    path: str, attribute: str, post: Post, bodies: Bodies, sandbox: Sandbox
) -> None:
    """An id of nothing, or of something else, is refused by name; nothing is made."""
    before = len(sandbox.records(path))

    error = _error(post(path, bodies[path] | {attribute: 999}))

    assert (error["symbol"], error["source"]) == ("not_found", f"data.attributes.{attribute}")
    assert error["details"] == f"{attribute} 999 does not exist"
    assert len(sandbox.records(path)) == before


@pytest.mark.parametrize("path", ["goods_in_receipts", "goods_outs"])
def test_refuses_lines_with_unknown_products(path: str, post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """One bad line refuses the whole document."""
    lines = [*bodies[path]["lines_changes"], {"type": "ADD", "attributes": {"product_id": 999}}]

    error = _error(post(path, bodies[path] | {"lines_changes": lines}))

    position = len(lines) - 1
    assert error["source"] == f"data.attributes.lines_changes[{position}].attributes.product_id"
    assert sandbox.records(path) == []


def test_refuses_lines_that_are_not_new(post: Post, bodies: Bodies) -> None:
    """A record that is not there yet has no line to update."""
    line = {"type": "UPDATE", "id": 60_000_001, "attributes": {"order_quantity": 1}}

    error = _error(post("goods_outs", bodies["goods_outs"] | {"lines_changes": [line]}))

    assert error["source"] == "data.attributes.lines_changes[0].id"


def test_a_receipt_line_names_a_storage_unit_of_its_product(post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """The configured field takes the product's own storage units only."""
    receipt = bodies["goods_in_receipts"]
    unit = sandbox.records("product_storage_units")[0].id
    other = post("products", bodies["products"]).json()["data"]["id"]

    def post_line(**attributes: int) -> httpx.Response:
        return post("goods_in_receipts", receipt | {"lines_changes": [{"type": "ADD", "attributes": attributes}]})

    assert post_line(product_id=receipt["lines_changes"][0]["attributes"]["product_id"]).status_code == 200
    assert (
        post_line(
            product_id=receipt["lines_changes"][0]["attributes"]["product_id"], product_storage_unit_id=unit
        ).status_code
        == 200
    )
    assert "product_storage_unit_id" in _error(post_line(product_id=other, product_storage_unit_id=unit))["details"]
    assert _error(post_line(product_id=other, product_storage_unit_id=5))["symbol"] == "not_found"


def test_a_service_belongs_to_its_carrier(post: Post, bodies: Bodies, ids: Ids, sandbox: Sandbox) -> None:
    """Two carriers have a TRACKED-24, and an order must not mix them."""
    services = {
        record.attributes["carrier_id"]: record.id
        for record in sandbox.records("carrier_services")
        if record.attributes["code"] == "TRACKED-24"
    }
    mail, dpd = ids("carriers", "ROYAL-MAIL"), ids("carriers", "DPD")

    good = post("goods_outs", bodies["goods_outs"] | {"carrier_id": dpd, "carrier_service_id": services[dpd]})
    bad = post("goods_outs", bodies["goods_outs"] | {"carrier_id": mail, "carrier_service_id": services[dpd]})

    assert good.status_code == 200
    assert _error(bad)["symbol"] == "mismatch"


@pytest.mark.parametrize("places", [{"location_id": None}, {}, {"location_group_id": 4}])
def test_a_pick_face_has_one_place(places: dict[str, Any], post: Post, bodies: Bodies) -> None:
    """Exactly one of location and location group, as the document says in words."""
    attributes = bodies["pickface_products"] | places
    if not places:
        del attributes["location_id"]

    assert post("pickface_products", attributes).status_code == 422


@pytest.mark.parametrize("path", ["products/999/account_products", "products/x/materials", "products/999/materials"])
def test_an_unknown_product_in_the_path_is_404(path: str, post: Post) -> None:
    """The path is judged before the body."""
    assert _error(post(path, {}), 404)["symbol"] == "product_not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/orders"),
        ("GET", "/api/products"),
        ("PATCH", "/api/pickface_products/1"),
        ("POST", "/api/goods_in_receipts/1/cancel"),
        ("POST", "/api/products/1"),
        ("POST", "/api/products/{}"),
        ("POST", "/api/v1/products"),
        ("GET", "/graphql"),
        ("GET", "/"),
    ],
)
def test_there_is_nothing_else(method: str, path: str, client: httpx.Client) -> None:
    """What the document does not have answers 404 in the errors' shape."""
    assert _error(client.request(method, path, json={}), 404)["symbol"] == "not_found"


@pytest.mark.parametrize("body", [b"", b"{", b'{"data": }', b"\xff", b"{'data': 1}"])
def test_malformed_json_is_400(body: bytes, client: httpx.Client) -> None:
    """Neither a crash nor a 422: nothing was understood."""
    answer = client.post("/api/products", content=body, headers={"Content-Type": "application/json"})

    assert _error(answer, 400)["symbol"] == "malformed_json"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
@pytest.mark.parametrize("path", ["/api/products", "/graphql"])
def test_only_json_is_read(path: str, content_type: str, client: httpx.Client) -> None:
    """The content type has to say JSON, whatever the body is."""
    answer = client.post(path, content=b"{}", headers={"Content-Type": content_type})

    assert _error(answer, 415)["symbol"] == "unsupported_media_type"


def test_a_charset_beside_json_is_fine(client: httpx.Client) -> None:
    """Parameters of the content type do not matter."""
    answer = client.post("/api/products", content=b"{}", headers={"Content-Type": "Application/JSON; charset=utf-8"})

    assert answer.status_code == 422


def test_a_body_may_come_in_pieces(client: httpx.Client, bodies: Bodies) -> None:
    """A chunked request without a length is read to its end."""
    attributes = bodies["products"]

    def pieces() -> Any:
        yield b'{"data": {"type": "products", "attributes": '
        yield (
            f'{{"description": "{attributes["description"]}", '
            f'"stock_unit_type_id": {attributes["stock_unit_type_id"]}}}'
        ).encode()
        yield b"}}"

    answer = client.post("/api/products", content=pieces(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 200
