"""Each fault as a client meets it, and when it strikes."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from pipeline.sandbox import Fault, Faults, Sandbox, What
from tests.support.stopwatch import Stopwatch

Post = Callable[..., httpx.Response]
Bodies = dict[str, dict[str, Any]]


@pytest.fixture
def order(post: Post, bodies: Bodies) -> Callable[[], httpx.Response]:
    return lambda: post("goods_outs", bodies["goods_outs"])


@pytest.mark.parametrize(
    ("what", "error", "made"),
    [
        (What.CUT_BEFORE, httpx.RemoteProtocolError, 0),
        (What.CUT_AFTER, httpx.RemoteProtocolError, 1),
        (What.HALF_ANSWER, httpx.RemoteProtocolError, 1),
        (What.HANG_BEFORE, httpx.ReadTimeout, 0),
        (What.HANG_AFTER, httpx.ReadTimeout, 1),
        (What.LATENCY, httpx.ReadTimeout, 1),
    ],
)
def test_an_answer_is_lost(
    what: What,
    error: type[httpx.TransportError],
    made: int,
    order: Callable[[], httpx.Response],
    client: httpx.Client,
    sandbox: Sandbox,
) -> None:
    """The client sees the connection end or time out; the record is there, or not, as the fault says."""
    client.timeout = httpx.Timeout(0.2)
    sandbox.faults.add(Fault(what=what, path="/api/goods_outs", seconds=5))

    with pytest.raises(error):
        order()

    assert len(sandbox.records("goods_outs")) == made
    assert order().status_code == 200


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_status_without_a_record(status: int, order: Callable[[], httpx.Response], sandbox: Sandbox) -> None:
    """The answer is the status, in the errors' shape; nothing was made."""
    sandbox.faults.add(Fault(what=What.STATUS, status=status))

    answer = order()

    assert answer.status_code == status
    assert answer.json()["errors"]
    assert "retry-after" not in answer.headers
    assert sandbox.records("goods_outs") == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_5xx_with_a_record(status: int, order: Callable[[], httpx.Response], sandbox: Sandbox) -> None:
    """The answer says failure, yet the record is there."""
    sandbox.faults.add(Fault(what=What.LOST_5XX, status=status))

    assert order().status_code == status
    assert len(sandbox.records("goods_outs")) == 1


def test_retry_after_in_seconds_or_as_a_date(order: Callable[[], httpx.Response], sandbox: Sandbox) -> None:
    """Both forms that HTTP has."""
    sandbox.faults.add(Fault(what=What.STATUS, status=429, retry_after=7))
    sandbox.faults.add(Fault(what=What.STATUS, status=503, retry_after=60, retry_after_as_date=True))

    seconds, date = order(), order()

    assert seconds.headers["retry-after"] == "7"
    wait = parsedate_to_datetime(date.headers["retry-after"]) - datetime.now(UTC)
    assert 55 < wait.total_seconds() <= 60


def test_latency_answers_late(order: Callable[[], httpx.Response], sandbox: Sandbox) -> None:
    """The answer is the right one, after the wait."""
    sandbox.faults.add(Fault(what=What.LATENCY, seconds=0.1))
    watch = Stopwatch()

    assert order().status_code == 200
    assert watch.seconds >= 0.1


def test_tokens_expire_in_the_middle(client: httpx.Client, bodies: Bodies, sandbox: Sandbox) -> None:
    """The struck request and all after it are refused until there is a new token."""
    grant = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    token = client.post("/oauth/token", data=grant).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    sandbox.faults.add(Fault(what=What.EXPIRE_TOKENS, path="/api/", skip=1))
    body = {"data": {"type": "goods_outs", "attributes": bodies["goods_outs"]}}

    answers = [client.post("/api/goods_outs", json=body).status_code for _ in range(3)]

    assert answers == [200, 401, 401]


def test_faults_strike_over_the_token_endpoint_and_lookups_too(client: httpx.Client, sandbox: Sandbox) -> None:
    """A path prefix chooses any side of the server."""
    sandbox.faults.add(Fault(what=What.STATUS, status=502, path="/oauth"))
    sandbox.faults.add(Fault(what=What.STATUS, status=504, path="/graphql"))

    assert client.post("/oauth/token", data={}).status_code == 502
    assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 504
    assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 200


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault(what=What.STATUS), "x........."),
        (Fault(what=What.STATUS, times=None), "xxxxxxxxxx"),
        (Fault(what=What.STATUS, times=3), "xxx......."),
        (Fault(what=What.STATUS, skip=4, times=2), "....xx...."),
        (Fault(what=What.STATUS, every=3, times=None), "..x..x..x."),
        (Fault(what=What.STATUS, every=2, skip=3, times=2), "....x.x..."),
        (Fault(what=What.STATUS, method="PATCH", times=None), ".........."),
        (Fault(what=What.STATUS, method="POST", path="/api/products", times=None), ".........."),
        (Fault(what=What.STATUS, probability=0.0, times=None), ".........."),
    ],
)
def test_says_which_requests_are_struck(fault: Fault, struck: str) -> None:
    """Skipped, counted, every so many, and only where method and path match."""
    faults = Faults()
    faults.add(fault)

    strikes = [faults.strike("POST", "/api/goods_outs") for _ in struck]

    assert "".join("x" if strike else "." for strike in strikes) == struck
    assert faults.struck() == [(fault, struck.count("x"))]


def test_chance_can_be_repeated() -> None:
    """The same seed strikes the same requests, about as often as the probability says."""
    fault = Fault(what=What.STATUS, probability=0.25, seed=7, times=None)

    def run() -> list[bool]:
        faults = Faults()
        faults.add(fault)
        return [faults.strike("POST", "/") is not None for _ in range(400)]

    once, again = run(), run()

    assert once == again
    assert 60 < sum(once) < 140


def test_the_first_due_fault_strikes_and_all_count() -> None:
    """Faults are counted apart, so that each keeps the place in the traffic it was planned for."""
    faults = Faults()
    faults.add(Fault(what=What.CUT_BEFORE), Fault(what=What.STATUS, skip=1, times=2))

    strikes = [faults.strike("POST", "/") for _ in range(4)]

    assert [strike.what if strike else None for strike in strikes] == [
        What.CUT_BEFORE,
        What.STATUS,
        What.STATUS,
        None,
    ]


def test_a_plan_is_replaced_while_running(order: Callable[[], httpx.Response], sandbox: Sandbox) -> None:
    """A new plan counts from the start; an empty one is fair weather."""
    sandbox.faults.add(Fault(what=What.STATUS, times=None))
    stormy = order().status_code
    sandbox.faults.replace([Fault(what=What.STATUS, status=502)])
    other = order().status_code
    sandbox.faults.replace()

    assert (stormy, other, order().status_code) == (500, 502, 200)


@pytest.mark.parametrize("wrong", [{"every": 0}, {"status": 99}])
def test_a_fault_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    """A mistake in a plan is told where it is made, not in the server's thread."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Fault(what=What.STATUS, **wrong)  # type: ignore[arg-type]
