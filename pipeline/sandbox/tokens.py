"""OAuth 2.0 as Clarus speaks it: the client-credentials flow, and tokens that end."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from pipeline.sandbox import answers
from pipeline.sandbox.answers import Answer


@dataclass(slots=True)
class Tokens:
    client_id: str
    client_secret: str
    ready: str  # a token that is accepted as long as the sandbox lives; empty for none
    seconds: float  # how long an issued token lives
    tell_seconds: bool  # whether an answer says so in `expires_in`
    clock: Callable[[], float]
    _ends: dict[str, float] = field(default_factory=dict)

    def accepts(self, token: str) -> bool:
        if self.ready and secrets.compare_digest(token.encode(), self.ready.encode()):
            return True
        return self.clock() < self._ends.get(token, float("-inf"))

    def revoke(self) -> None:
        """End every issued token at once, as a front-end login of the same user does."""
        self._ends = {}

    def issue(self, form: bytes) -> Answer:
        """Answer a request to `/oauth/token`; refusals have the shape of RFC 6749, 5.2."""
        asked = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        if "grant_type" not in asked:
            return answers.json({"error": "invalid_request"}, 400)
        if asked["grant_type"] != "client_credentials":
            return answers.json({"error": "unsupported_grant_type"}, 400)
        known = (asked.get("client_id"), asked.get("client_secret")) == (self.client_id, self.client_secret)
        if not known:
            return answers.unauthorized("invalid_client")
        token = secrets.token_urlsafe(24)
        self._ends[token] = self.clock() + self.seconds
        told: dict[str, str | int] = {"access_token": token, "token_type": "Bearer"}
        if self.tell_seconds:
            told["expires_in"] = int(self.seconds)
        if "scope" in asked:
            told["scope"] = asked["scope"]
        return answers.json(told)
