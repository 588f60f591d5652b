"""The same over TLS: kept connections, failures, and certificates that cannot be verified."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.clarus.talking_server import (
    OK,
    Script,
    Server,
    Talk,
    always,
    never_answer,
    once,
    post,
    read_and_reset,
    run,
)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = "-addext subjectAltName=DNS:localhost"
    command = [*request.split(), *names.split(), "-keyout", "-"]
    file.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path) -> ssl.SSLContext:
    """The side of a client that trusts the server."""
    return ssl.create_default_context(cafile=certificate)


def test_tls_connections_are_kept_and_reused(tls: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """Over TLS as over plain sockets; a server's hang-up between two requests goes unnoticed."""

    async def script(talk: Talk) -> None:
        for _ in range(3):
            await talk.request()
            await talk.say(OK)
        talk.hang_up()

    answers, _, server = post(script, times=6, pause=0.02, tls=tls, trusted=trusted)

    assert len(answers) == len(server.requests) == 6
    assert server.accepted == 2


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(once(), httpx.RemoteProtocolError, id="hangs up"),
        pytest.param(read_and_reset, httpx.RemoteProtocolError, id="resets"),
        pytest.param(never_answer, httpx.ReadTimeout, id="no answer in time"),
        pytest.param(once(OK[:-1]), httpx.ReadError, id="half a body"),
    ],
)
def test_failures_over_tls(
    tls: ssl.SSLContext, trusted: ssl.SSLContext, script: Script, expected: type[httpx.RequestError]
) -> None:
    """They have the names that they have without TLS."""
    _, [error], server = post(script, timeout=0.5, tls=tls, trusted=trusted)

    assert type(error) is expected
    assert (server.accepted, len(server.requests)) == (1, 1)


def test_a_certificate_that_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    """It is a ConnectError, and the server never sees the request or its token."""
    _, [error], server = post(always(OK), tls=tls)

    assert type(error) is httpx.ConnectError
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)
    assert server.requests == []


def test_a_certificate_for_another_host(tls: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """A trusted certificate that names another host is a ConnectError."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        with pytest.raises(httpx.ConnectError):
            await client.post(server.url.replace("localhost", "127.0.0.1"), content=b"{}")

    server = run(always(OK), test, tls=tls, trusted=trusted)

    assert server.requests == []


def test_plain_http_to_a_server_that_speaks_tls(tls: ssl.SSLContext) -> None:
    """The bytes of the request were written, so it is in doubt, although no such server can have understood them."""
    _, [error], server = post(always(OK), tls=tls, url="http://{}/")

    assert type(error) is httpx.RemoteProtocolError
    assert server.requests == []
