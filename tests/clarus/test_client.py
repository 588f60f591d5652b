"""What the client makes of what a server does, in simulated time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest
from simulated import now, simulate

from pipeline.clarus.access import Access
from pipeline.clarus.answers import Answer, Meaning, meaning
from pipeline.clarus.client import Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.errors import ClarusUnreachable, CredentialsRefused, LookupRefused, Stopped, Unfinished
from pipeline.stopping import Stopping

MADE = (200, {"data": {"id": 7}})
FOUND: tuple[int, Any] = (200, {"data": {"products": {}}})
ERROR: tuple[int, Any] = (200, {"errors": [{"message": "the database is busy"}]})

Said = tuple[int, Any] | tuple[int, Any, dict[str, str]] | Exception | float  # an answer, none, or seconds of silence


class Server(httpx.AsyncBaseTransport):
    """Answers each request by the script of its path, and the last line of it for ever; tokens count up."""

    def __init__(self, **scripts: list[Said]) -> None:
        self.heard: list[tuple[float, str]] = []  # when, and the path
        self.accepts: Callable[[str], bool] = lambda token: True
        self.tokens: list[Said] = []
        self._scripts: dict[str, list[Said]] = {f"/{name}": list(script) for name, script in scripts.items()}
        self._issued = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api").removeprefix("/oauth")
        self.heard.append((now(), path))
        if path == "/token":
            self._issued += 1
            said = self.tokens.pop(0) if self.tokens else (200, {"access_token": f"t{self._issued}"})
        elif not self.accepts(request.headers["authorization"].removeprefix("Bearer ")):
            said = (401, {"error": "expired"})
        else:
            script = self._scripts[path]
            said = script.pop(0) if len(script) > 1 else script[0]
        request.extensions["left"] = True
        await asyncio.sleep(0.01)
        if isinstance(said, float):
            await asyncio.sleep(said)
            return httpx.Response(200, content=b"{}")
        if isinstance(said, Exception):
            raise said
        status, body, *headers = said
        return httpx.Response(status, content=orjson.dumps(body), headers=headers[0] if headers else None)

    def times(self, path: str) -> list[float]:
        """When a path was asked for, in tenths of a second."""
        return [round(moment, 1) for moment, heard in self.heard if heard == path]


def clarus(server: Server, stopping: Stopping | None = None, **access: Any) -> Clarus:
    credentials = access.pop("credentials", Credentials("client", "secret"))
    return Clarus(Access("http://clarus.test", "acme", credentials, **access), stopping, server, now)


def write(server: Server, **access: Any) -> Answer:
    async def scenario() -> Answer:
        return await clarus(server, **access).write("POST", "/goods_outs", b"{}")

    return simulate(scenario())


def query(server: Server, **access: Any) -> Any:
    async def scenario() -> Any:
        return await clarus(server, **access).query("{ products }", {})

    return simulate(scenario())


def test_an_answer_in_doubt_is_given_back_and_nothing_is_sent_again() -> None:
    """Whoever repeats a POST after a 503 posts twice."""
    server = Server(goods_outs=[(503, None), MADE])

    answer = write(server)

    assert answer.status == 503
    assert len(server.times("/goods_outs")) == 1


@pytest.mark.parametrize(
    "said",
    [
        (500, None),
        (502, None),
        (503, None),
        (504, None),
        (408, None),
        (200, "no JSON:API"),
        (302, None),
        httpx.ReadTimeout("no answer"),
        httpx.RemoteProtocolError("hung up"),
        httpx.ReadError("half an answer"),
    ],
)
def test_what_is_in_doubt_never_raises_however_long_nothing_has_succeeded(said: Said) -> None:
    """An exception says that nothing was sent; it would be a lie here."""
    server = Server(goods_outs=[said])

    async def scenario() -> list[Meaning]:
        own = clarus(server, give_up=5.0)
        meanings = []
        for _ in range(2):
            meanings.append(meaning(await own.write("POST", "/goods_outs", b"{}")))
            await asyncio.sleep(4.9)
        with pytest.raises(ClarusUnreachable):
            await own.write("POST", "/goods_outs", b"{}")
        return meanings

    assert simulate(scenario()) == [Meaning.IN_DOUBT, Meaning.IN_DOUBT]
    assert len(server.times("/goods_outs")) == 2


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"Retry-After": "7"}, [0.0, 7.0]),
        ({"Retry-After": "100000"}, [0.0, 120.0]),
        ({"Retry-After": "0"}, [0.0, 1.0]),
        ({"Retry-After": "Wed, 10 Jun 2020 12:00:00 GMT"}, [0.0, 1.0]),
        ({}, [0.0, 1.0]),
    ],
)
def test_after_a_429_the_request_is_sent_again_when_clarus_says_so(headers: dict[str, str], left: list[float]) -> None:
    """Seconds, a date that is past, nothing at all: never at once, never after more than the cap."""
    server = Server(goods_outs=[(429, None, headers), MADE])

    answer = write(server)

    assert meaning(answer) is Meaning.MADE
    assert server.times("/goods_outs") == left


def test_a_429_holds_every_other_request_as_well() -> None:
    """Lookups too: it is the client that Clarus asks to wait, not the request."""
    server = Server(goods_outs=[(429, None, {"Retry-After": "30"}), MADE], graphql=[FOUND])

    async def scenario() -> None:
        own = clarus(server)
        posting = asyncio.create_task(own.write("POST", "/goods_outs", b"{}"))
        await asyncio.sleep(0.5)
        await asyncio.gather(posting, own.query("{ products }", {}))

    simulate(scenario())
    assert server.times("/graphql") == [30.0]


def test_what_never_reached_clarus_is_sent_again_with_growing_waits() -> None:
    """A server that is not there yet."""
    refused = httpx.ConnectError("nobody listens")
    server = Server(goods_outs=[refused, refused, refused, refused, MADE])

    answer = write(server)

    assert meaning(answer) is Meaning.MADE
    times = server.times("/goods_outs")
    gaps = [later - earlier for earlier, later in pairwise(times[1:])]
    assert all(1 <= gap <= 8 for gap in gaps)
    assert gaps[-1] >= 4


def test_gives_up_when_nothing_has_succeeded_for_its_patience() -> None:
    """The effort is bounded, and the message says what was in the way."""
    server = Server(goods_outs=[httpx.ConnectError("nobody listens")])

    with pytest.raises(
        ClarusUnreachable, match=r"60 seconds; the last answer was: Clarus did not answer .*nobody listens"
    ):
        write(server)

    assert 60 <= server.times("/goods_outs")[-1] <= 95


def test_deletions_that_are_answered_with_nothing_go_well() -> None:
    """204 is all that a deletion is answered with: a run of nothing else does not lose its patience."""
    server = Server(account_products=[(204, None)])

    async def scenario() -> None:
        own = clarus(server, give_up=5.0)
        for _ in range(4):
            await own.write("DELETE", "/account_products", b"")
            await asyncio.sleep(4.0)

    simulate(scenario())

    assert len(server.times("/account_products")) == 4


def test_lookups_that_go_well_do_not_hide_that_every_write_fails() -> None:
    """A run in which nothing can be written ends, though Clarus answers queries."""
    server = Server(goods_outs=[(500, None)], graphql=[FOUND])

    async def scenario() -> None:
        own = clarus(server)

        async def write_and_look() -> None:
            while True:
                await own.write("POST", "/goods_outs", b"{}")
                await own.query("{ products }", {})
                await asyncio.sleep(2.0)

        with pytest.raises(ClarusUnreachable):
            await write_and_look()
        assert 60 <= now() <= 65

    simulate(scenario())


def test_a_write_that_was_found_after_all_counts_as_a_success() -> None:
    """Where every answer is lost but every record is made, the run goes on."""
    server = Server(goods_outs=[(502, None)])

    async def scenario() -> None:
        own = clarus(server)
        for _ in range(100):
            await own.write("POST", "/goods_outs", b"{}")
            await asyncio.sleep(2.0)
            own.confirm()

    simulate(scenario())


def test_many_refused_requests_fetch_one_token() -> None:
    """A revoked token costs one request, however many were under way with it."""
    server = Server(goods_outs=[MADE])

    async def scenario() -> None:
        own = clarus(server)
        await own.write("POST", "/goods_outs", b"{}")
        server.accepts = lambda token: token != "t1"
        answers = await asyncio.gather(*(own.write("POST", "/goods_outs", b"{}") for _ in range(20)))
        assert {meaning(answer) for answer in answers} == {Meaning.MADE}

    simulate(scenario())
    assert len(server.times("/token")) == 2


@pytest.mark.parametrize(
    ("told", "fetched"), [({"expires_in": 100}, [0.0, 90.0]), ({}, [0.0]), ({"expires_in": 0}, [0.0])]
)
def test_a_token_is_renewed_before_its_end_where_that_is_known(told: dict[str, int], fetched: list[float]) -> None:
    """Without `expires_in`, a token is used until it is refused."""
    server = Server(goods_outs=[MADE])
    server.tokens = [(200, {"access_token": "first", **told})]

    async def scenario() -> None:
        own = clarus(server)
        for moment in (0.0, 89.0, 1.0):
            await asyncio.sleep(moment)
            await own.write("POST", "/goods_outs", b"{}")

    simulate(scenario())
    assert server.times("/token") == fetched


def test_a_client_that_is_refused_is_asked_for_once() -> None:
    """Thirty workers with a wrong secret must not lock the API user."""
    server = Server(goods_outs=[MADE])
    server.tokens = [(401, {"error": "invalid_client"})] * 50

    async def scenario() -> None:
        own = clarus(server)
        ends = await asyncio.gather(
            *(own.write("POST", "/goods_outs", b"{}") for _ in range(30)), return_exceptions=True
        )
        assert {str(end) for end in ends} == {"Clarus refused a token to client client (401): invalid_client"}
        assert {type(end) for end in ends} == {CredentialsRefused}

    simulate(scenario())
    assert len(server.times("/token")) == 1


@pytest.mark.parametrize(
    "said", [(500, None), (429, None, {"Retry-After": "2"}), httpx.ReadTimeout("no answer"), (503, None)]
)
def test_a_token_endpoint_in_trouble_is_asked_again(said: Said) -> None:
    """Only an answer that refuses us ends the run."""
    server = Server(goods_outs=[MADE])
    server.tokens = [said, said]

    assert meaning(write(server)) is Meaning.MADE
    assert len(server.times("/token")) == 3


def test_a_ready_token_is_used_as_it_is() -> None:
    """No token is fetched where one was given."""
    server = Server(goods_outs=[MADE])

    write(server, credentials=Credentials(access_token="ready"))

    assert server.times("/token") == []


def test_a_ready_token_that_is_refused_ends_the_run_with_a_hint() -> None:
    """Without a client there is no other token."""
    server = Server(goods_outs=[MADE])
    server.accepts = lambda token: False

    with pytest.raises(CredentialsRefused, match="CLARUS_ACCESS_TOKEN"):
        write(server, credentials=Credentials(access_token="ready"))


def test_a_ready_token_that_is_refused_is_replaced_where_a_client_is_known() -> None:
    """The ready token goes first; the client stands behind it."""
    server = Server(goods_outs=[MADE])
    server.accepts = lambda token: token == "t1"

    answer = write(server, credentials=Credentials("client", "secret", access_token="ready"))

    assert meaning(answer) is Meaning.MADE


def test_a_server_that_refuses_every_token_is_not_asked_for_ever() -> None:
    """Fresh tokens that are refused too are a matter of rights, not of time."""
    server = Server(goods_outs=[MADE])
    server.accepts = lambda token: False

    with pytest.raises(CredentialsRefused, match="refuses every token for tenant acme"):
        write(server)

    assert len(server.times("/token")) <= 5


def test_a_query_that_is_answered_by_an_error_is_asked_again() -> None:
    """GraphQL tells trouble with status 200; it passes like any other."""
    server = Server(graphql=[ERROR, (200, "not JSON that we know"), FOUND])

    assert query(server) == {"products": {}}


def test_a_query_is_asked_a_bounded_number_of_times() -> None:
    """An error that stays is told in the words of Clarus."""
    server = Server(graphql=[ERROR])

    with pytest.raises(LookupRefused, match="the database is busy"):
        query(server)

    assert len(server.times("/graphql")) == 5


@pytest.mark.parametrize(
    "said",
    [
        (400, {"error": "bad"}),
        (403, {"errors": [{"details": "no"}]}),
        (302, None),
        (200, {"errors": [{"message": "Cannot query field"}]}),
    ],
)
def test_a_query_that_will_never_be_answered_is_asked_once(said: Said) -> None:
    """What is not allowed or not understood does not pass with time."""
    server = Server(graphql=[said])

    with pytest.raises(LookupRefused):
        query(server)

    assert len(server.times("/graphql")) == 1


@pytest.fixture(
    params=[
        pytest.param([(429, None, {"Retry-After": "100"})], id="while Clarus asks to wait"),
        pytest.param([httpx.ConnectError("nobody listens")], id="between two attempts"),
    ]
)
def waiting(request: pytest.FixtureRequest) -> Server:
    return Server(goods_outs=request.param)


def test_told_to_stop_a_wait_ends_at_once_and_nothing_was_sent(waiting: Server) -> None:
    """The exception says that the record is surely not made."""

    async def scenario() -> float:
        stopping = Stopping()
        own = clarus(waiting, stopping, first_wait=50.0)
        writing = asyncio.create_task(own.write("POST", "/goods_outs", b"{}"))
        await asyncio.sleep(1.0)
        stopping.stop(Stopped("told"))
        with pytest.raises(Stopped):
            await writing
        return now()

    assert simulate(scenario()) == 1.0


def test_told_to_stop_a_request_under_way_may_still_be_answered() -> None:
    """A few seconds later it is given up, and is in doubt."""
    server = Server(goods_outs=[2.0, 20.0])

    async def scenario() -> list[Meaning]:
        stopping = Stopping()
        own = clarus(server, stopping)
        writing = [asyncio.create_task(own.write("POST", "/goods_outs", b"{}")) for _ in range(2)]
        await asyncio.sleep(1.0)
        stopping.stop(Stopped("told"))
        answers = [await task for task in writing]
        assert now() == 4.0
        assert "told" in answers[1].said
        return [meaning(answer) for answer in answers]

    assert simulate(scenario()) == [Meaning.IN_DOUBT, Meaning.IN_DOUBT]


def test_once_told_to_stop_nothing_leaves() -> None:
    """Neither a write nor a lookup, nor a request for a token."""
    server = Server(goods_outs=[MADE], graphql=[FOUND])

    async def scenario() -> None:
        stopping = Stopping()
        stopping.stop(Stopped("told"))
        own = clarus(server, stopping)
        for call in (own.write("POST", "/goods_outs", b"{}"), own.query("{ products }", {})):
            with pytest.raises(Unfinished, match="told"):
                await call

    simulate(scenario())
    assert server.heard == []


def test_neither_secrets_nor_content_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The log is sent to people who may not read addresses, and kept for years."""
    caplog.set_level(logging.DEBUG)
    server = Server(goods_outs=[(429, None), httpx.ConnectError("no"), (503, {"echo": "10 Downing Street"})])
    server.tokens = [(500, {"client_secret": "hush"})]

    async def scenario() -> None:
        own = clarus(server, credentials=Credentials("client", "hush"))
        await own.write("POST", "/goods_outs", b'{"address_1": "10 Downing Street"}')

    simulate(scenario())
    told = caplog.text + repr(Credentials("client", "hush", "", "token"))
    assert not [word for word in ("hush", "Downing", "t1", "t2", "token'") if word in told]
