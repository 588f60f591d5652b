"""Getting in: tokens, their end, and tenants."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Sandbox

_GRANT = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "hush"}
_QUERY = {"query": "{ accounts { all { edges { node { code } } } } }"}


class _Clock:
    """Seconds since the epoch, as long as nobody says otherwise."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def sandbox(clock: _Clock) -> Iterator[Sandbox]:
    with Sandbox(
        tenants=("one", "two"),
        client_id="me",
        client_secret="hush",
        access_token="ready",
        token_seconds=60,
        clock=clock,
    ) as sandbox:
        yield sandbox


@pytest.fixture
def token(client: httpx.Client) -> Callable[..., httpx.Response]:
    return lambda **changes: client.post("/oauth/token", data=_GRANT | changes)


@pytest.fixture
def ask(client: httpx.Client) -> Callable[..., httpx.Response]:
    def ask(token: str, tenant: str = "one") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": tenant}
        return client.post("/graphql", json=_QUERY, headers=headers)

    return ask


def test_issues_a_token_that_opens_both_sides(
    token: Callable[..., httpx.Response], ask: Callable[..., httpx.Response], client: httpx.Client
) -> None:
    """The client-credentials flow, with a scope that comes back."""
    told = token(scope="goods").json()
    headers = {"Authorization": f"Bearer {told['access_token']}", "X-Clarus-Subdomain": "one"}

    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 60, "goods")
    assert ask(told["access_token"]).status_code == 200
    assert client.post("/api/products", json={}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_refuses_wrong_credentials(
    changes: dict[str, str], status: int, error: str, token: Callable[..., httpx.Response]
) -> None:
    """Refusals of the token endpoint have the shape of RFC 6749."""
    answer = token(**changes)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_token_ends(token: Callable[..., httpx.Response], ask: Callable[..., httpx.Response], clock: _Clock) -> None:
    """It is good for the seconds it was given, and 401 after that; a new one is good again."""
    first = token().json()["access_token"]

    clock.now += 59
    assert ask(first).status_code == 200
    clock.now += 1
    ended = ask(first)

    assert (ended.status_code, ended.json().keys()) == (401, {"error"})
    assert ask(token().json()["access_token"]).status_code == 200


def test_tokens_can_be_revoked(
    token: Callable[..., httpx.Response], ask: Callable[..., httpx.Response], sandbox: Sandbox
) -> None:
    """Issued tokens end at once; the ready one, which nobody issued, does not."""
    issued = token().json()["access_token"]

    sandbox.revoke_tokens()

    assert ask(issued).status_code == 401
    assert ask("ready").status_code == 200


def test_an_answer_may_not_say_how_long_a_token_lives() -> None:
    """Some servers leave `expires_in` out; a client has to live with it."""
    with Sandbox(tell_token_seconds=False) as sandbox:
        answer = httpx.post(
            f"{sandbox.url}/oauth/token",
            data=_GRANT | {"client_id": "sandbox", "client_secret": "sandbox"},
        )

    assert "access_token" in answer.json()
    assert "expires_in" not in answer.json()


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Basic cmVhZHk=", "ready"])
@pytest.mark.parametrize("path", ["/api/products", "/graphql", "/api/nothing"])
def test_nothing_opens_without_a_token(authorization: str | None, path: str, sandbox: Sandbox) -> None:
    """401 with `{"error": …}`, before anything else is looked at."""
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = httpx.post(sandbox.url + path, content=b"{", headers=headers)

    assert answer.status_code == 401
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize("tenant", ["", "three"])
def test_an_unknown_tenant_is_404(tenant: str, ask: Callable[..., httpx.Response]) -> None:
    """A wrong subdomain is told in the errors' shape."""
    answer = ask("ready", tenant)

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["symbol"] == "subdomain_not_found"


def test_tenants_are_apart(client: httpx.Client, sandbox: Sandbox) -> None:
    """Each is seeded alike, sees its own records only, and may use the other's codes."""

    def make(tenant: str) -> httpx.Response:
        unit = sandbox.records("stock_unit_types", tenant)[0].id
        attributes = {"code": "SAME", "description": "x", "stock_unit_type_id": unit}
        body: dict[str, Any] = {"data": {"type": "products", "attributes": attributes}}
        return client.post("/api/products", json=body, headers={"X-Clarus-Subdomain": tenant})

    first = make("one")
    between = [record.attributes["code"] for record in sandbox.records("products", "two")]
    second = make("two")

    assert between == ["DEMO-002"]
    assert [first.status_code, second.status_code] == [200, 200]
    assert len(sandbox.records("products")) == 4
    assert len(sandbox.records("products", "one")) == 2
