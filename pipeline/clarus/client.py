"""The one way to Clarus: every request of a run goes through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import stamina

from pipeline.clarus import obstacles
from pipeline.clarus.access import Access
from pipeline.clarus.answers import (
    REDIRECTS,
    Answer,
    Meaning,
    complaint,
    data,
    is_of_clarus,
    is_refusal,
    may_pass,
    meaning,
    unknown_attribute,
)
from pipeline.clarus.content import answer_of, content_of
from pipeline.clarus.departure import Departure, certificate_trouble, is_not_http
from pipeline.clarus.pace import Pace
from pipeline.clarus.patience import Pages, Patience
from pipeline.clarus.routes import most_at_once, transport_for
from pipeline.clarus.tokens import Tokens
from pipeline.clarus.transport import Transport
from pipeline.errors import CredentialsRefused, LookupRefused, NotClarus, SettingRefused, Unfinished
from pipeline.stopping import Stopping

log = logging.getLogger(__name__)

_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TOKENS_A_REQUEST = 5  # refused tokens after which a request stops asking for another
_ASKED_AGAIN = 4  # times a query that is answered by an error is asked again, after 1, 2, 4 and 8 seconds
_TRIES_AT_A_PAGE = 3  # of one record, while others pass
_TOKEN, _GRAPHQL = "/oauth/token", "/graphql"
_PATHS_KEPT = 100  # parsed; a path may name a product, and there are hundreds of thousands of these
_GRACE = 3.0  # seconds in which requests under way may still be answered when the run is told to stop


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
        self._transport = transport or transport_for(access)
        self._departure = Departure(self._transport)
        self._is_ours = isinstance(self._transport, Transport)
        self._timeouts = {"timeout": _timeouts(access)}
        self._headers = {
            "Host": httpx.URL(access.base_url).netloc.decode(),
            "User-Agent": "clarus-batch",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # else a server may compress, which takes longer to read
            "X-Clarus-Subdomain": access.subdomain,
        }
        self._pace = Pace(most_at_once(access), access.rate, access.longest_hold, clock, self._stopping)
        # Apart, because lookups may go well while every write fails.
        self._writing, self._asking = Patience(access.give_up, clock), Patience(access.give_up, clock)
        self._pages = Pages(clock)
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
        if judged in (Meaning.NOT_MADE, Meaning.NOT_ANSWERED):
            answer = await self._until(_Settled(), self._writing, method, path, body)
            judged = meaning(answer)
        if judged in (Meaning.IN_DOUBT, Meaning.NOT_ANSWERED):
            self._failed(self._writing, answer)
            return answer
        self._writing.succeeded()
        unit = self._access.storage_unit_field
        if judged is Meaning.REFUSED and unit and unknown_attribute(answer, unit):
            raise SettingRefused(
                f"Clarus does not know the attribute {unit} of receipt lines: set storage_unit_field under [clarus] "
                'to the name that your Clarus has for it, or to "" to send none'
            )
        return answer

    async def greet(self) -> None:
        """Find out whether a proxy lets us through, before anything is begun; other trouble is left for later.

        Raises:
            ProxyRefused: it does not.
            NotClarus: it answers by itself.
        """
        if self._access.proxy:
            headers = httpx.Headers(self._headers)
            answer = await self._exchange("GET", _TOKEN, b"", headers)
            if answer.page and answer.status is not None and answer.status < 500 and answer.status != 404:
                raise NotClarus(obstacles.page(self._access, answer))

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
        answer = await self._authorised("POST", _GRAPHQL, body)
        if not _answered(answer):
            answer = await self._until(_answered, self._asking, "POST", _GRAPHQL, body)
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
                self._pages.check()
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
        answer = await self._exchange("POST", _TOKEN, body, headers)
        while not _replied(answer):
            self._failed(self._asking, answer)
            self._asking.check()
            await self._stopping.sleep(self._access.first_wait)
            answer = await self._exchange("POST", _TOKEN, body, headers)
        if not isinstance(answer.body, dict):
            raise NotClarus(obstacles.page(self._access, answer, " when asked for a token"))
        return answer

    async def _exchange(self, method: str, path: str, body: bytes, headers: httpx.Headers) -> Answer:
        """Send one request and take down what came of it."""
        # With `content=` httpx adds headers one by one, which takes three times as long as all the rest.
        stream = httpx.ByteStream(body)
        request = httpx.Request(method, self._url(path), headers=headers, stream=stream, extensions=self._timeouts)
        if not self._is_ours:
            request.headers["Content-Length"] = str(len(body))  # ours counts by itself
            self._departure.watch(request)
        async with self._pace as left:
            self._pages.check()  # others may have met a wall while this one waited
            self.requests += 1
            try:
                async with self._stopping.interruptible(_GRACE):
                    response = await self._transport.handle_async_request(request)
                    content = await content_of(response)
                answer = answer_of(response, content)
            except Unfinished as reason:
                return Answer(None, reached=self._departure.may_have_left(request), trouble=str(reason))
            except httpx.HTTPError as error:
                return self._unanswered(request, error)
            if answer.page or (answer.status is not None and answer.status >= 300):
                if self._met_a_page(answer, path, left):
                    return answer
            else:
                self._pages.passed()
            if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
                # A wait of none, or a date by a clock that is behind ours, would be no pause at all.
                held = self._pace.hold(max(answer.retry_after or 0.0, self._access.first_wait))
                if answer.retry_after:
                    self._writing.excuse(held)
                    self._asking.excuse(held)
            elif answer.status is not None and answer.status < 500:
                # Lookups come between writes and differ much: writes alone tell whether Clarus is getting slower.
                self._pace.answered(path, None if path == _GRAPHQL else left)
            return answer

    def _unanswered(self, request: httpx.Request, error: httpx.HTTPError) -> Answer:
        """What an exchange that failed says; trouble that lasts, and that nothing of it has left, ends the run."""
        if self._departure.may_have_left(request, error):
            return Answer(None, trouble=_words(error))
        if trouble := certificate_trouble(error):
            raise obstacles.certificate(self._access, trouble) from error
        status = request.extensions.get("proxy_status")
        if (status is not None and status < 500) or is_not_http(error):
            raise obstacles.proxy_refusal(self._access, status) from error
        return Answer(None, reached=False, trouble=_words(error))

    def _met_a_page(self, answer: Answer, path: str, left: float) -> bool:
        """See whether somebody else has answered, and whether that is worth another try.

        Raises:
            NotClarus: it is not.
            ProxyRefused: nor is it with the proxy.
        """
        status = answer.status or 0
        if status in REDIRECTS and answer.location:
            raise obstacles.redirect(self._access, answer)
        if status == 407:
            raise obstacles.proxy_refusal(self._access, status)
        if status == 511:
            raise obstacles.sign_in(self._access, answer)
        if status >= 500 or status in (401, 408, 429) or path == _TOKEN:
            return False
        if is_of_clarus(answer) if path == _GRAPHQL else is_refusal(answer) or (status < 400 and not answer.page):
            self._pages.passed()
            return False
        rounds = self._pages.met(left, obstacles.page(self._access, answer))
        if rounds > 1:  # a single one between answers of Clarus keeps nobody waiting
            self._pace.pause(self._access.first_wait * 2.0 ** (rounds - 2))
        return True

    def _url(self, path: str) -> httpx.URL:
        if path not in self._urls:  # parsing one takes longer than sending to it
            if len(self._urls) == _PATHS_KEPT:
                self._urls.clear()
            self._urls[path] = httpx.URL(self._access.base_url.rstrip("/") + path)
        return self._urls[path]

    def _failed(self, patience: Patience, answer: Answer) -> None:
        log.info("%s", answer.said)
        patience.failed(answer.said)


class _Settled:
    """Whether a write needs no other try: taken, refused, in doubt, or met by a page often enough."""

    def __init__(self) -> None:
        self._pages = 1

    def __call__(self, answer: Answer) -> bool:
        judged = meaning(answer)
        self._pages += judged is Meaning.NOT_ANSWERED
        return self._pages >= _TRIES_AT_A_PAGE or judged not in (Meaning.NOT_MADE, Meaning.NOT_ANSWERED)


def _replied(answer: Answer) -> bool:
    """Whether a request that may be repeated freely has had a reply, good or bad."""
    return answer.status is not None and answer.status not in (408, 429) and answer.status < 500


def _answered(answer: Answer) -> bool:
    """Whether a query has had its answer, and from Clarus."""
    return _replied(answer) and is_of_clarus(answer)


def _timeouts(access: Access) -> dict[str, float]:
    return {
        "connect": access.connect_timeout,
        "read": access.timeout,
        "write": access.timeout,
        "pool": access.connect_timeout + access.timeout,
    }


def _wait_before_next(error: Exception) -> bool | float:
    """Tell stamina how long to wait: after a 429 the pace holds everybody back already."""
    if not isinstance(error, _TryAgain):
        return False
    return 0.0 if error.answer.status == 429 else True


def _words(error: Exception) -> str:
    """The exception in words for the log; httpx puts no request content into its messages."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
