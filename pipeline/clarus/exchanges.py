"""One request, its answer, and what stood between: nothing is repeated here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from pipeline.clarus import obstacles
from pipeline.clarus.access import Access
from pipeline.clarus.answers import REDIRECTS, Answer, is_of_clarus, is_refusal
from pipeline.clarus.content import answer_of, content_of
from pipeline.clarus.departure import Departure, certificate_trouble, is_not_http
from pipeline.clarus.pace import Pace
from pipeline.clarus.patience import Pages, Patience
from pipeline.clarus.routes import most_at_once, transport_for
from pipeline.clarus.transport import Transport
from pipeline.errors import LeaseLost, Unfinished
from pipeline.stopping import Fence, Stopping

TOKEN, GRAPHQL = "/oauth/token", "/graphql"
_PATHS_KEPT = 100  # parsed; a path may name a product, and there are hundreds of thousands of these
_GRACE = 3.0  # seconds in which requests under way may still be answered when the run is told to stop


class Exchanges:
    """Sends requests at a shared pace and reads the answers.

    `patiences` hear of waits that Clarus asked for; `requests` counts what has left.
    """

    def __init__(
        self,
        access: Access,
        stopping: Stopping,
        transport: httpx.AsyncBaseTransport | None,
        clock: Callable[[], float],
        patiences: Sequence[Patience],
        fence: Fence | None = None,
    ) -> None:
        self._access, self._stopping, self._patiences = access, stopping, patiences
        # httpx.AsyncClient adds redirects, cookies and its own authentication, at twice the time of a request: of httpx
        # we need the request, the response and the transport.
        self._transport = transport or transport_for(access)
        self._departure = Departure(self._transport)
        self._is_ours = isinstance(self._transport, Transport)
        self._fence = fence
        self._extensions: dict[str, Any] = {"timeout": _timeouts(access)}
        if fence is not None:
            self._extensions["fence"] = fence.check
        self._longest = access.connect_timeout + access.timeout
        self._pace = Pace(most_at_once(access), access.rate, access.longest_hold, clock, stopping)
        self._pages = Pages(clock)
        self._urls: dict[str, httpx.URL] = {}
        self.requests = 0
        self.last: httpx.Response | None = None  # the last response that came, of whatever it was

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    @property
    def waited(self) -> float:
        """For how many seconds Clarus has asked us to wait."""
        return self._pace.waited

    def check(self) -> None:
        """See whether Clarus itself still answers.

        Raises:
            NotClarus: a handful of answers in a row were pages of something else.
        """
        self._pages.check()

    async def send(self, method: str, path: str, body: bytes, headers: httpx.Headers) -> Answer:
        """Send one request and take down what came of it.

        Raises:
            Unfinished: to go on would be of no use, and nothing can have come of this request.
        """
        # With `content=` httpx adds headers one by one, which takes three times as long as all the rest.
        stream = httpx.ByteStream(body)
        request = httpx.Request(method, self._url(path), headers=headers, stream=stream, extensions=self._extensions)
        if not self._is_ours:
            request.headers["Content-Length"] = str(len(body))  # ours counts by itself
            self._departure.watch(request)
        async with self._pace as left:
            self._pages.check()  # others may have met a wall while this one waited
            self.requests += 1
            try:
                if self._fence is not None:
                    self._fence.check()
                async with self._stopping.interruptible(_GRACE):
                    self.last, content = await self._response(request)
                answer = answer_of(self.last, content)
            except Unfinished as reason:
                if isinstance(reason, LeaseLost) and not self._departure.may_have_left(request, reason):
                    self._stopping.stop(reason)
                    raise
                return Answer(None, reached=self._departure.may_have_left(request), trouble=str(reason))
            except httpx.HTTPError as error:
                return self._unanswered(request, error, path == TOKEN)
            if answer.page or (answer.status is not None and answer.status >= 300):
                if self._met_a_page(answer, path, left):
                    return answer
            else:
                self._pages.passed()
            if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
                # A wait of none, or a date by a clock that is behind ours, would be no pause at all.
                held = self._pace.hold(max(answer.retry_after or 0.0, self._access.first_wait))
                if answer.retry_after:
                    for patience in self._patiences:
                        patience.excuse(held)
            elif answer.status is not None and answer.status < 500:
                # Lookups come between writes and differ much: writes alone tell whether Clarus is getting slower.
                self._pace.answered(path, None if path == GRAPHQL else left)
            return answer

    async def _response(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        if self._is_ours:
            response = await self._transport.handle_async_request(request)
            return response, await content_of(response)
        try:
            # Other transports bound the wait for each piece of an answer, which one by one may come for ever.
            async with asyncio.timeout(self._longest):
                response = await self._transport.handle_async_request(request)
                return response, await content_of(response)
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"no whole answer within {self._longest:g} s") from error

    def _unanswered(self, request: httpx.Request, error: httpx.HTTPError, is_harmless: bool) -> Answer:
        """What an exchange that failed says; trouble that lasts ends the run, where nothing can have come of it.

        Raises:
            CertificateRefused: who answers cannot prove to be Clarus.
            ProxyRefused: the proxy does not open the way, or is none.
        """
        left = self._departure.may_have_left(request, error)
        if left and not is_harmless:
            return Answer(None, trouble=_words(error))
        if trouble := certificate_trouble(error):
            raise obstacles.certificate(self._access, trouble) from error
        status = request.extensions.get("proxy_status")
        if (status is not None and status < 500) or (self._access.proxy and is_not_http(error)):
            raise obstacles.proxy_refusal(self._access, status) from error
        return Answer(None, reached=left, trouble=_words(error))

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
        if status >= 500 or status in (401, 408, 429) or path == TOKEN:
            return False
        if is_of_clarus(answer) if path == GRAPHQL else is_refusal(answer) or (status < 400 and not answer.page):
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


def _timeouts(access: Access) -> dict[str, float]:
    return {
        "connect": access.connect_timeout,
        "read": access.timeout,
        "write": access.timeout,
        "pool": access.connect_timeout + access.timeout,
    }


def _words(error: Exception) -> str:
    """The exception in words for the log; httpx puts no request content into its messages."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
