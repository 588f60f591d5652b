"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


class Mailbox:
    """What came, and who may send."""

    def __init__(self, user: str = "", password: str = "") -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.port = 0
        self._login = (user.encode(), password.encode())

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail; the name is aiosmtpd's."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append(envelope)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        """Whether user and password are right."""
        is_right = isinstance(data, LoginPassword) and (data.login, data.password) == self._login
        return AuthResult(success=is_right, handled=False)


@contextmanager
def serving_mail(
    mailbox: Mailbox, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[Mailbox]:
    """Serve while inside; `mailbox.port` is where."""
    more: dict[str, Any] = {"tls_context": starttls, "require_starttls": True} if starttls else {}
    if login:
        more |= {"authenticator": mailbox.authenticate, "auth_require_tls": bool(starttls)}
    with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd cannot look for a port itself
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, ssl_context=tls, **more)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
