"""Access tokens, by the client-credentials flow of OAuth 2.0."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipeline.clarus.answers import Answer
from pipeline.errors import CredentialsRefused

_MARGIN = 0.1  # of its life, but at most so many seconds, a token is renewed before its end
_LONGEST_MARGIN = 30.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What gets a token: a client id and secret, or a token that is ready."""

    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    access_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"  # never the secrets

    @property
    def form(self) -> dict[str, str]:
        """The form to post for a token."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        return {**fields, "scope": self.scope} if self.scope else fields


class Tokens:
    """The token in use; however many requests want a new one, one is fetched."""

    def __init__(
        self,
        credentials: Credentials,
        fetch: Callable[[dict[str, str]], Awaitable[Answer]],
        clock: Callable[[], float],
    ) -> None:
        self._credentials, self._fetch, self._clock = credentials, fetch, clock
        self._token = credentials.access_token
        self._renew_at: float | None = None
        self._lock = asyncio.Lock()
        self._refusal = ""  # a client that is refused once is not asked for again: that may lock it

    async def current(self, refused: str = "") -> str:
        """Return a token other than the one that Clarus has refused.

        Raises:
            CredentialsRefused: there is no other.
        """
        if self._usable(refused):
            return self._token
        async with self._lock:
            if not self._usable(refused):  # else somebody else has fetched it while this one waited
                await self._renew()
            return self._token

    def _usable(self, refused: str) -> bool:
        fresh = self._renew_at is None or self._clock() < self._renew_at
        return bool(self._token) and self._token != refused and fresh

    async def _renew(self) -> None:
        if not self._credentials.client_id or not self._credentials.client_secret:
            raise CredentialsRefused("Clarus refuses the access token (CLARUS_ACCESS_TOKEN): get a new one")
        if self._refusal:
            raise CredentialsRefused(self._refusal)
        answer = await self._fetch(self._credentials.form)
        body = answer.body if isinstance(answer.body, dict) else {}
        token, life = body.get("access_token"), body.get("expires_in")
        if answer.status is None or not 200 <= answer.status < 300 or not isinstance(token, str) or not token:
            why = body.get("error_description") or body.get("error") or "no access_token in the answer"
            self._refusal = f"Clarus refused a token to client {self._credentials.client_id} ({answer.status}): {why}"
            raise CredentialsRefused(self._refusal)
        self._token = token
        self._renew_at = None
        if isinstance(life, int | float) and life > 0:
            self._renew_at = self._clock() + life - min(life * _MARGIN, _LONGEST_MARGIN)
