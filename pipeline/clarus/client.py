"""The one way to Clarus: every request of a run goes through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import stamina

from pipeline.clarus import obstacles
from pipeline.clarus.access import Access
from pipeline.clarus.answers import (
    Answer,
    Meaning,
    complaint,
    data,
    is_of_clarus,
    may_pass,
    meaning,
    says_no_more_than_done,
    unknown_attribute,
)
from pipeline.clarus.exchanges import GRAPHQL, TOKEN, Exchanges
from pipeline.clarus.patience import Patience
from pipeline.clarus.tokens import Tokens
from pipeline.errors import CredentialsRefused, LookupRefused, NotClarus, SettingRefused
from pipeline.stopping import Fence, Stopping

log = logging.getLogger(__name__)

_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TOKENS_A_REQUEST = 5  # refused tokens after which a request stops asking for another
_ASKED_AGAIN = 4  # times a query that is answered by an error is asked again, after 1, 2, 4 and 8 seconds
_TRIES_AT_A_PAGE = 3  # of one record, while others pass


class _TryAgain(Exception):
    """The request is certainly without effect; it may be repeated after so many seconds, or after a backoff."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.said)
        self.answer = answer


class Clarus:
    """Sends writes and queries, with the tenant, a token and a shared pace.

    `async with` it.
    """

    def __init__(
        self,
        access: Access,
        stopping: Stopping | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = monotonic,
        fence: Fence | None = None,
    ) -> None:
        self._access = access
        self._stopping = stopping or Stopping()
        # Apart, because lookups may go well while every write fails.
        self._writing, self._asking = Patience(access.give_up, clock), Patience(access.give_up, clock)
        self._exchanges = Exchanges(access, self._stopping, transport, clock, (self._writing, self._asking), fence)
        self._headers = {
            "Host": httpx.URL(access.base_url).netloc.decode(),
            "User-Agent": "clarus-batch",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # else a server may compress, which takes longer to read
            "X-Clarus-Subdomain": access.subdomain,
        }
        self._tokens = Tokens(access.credentials, self._fetch_token, clock)
        self._token, self._json_headers = "", httpx.Headers()  # of the last request: they take long to make
        self._taken = 0  # answers to requests whose token Clarus took

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exchanges.aclose()

    @property
    def requests(self) -> int:
        """How many requests have left, those for tokens included."""
        return self._exchanges.requests

    @property
    def waited(self) -> float:
        """For how many seconds Clarus has asked us to wait, all requests together."""
        return self._exchanges.waited

    @property
    def said_date(self) -> str:
        """The moment by the clock of whoever answered last, as its header Date has it; "" where it says none."""
        return self._exchanges.last.headers.get("Date", "") if self._exchanges.last is not None else ""

    @property
    def tenant(self) -> str:
        """Whose records are written."""
        return self._access.tenant

    async def write(self, method: str, path: str, body: bytes, rested: bool = False) -> Answer:
        """Send one write until Clarus has taken it, refused it, or left it in doubt; never again when in doubt.

        `path` is relative to the API path, as in `/goods_outs`. `rested`: it was put aside since its last answer was
        lost, and perhaps nothing else was tried in that time.

        Raises:
            Unfinished: Clarus is out of reach, refuses our credentials, or the run was told to stop. Nothing can have
                reached Clarus then.
        """
        path = f"{self._access.api_path}{path}"
        self._writing.check(rested)
        answer = await self._authorised(method, path, body)
        judged = meaning(answer)
        if judged in (Meaning.NOT_MADE, Meaning.NOT_ANSWERED):
            answer = await self._until(_Settled(), self._writing, method, path, body)
            judged = meaning(answer)
        if judged in (Meaning.IN_DOUBT, Meaning.NOT_ANSWERED) and not (
            method != "POST" and says_no_more_than_done(answer)
        ):
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

    def for_a_last_look(self, seconds: float) -> Clarus:
        """Another client of the same tenant, which goes on although the run was told to stop, but not for long."""
        own = self._access
        timeout, connecting = min(own.timeout, seconds), min(own.connect_timeout, seconds)
        return Clarus(replace(own, give_up=min(own.give_up, seconds / 2), timeout=timeout, connect_timeout=connecting))

    async def greet(self) -> None:
        """Find out whether a proxy lets us through, before anything is begun; other trouble is left for later.

        Raises:
            ProxyRefused: it does not.
            NotClarus: it answers by itself.
        """
        if self._access.proxy:
            headers = httpx.Headers(self._headers)
            answer = await self._exchanges.send("GET", TOKEN, b"", headers)
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
        answer = await self._authorised("POST", GRAPHQL, body)
        if not _answered(answer):
            answer = await self._until(_answered, self._asking, "POST", GRAPHQL, body)
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
                self._exchanges.check()
                patience.check()
                raise _TryAgain(answer)

    async def _authorised(self, method: str, path: str, body: bytes) -> Answer:
        refused, left, taken = "", _TOKENS_A_REQUEST, self._taken
        while left:
            token = await self._tokens.current(refused)
            if token != self._token:
                self._token = token
                self._json_headers = httpx.Headers({**self._headers, **_JSON, "Authorization": f"Bearer {token}"})
            answer = await self._exchanges.send(method, path, body, self._json_headers)
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
        answer = await self._exchanges.send("POST", TOKEN, body, headers)
        while not _replied(answer):
            self._failed(self._asking, answer)
            self._asking.check()
            await self._stopping.sleep(self._access.first_wait)
            answer = await self._exchanges.send("POST", TOKEN, body, headers)
        if not isinstance(answer.body, dict):
            raise NotClarus(obstacles.page(self._access, answer, " when asked for a token"))
        return answer

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


def _wait_before_next(error: Exception) -> bool | float:
    """Tell stamina how long to wait: after a 429 the pace holds everybody back already."""
    if not isinstance(error, _TryAgain):
        return False
    return 0.0 if error.answer.status == 429 else True
