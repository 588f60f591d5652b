"""The one way to Clarus: every request of a run goes through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import stamina

from pipeline.clarus.answers import Answer, Meaning, complaint, data, may_pass, meaning, retry_after
from pipeline.clarus.pace import Pace, Patience
from pipeline.clarus.tokens import Credentials, Tokens
from pipeline.clarus.transport import Transport
from pipeline.errors import CredentialsRefused, LookupRefused, Unfinished
from pipeline.stopping import Stopping

log = logging.getLogger(__name__)

_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TOKENS_A_REQUEST = 5  # refused tokens after which a request stops asking for another
_MAY_ASK_TO_WAIT = (429, 503)  # statuses
_ASKED_AGAIN = 4  # times a query that is answered by an error is asked again, after 1, 2, 4 and 8 seconds
_PATHS_KEPT = 100  # parsed; a path may name a product, and there are hundreds of thousands of these
_GRACE = 3.0  # seconds in which requests under way may still be answered when the run is told to stop


@dataclass(frozen=True, slots=True)
class Access:
    """Where Clarus is, as whom, and how patiently it is asked."""

    base_url: str
    subdomain: str
    credentials: Credentials
    api_path: str = "/api"
    concurrency: int = 32
    rate: float | None = None  # requests a second
    timeout: float = 30.0  # seconds for a whole answer
    connect_timeout: float = 10.0
    give_up: float = 60.0  # seconds without any success
    first_wait: float = 1.0  # seconds before trying again; doubles
    longest_wait: float = 30.0
    longest_hold: float = 120.0  # of a Retry-After
    known_as: str = ""  # how the ledger calls the tenant, where its address is not the same every time

    @property
    def tenant(self) -> str:
        """Whose records these are: the same subdomain on another host is another tenant."""
        return self.known_as or f"{self.subdomain}@{httpx.URL(self.base_url).host}"


class _TryAgain(Exception):
    """The request is certainly without effect; it may be repeated after so many seconds, or after a backoff."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.said)
        self.answer = answer


class Clarus:
    """Sends writes and queries, with the tenant, a token and a shared pace.

    `async with` it. `requests` counts what has left, tokens included.
    """

    def __init__(
        self,
        access: Access,
        stopping: Stopping | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._access = access
        self._stopping = stopping or Stopping()
        # httpx.AsyncClient adds redirects, cookies and its own authentication, at twice the time of a request: of httpx
        # we need the request, the response and the transport.
        self._transport = transport or Transport(connect_timeout=access.connect_timeout)
        self._timeouts = {"timeout": {"connect": access.connect_timeout, "read": access.timeout}}
        self._headers = {
            "Host": httpx.URL(access.base_url).netloc.decode(),
            "User-Agent": "clarus-batch",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # else a server may compress, and `_content` could not read it
            "X-Clarus-Subdomain": access.subdomain,
        }
        self._pace = Pace(access.concurrency, access.rate, access.longest_hold, clock, self._stopping)
        # Apart, because lookups may go well while every write fails.
        self._writing, self._asking = Patience(access.give_up, clock), Patience(access.give_up, clock)
        self._tokens = Tokens(access.credentials, self._fetch_token, clock)
        self._token, self._json_headers = "", httpx.Headers()  # of the last request: they take long to make
        self._urls: dict[str, httpx.URL] = {}
        self._taken = 0  # answers to requests whose token Clarus took
        self.requests = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    @property
    def tenant(self) -> str:
        """Whose records are written."""
        return self._access.tenant

    async def write(self, method: str, path: str, body: bytes) -> Answer:
        """Send one write until Clarus has taken it, refused it, or left it in doubt; never again when in doubt.

        `path` is relative to the API path, as in `/goods_outs`.

        Raises:
            Unfinished: Clarus is out of reach, refuses our credentials, or the run was told to stop. Nothing can have
                reached Clarus then.
        """
        path = f"{self._access.api_path}{path}"
        self._writing.check()
        answer = await self._authorised(method, path, body)
        judged = meaning(answer)
        if judged is Meaning.NOT_MADE:
            answer = await self._until(_taken_or_in_doubt, self._writing, method, path, body)
            judged = meaning(answer)
        if judged is Meaning.IN_DOUBT:
            self._failed(self._writing, answer)
        else:
            self._writing.succeeded()
        return answer

    def confirm(self) -> None:
        """A write whose answer was lost has been found: writing works."""
        self._writing.succeeded()

    async def query(self, query: str, variables: Mapping[str, Any]) -> Any:
        """Ask GraphQL and return `data`; repeated until it is answered.

        Raises:
            Unfinished: Clarus is out of reach, refuses our credentials, does not understand the query, or the run was
                told to stop.
        """
        body = orjson.dumps({"query": query, "variables": dict(variables)})
        answer = await self._ask(body)
        for again in range(_ASKED_AGAIN):
            if data(answer) is not None or not may_pass(answer):
                break
            log.info("GraphQL answered: %s", complaint(answer))
            await self._stopping.sleep(self._access.first_wait * 2**again)
            answer = await self._ask(body)
        found = data(answer)
        if found is None:
            raise LookupRefused(f"Clarus refuses a lookup ({answer.status}): {complaint(answer)}")
        return found

    async def _ask(self, body: bytes) -> Answer:
        self._asking.check()
        answer = await self._authorised("POST", "/graphql", body)
        if not _answered(answer):
            answer = await self._until(_answered, self._asking, "POST", "/graphql", body)
        self._asking.succeeded()
        return answer

    async def _until(
        self, enough: Callable[[Answer], bool], patience: Patience, method: str, path: str, body: bytes
    ) -> Answer:
        """Repeat a request that was without effect, for as long as our patience lasts."""
        attempts = aiter(
            stamina.retry_context(
                on=_wait_before_next,
                attempts=None,
                timeout=None,
                wait_initial=self._access.first_wait,
                wait_max=self._access.longest_wait,
                wait_jitter=self._access.first_wait,
            )
        )
        while True:
            async with self._stopping.interruptible():
                attempt = await anext(attempts)  # stamina waits in here
            with attempt:
                answer = await self._authorised(method, path, body)
                if enough(answer):
                    return answer
                self._failed(patience, answer)
                patience.check()
                raise _TryAgain(answer)

    async def _authorised(self, method: str, path: str, body: bytes) -> Answer:
        refused, left, taken = "", _TOKENS_A_REQUEST, self._taken
        while left:
            token = await self._tokens.current(refused)
            if token != self._token:
                self._token = token
                self._json_headers = httpx.Headers({**self._headers, **_JSON, "Authorization": f"Bearer {token}"})
            answer = await self._exchange(method, path, body, self._json_headers)
            if answer.status != 401:
                self._taken += answer.status is not None
                return answer
            # A token that served others in the meantime was good: it has only lived too short for this request.
            left, taken = (left - 1, taken) if self._taken == taken else (_TOKENS_A_REQUEST, self._taken)
            refused = token
        raise CredentialsRefused(f"Clarus refuses every token for tenant {self._access.subdomain}")

    async def _fetch_token(self, form: dict[str, str]) -> Answer:
        body = str(httpx.QueryParams(form)).encode()
        headers = httpx.Headers({**self._headers, **_FORM})
        answer = await self._exchange("POST", "/oauth/token", body, headers)
        while not _answered(answer):
            self._failed(self._asking, answer)
            self._asking.check()
            await self._stopping.sleep(self._access.first_wait)
            answer = await self._exchange("POST", "/oauth/token", body, headers)
        return answer

    async def _exchange(self, method: str, path: str, body: bytes, headers: httpx.Headers) -> Answer:
        """Send one request and take down what came of it."""
        # With `content=` httpx adds headers one by one, which takes three times as long as all the rest.
        stream = httpx.ByteStream(body)
        request = httpx.Request(method, self._url(path), headers=headers, stream=stream, extensions=self._timeouts)
        async with self._pace as left:
            self.requests += 1
            try:
                async with self._stopping.interruptible(_GRACE):
                    response = await self._transport.handle_async_request(request)
                    content = await _content(response)
            except Unfinished as reason:
                return Answer(None, reached="left" in request.extensions, trouble=str(reason))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                return Answer(None, reached=False, trouble=_words(error))
            except httpx.HTTPError as error:
                return Answer(None, trouble=_words(error))
            answer = _answer(response, content)
            if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
                # A wait of none, or a date by a clock that is behind ours, would be no pause at all.
                self._pace.hold(max(answer.retry_after or 0.0, self._access.first_wait))
            elif answer.status is not None and answer.status < 500:
                # Lookups come between writes and differ much: writes alone tell whether Clarus is getting slower.
                self._pace.answered(path, None if path == "/graphql" else left)
            return answer

    def _url(self, path: str) -> httpx.URL:
        if path not in self._urls:  # parsing one takes longer than sending to it
            if len(self._urls) == _PATHS_KEPT:
                self._urls.clear()
            self._urls[path] = httpx.URL(self._access.base_url.rstrip("/") + path)
        return self._urls[path]

    def _failed(self, patience: Patience, answer: Answer) -> None:
        log.info("%s", answer.said)
        patience.failed(answer.said)


def _answered(answer: Answer) -> bool:
    """Whether a request that may be repeated freely has had its answer, good or bad."""
    return answer.status is not None and answer.status not in (408, 429) and answer.status < 500


def _taken_or_in_doubt(answer: Answer) -> bool:
    return meaning(answer) is not Meaning.NOT_MADE


def _wait_before_next(error: Exception) -> bool | float:
    """Tell stamina how long to wait: after a 429 the pace holds everybody back already."""
    if not isinstance(error, _TryAgain):
        return False
    return 0.0 if error.answer.status == 429 else True


async def _content(response: httpx.Response) -> bytes:
    """The content as it came: `aread()` sends it through decoders that we have no use for, at ten times the time."""
    if isinstance(response.stream, httpx.ByteStream):
        return b"".join(response.stream)  # it is there already: nothing has to be awaited
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return b"".join([part async for part in response.stream])


def _answer(response: httpx.Response, content: bytes) -> Answer:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    wait = retry_after(response.headers.get("retry-after")) if response.status_code in _MAY_ASK_TO_WAIT else None
    return Answer(response.status_code, body, wait)


def _words(error: Exception) -> str:
    """The exception in words for the log; httpx puts no request content into its messages."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
