"""The server as a whole: conditions, counting, stopping, remembering, and steering from outside."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Conditions, Fault, Sandbox, What, serve
from tests.support.stopwatch import Stopwatch

Post = Callable[..., httpx.Response]
Bodies = dict[str, dict[str, Any]]

_HEADERS = {"Authorization": "Bearer ready", "X-Clarus-Subdomain": "sandbox"}
_ROOT = Path(__file__).parents[2]


def _make(sandbox: Sandbox, code: str) -> httpx.Response:
    unit = sandbox.records("stock_unit_types")[0].id
    attributes = {"code": code, "description": "x", "stock_unit_type_id": unit}
    body = {"data": {"type": "products", "attributes": attributes}}
    return httpx.post(f"{sandbox.url}/api/products", json=body, headers=_HEADERS)


def _codes(sandbox: Sandbox) -> list[str]:
    return [record.attributes["code"] for record in sandbox.records("products")]


def test_listens_on_loopback_only(sandbox: Sandbox) -> None:
    """Nobody else in the network sees the stand-in."""
    assert sandbox.url.startswith("http://127.0.0.1:")


def test_counts_requests(client: httpx.Client, post: Post, bodies: Bodies, sandbox: Sandbox) -> None:
    """By method and path template, and by the status of the answer."""
    product = sandbox.records("products")[0].id
    post("goods_outs", bodies["goods_outs"])
    post("goods_outs", {})
    client.patch(f"/api/products/{product}", json={})
    post(f"products/{product}/account_products", {})

    requests = sandbox.requests

    assert requests.counts == {
        "POST /api/goods_outs": 2,
        "PATCH /api/products/{id}": 1,
        "POST /api/products/{product_id}/account_products": 1,
    }
    assert requests.statuses == {200: 1, 422: 3}
    assert (requests.total, requests.throttled, requests.peak) == (4, 0, 1)


def test_latency_and_concurrency(client: httpx.Client, sandbox: Sandbox) -> None:
    """Requests wait side by side; the peak tells how many there were; too many are 429 with a wait."""

    def at_once(number: int) -> list[httpx.Response]:
        # One client for all of them: making one takes longer than the latency under test.
        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(lambda _: client.post("/api/products", json={}), range(number)))

    sandbox.conditions.latency_seconds = 0.3
    watch = Stopwatch()
    together = at_once(4)
    took = watch.seconds

    sandbox.conditions.max_concurrent = 2
    crowded = at_once(4)

    assert [answer.status_code for answer in together] == [422] * 4
    assert 0.3 <= took < 1.2
    assert sandbox.requests.peak == 4
    assert sorted(answer.status_code for answer in crowded) == [422, 422, 429, 429]
    assert {answer.headers.get("retry-after") for answer in crowded if answer.status_code == 429} == {"1"}
    assert sandbox.requests.throttled == 2


def test_a_rate_limit() -> None:
    """A second's worth of requests comes through at once, then as many as time allows."""
    now = [1_000_000.0]
    conditions = Conditions(rate_limit=2)
    with Sandbox(access_token="ready", conditions=conditions, clock=lambda: now[0]) as sandbox:
        first = [_make(sandbox, f"A{n}").status_code for n in range(3)]
        now[0] += 0.5
        second = [_make(sandbox, f"B{n}").status_code for n in range(2)]

    assert first == [200, 200, 429]
    assert second == [200, 429]


def test_an_outage_refuses_everything(sandbox: Sandbox) -> None:
    """503 until it is over; nothing is made meanwhile."""
    sandbox.conditions.outage = True
    during = _make(sandbox, "A").status_code
    sandbox.conditions.outage = False

    assert (during, _make(sandbox, "B").status_code) == (503, 200)
    assert _codes(sandbox) == ["DEMO-002", "B"]


def test_stops_listening_and_comes_back(sandbox: Sandbox) -> None:
    """After `stop` connections are refused; after `start` the same address knows the same records."""
    url = sandbox.url
    _make(sandbox, "A")

    sandbox.stop()
    sandbox.stop()
    with pytest.raises(httpx.ConnectError):
        _make(sandbox, "B")
    sandbox.start()
    sandbox.start()

    assert sandbox.url == url
    assert _make(sandbox, "C").status_code == 200
    assert _codes(sandbox) == ["DEMO-002", "A", "C"]


def test_stopping_cuts_whoever_waits(sandbox: Sandbox) -> None:
    """Neither a hanging request nor an idle connection holds the server up."""
    sandbox.faults.add(Fault(what=What.HANG_AFTER))
    idle = socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])))

    with ThreadPoolExecutor(1) as pool, idle:
        waiting = pool.submit(_make, sandbox, "A")
        while not sandbox.faults.struck()[0][1]:
            time.sleep(0.01)
        watch = Stopwatch()
        sandbox.stop()
        took = watch.seconds
        error = waiting.exception(timeout=5)

    assert took < 1
    assert isinstance(error, httpx.TransportError)
    assert _codes(sandbox) == ["DEMO-002", "A"]


def test_a_taken_port_is_told() -> None:
    """A second sandbox on the port is an error in the thread that asked for it."""
    with Sandbox() as sandbox:
        port = int(sandbox.url.rpartition(":")[2])

        with pytest.raises(OSError, match="in use"):
            Sandbox(port=port).start()


def test_a_journal_remembers(tmp_path: Path) -> None:
    """A later sandbox on the file has the same records with the same ids, and goes on counting."""
    journal = tmp_path / "journal.jsonl"
    with Sandbox(access_token="ready", journal=journal) as before:
        first = _make(before, "A").json()["data"]["id"]
        change = {"code": "A2", "description": "y", "stock_unit_type_id": 501}
        httpx.patch(
            f"{before.url}/api/products/{first}",
            json={"data": {"type": "products", "attributes": change}},
            headers=_HEADERS,
        )
        kept = before.records("products")

    with Sandbox(access_token="ready", journal=journal) as after:
        assert after.records("products") == kept
        assert _make(after, "A2").json()["errors"][0]["symbol"] == "product_code_exists"
        assert _make(after, "A").json()["data"]["id"] == first + 1


def test_a_journal_remembers_lines(tmp_path: Path, bodies: Bodies) -> None:
    """Documents come back with their lines and addresses; new lines get new ids."""
    journal = tmp_path / "journal.jsonl"
    address = {"address": {"data": {"type": "addresses", "attributes": {"name": "John"}}}}
    body = {"data": {"type": "goods_outs", "attributes": bodies["goods_outs"], "relationships": address}}

    def post(sandbox: Sandbox) -> None:
        httpx.post(f"{sandbox.url}/api/goods_outs", json=body, headers=_HEADERS).raise_for_status()

    with Sandbox(access_token="ready", journal=journal) as before:
        post(before)
    with Sandbox(access_token="ready", journal=journal) as after:
        post(after)
        old, new = after.records("goods_outs")

    assert old == before.records("goods_outs")[0]
    assert old.address == {"name": "John"}
    assert not {line.id for line in old.lines} & {line.id for line in new.lines}


def test_a_torn_last_line_is_ignored(tmp_path: Path) -> None:
    """What a kill left half written was never answered; the file is whole again after it."""
    journal = tmp_path / "journal.jsonl"
    with Sandbox(access_token="ready", journal=journal) as sandbox:
        _make(sandbox, "A")
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[: len(whole) // 2])

    with Sandbox(access_token="ready", journal=journal) as sandbox:
        recalled = _codes(sandbox)
        _make(sandbox, "B")

    assert recalled == ["DEMO-002", "A"]
    assert [json.loads(line)["attributes"]["code"] for line in journal.read_text().splitlines()] == ["A", "B"]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address and the process of a sandbox that runs in the foreground of another process."""
    program = (
        "import sys; from pathlib import Path; from pipeline.sandbox import Sandbox, serve;"
        "serve(Sandbox(access_token='ready', journal=Path(sys.argv[1])), lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "journal.jsonl")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def test_is_steered_from_another_process(elsewhere: tuple[str, "subprocess.Popen[str]"]) -> None:
    """Records, requests, faults and conditions, without a token."""
    url, _ = elsewhere

    with httpx.Client(base_url=url) as client:
        products = client.get("/sandbox/records/products?tenant=sandbox").json()
        changed = client.put("/sandbox/conditions", json={"read_lag_seconds": 3}).json()
        client.put("/sandbox/faults", json=[{"what": "status", "status": 503, "path": "/api/", "times": None}])
        struck = client.post("/api/products", json={}, headers=_HEADERS).status_code
        client.put("/sandbox/faults", json=[])
        spared = client.post("/api/products", json={}, headers=_HEADERS).status_code
        client.post("/sandbox/revoke_tokens")
        requests = client.get("/sandbox/requests").json()

    assert [(product["id"], product["attributes"]["code"]) for product in products] == [(1_000_001, "DEMO-002")]
    assert changed["read_lag_seconds"] == 3
    assert (struck, spared) == (503, 422)
    assert requests["counts"] == {"POST /api/products": 2}
    assert requests["statuses"] == {"503": 1, "422": 1}


def test_a_kill_loses_nothing(elsewhere: tuple[str, "subprocess.Popen[str]"], tmp_path: Path) -> None:
    """Whatever was answered is in the journal, however the process ended."""
    url, process = elsewhere
    attributes = {"code": "A", "description": "x", "stock_unit_type_id": 501}
    body = {"data": {"type": "products", "attributes": attributes}}
    made = httpx.post(f"{url}/api/products", json=body, headers=_HEADERS).json()["data"]["id"]

    process.kill()
    process.wait()

    with Sandbox(journal=tmp_path / "journal.jsonl") as sandbox:
        assert [record.id for record in sandbox.records("products")] == [1_000_001, made]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/sandbox/records/things", None, 400),
        ("GET", "/sandbox/records/products?tenant=nobody", None, 400),
        ("PUT", "/sandbox/faults", [{"what": "earthquake"}], 400),
        ("PUT", "/sandbox/faults", [{"what": "status", "wen": 1}], 400),
        ("PUT", "/sandbox/faults", [{}], 400),
        ("PUT", "/sandbox/conditions", {"weather": "fine"}, 400),
        ("GET", "/sandbox/faults", None, 404),
    ],
)
def test_bad_steering_is_told(method: str, path: str, body: Any, status: int, client: httpx.Client) -> None:
    """A mistake in a control request is answered, and changes nothing."""
    assert client.request(method, path, json=body).status_code == status


def test_serve_ends_quietly_when_interrupted() -> None:
    """Ctrl-C is how a sandbox in the foreground is meant to end."""
    sandbox = Sandbox()

    def interrupt(url: str) -> None:
        assert httpx.post(f"{url}/graphql").status_code == 401
        raise KeyboardInterrupt

    serve(sandbox, interrupt)

    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url)


def test_imports_late() -> None:
    """A command line that only might start a sandbox does not pay for its libraries."""
    program = "import sys, pipeline.sandbox; print([name for name in ('graphql', 'uvicorn') if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=_ROOT)

    assert printed.stdout.strip() == "[]"
