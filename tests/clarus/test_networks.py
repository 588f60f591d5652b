"""From an office: proxies and certificates, with the whole command over real sockets."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import trustme
from forwarding import Mood, Proxy, ended

from pipeline.clarus.access import Access
from pipeline.clarus.client import Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.errors import CertificateRefused, ClarusUnreachable, PipelineError, ProxyRefused, UsageError
from tests.conftest import Operator

SUPPLIERS = "supplier_code,supplier_name\n" + "".join(f"S{n},Supplier {n}\n" for n in range(30))
POST = "/api/suppliers"


def suppliers(operator: Operator) -> int:
    """How many of ours Clarus has; the codes are unique there only as far as we keep them so."""
    return sum(record.attributes["code"].startswith("S") for record in operator.clarus.records("suppliers"))


@pytest.fixture
def proxy(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with Proxy() as own:
        monkeypatch.setenv("HTTP_PROXY", own.url)
        yield own


def test_everything_goes_through_the_proxy(operator: Operator, proxy: Proxy) -> None:
    """This machine's own addresses too."""
    operator.drop("suppliers.csv", SUPPLIERS)

    result = operator.call("run")

    assert result.exit_code == 0, result.stderr
    assert sum(POST in line for line in proxy.heard) == 30
    assert operator.statuses("suppliers.results.csv") == ["created"] * 30


def test_what_no_proxy_names_is_reached_directly(
    operator: Operator, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small letters do as well."""
    monkeypatch.setenv("no_proxy", "example.com, 127.0.0.1")
    operator.drop("suppliers.csv", SUPPLIERS)

    assert operator.call("run").exit_code == 0
    assert proxy.heard == []


def test_the_configuration_wins(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the variables of a machine that somebody else has set up."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    operator.drop("suppliers.csv", SUPPLIERS)
    with Proxy() as own:
        operator.configure(top=f'proxy = "{own.url}"')

        assert operator.call("run").exit_code == 0

    assert own.heard


@pytest.mark.parametrize("mood", [Mood.CUTS_BEFORE, Mood.CUTS_AFTER])
def test_connections_that_the_proxy_cuts_make_nothing_twice(operator: Operator, proxy: Proxy, mood: Mood) -> None:
    """Before and after Clarus has committed the record."""
    posts = 0

    def now_and_then(line: str) -> Mood:
        nonlocal posts
        posts += POST in line
        return mood if POST in line and posts in (3, 9, 15, 21) else Mood.FORWARDS

    proxy.mood = now_and_then
    operator.drop("suppliers.csv", SUPPLIERS)
    before = suppliers(operator)

    result = operator.call("run")

    assert result.exit_code == 0, result.stderr
    assert suppliers(operator) == before + 30


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.WANTS_A_PASSWORD, "wants a user and password (407)"),
        (Mood.REFUSES, "something else answered 403"),
        (Mood.TALKS, "is no proxy"),
    ],
)
def test_a_proxy_that_is_of_no_use_ends_the_run_before_a_file_is_taken(
    operator: Operator, proxy: Proxy, mood: Mood, words: str
) -> None:
    """One sentence, exit 3, and the files wait in the inbox."""
    proxy.mood = lambda line: mood
    path = operator.drop("suppliers.csv", SUPPLIERS)

    result = operator.call("run")

    assert (result.exit_code, path.exists(), operator.posts()) == (3, True, 0)
    assert words in result.stderr
    assert proxy.url in result.stderr
    assert len(proxy.heard) == 1


def test_a_proxy_that_is_gone_ends_the_run_with_everything_pending(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Surely nothing was sent."""
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:9")
    operator.drop("suppliers.csv", SUPPLIERS)

    result = operator.call("run")

    assert result.exit_code == 3
    assert operator.statuses("suppliers.results.csv") == ["pending"] * 30


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTP_PROXY", "socks5://127.0.0.1:1080", "HTTP_PROXY must be an HTTP proxy"),
        ("http_proxy", "http://127.0.0.1:port", "HTTP_PROXY must be an address"),
        ("ALL_PROXY", "http://user:geheim@127.0.0.1:80/x", "ALL_PROXY must be an address alone"),
    ],
)
def test_a_malformed_proxy_is_an_error_of_the_configuration(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """Exit 2, with the variable and without its password."""
    monkeypatch.setenv(name, value)
    path = operator.drop("suppliers.csv", SUPPLIERS)

    result = operator.call("run")

    assert (result.exit_code, path.exists()) == (2, True)
    assert words in result.stderr
    assert "geheim" not in result.stderr


@pytest.mark.parametrize("value", ["http://me:geheim@proxy.test:80", "ftp://proxy.test", "http://"])
def test_a_malformed_proxy_in_the_file_is_an_error_too(operator: Operator, value: str) -> None:
    """A password belongs into the environment."""
    operator.configure(top=f'proxy = "{value}"')

    result = operator.call("run")

    assert result.exit_code == 2
    assert "clarus.toml" in result.stderr
    assert "geheim" not in result.stderr


def test_a_ca_file_that_is_no_certificate_is_an_error_of_the_configuration(operator: Operator) -> None:
    """One sentence, before a file is taken."""
    path = operator.drop("suppliers.csv", SUPPLIERS)
    (operator.folder / "ca.pem").write_text("not a certificate", encoding="utf-8")
    operator.configure(top='ca_file = "ca.pem"')

    result = operator.call("run")

    assert (result.exit_code, path.exists()) == (2, True)
    assert "ca.pem (ca_file or SSL_CERT_FILE) holds no certificate that can be read" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


ANSWER = b'{"access_token": "t", "data": {"id": 7, "type": "suppliers"}}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)


class Encrypted:
    """A server that answers every request alike, behind a certificate; in a thread of its own."""

    def __init__(
        self,
        authority: trustme.CA,
        name: str = "localhost",
        *,
        asks: bool = False,
        valid_until: datetime | None = None,
    ) -> None:
        self.heard: list[bytes] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        began = datetime(2020, 1, 1, tzinfo=UTC) if valid_until else None
        authority.issue_cert(name, not_before=began, not_after=valid_until).configure_cert(self._context)
        if asks:
            authority.configure_trust(self._context)
            self._context.verify_mode = ssl.CERT_REQUIRED
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self.url = ""

    def __enter__(self) -> Encrypted:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _live(self) -> None:
        self._loop.set_exception_handler(lambda loop, context: None)  # handshakes that clients break off
        listener = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context))
        self.url = f"https://localhost:{listener.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        listener.close()
        self._loop.run_until_complete(ended(asyncio.all_tasks(self._loop)))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                heading = await reader.readuntil(b"\r\n\r\n")
                _, _, length = heading.lower().partition(b"\r\ncontent-length:")
                self.heard.append(await reader.readexactly(int(length.split(b"\r\n")[0] or b"0")))
                writer.write(REPLY)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            writer.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def wrote(url: str, **access: object) -> int | None:
    """Write one record and return the status; what it raises is raised."""

    async def scenario() -> int | None:
        settings = {"give_up": 0.3, "first_wait": 0.01, **access}
        own = Access(url, "acme", Credentials("id", "secret"), **settings)  # type: ignore[arg-type]
        async with Clarus(own) as clarus:
            return (await clarus.write("POST", "/suppliers", b"{}")).status

    return asyncio.run(scenario())


@pytest.fixture
def pem(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.mark.parametrize("through_proxy", [False, True])
def test_a_private_authority_is_trusted_by_its_file(authority: trustme.CA, pem: Path, through_proxy: bool) -> None:
    """Through the tunnel of a proxy as well."""
    with Encrypted(authority) as server, Proxy() as proxy:
        assert wrote(server.url, ca_file=pem, proxy=proxy.url if through_proxy else "") == 200

    assert bool(proxy.heard) is through_proxy


@pytest.mark.parametrize("through_proxy", [False, True])
def test_a_certificate_that_cannot_be_verified_ends_at_once(authority: trustme.CA, through_proxy: bool) -> None:
    """One attempt, and the setting to look at."""
    words = r"certificate of localhost cannot be verified: .*ca_file.*SSL_CERT"

    with Encrypted(authority) as server, Proxy() as proxy, pytest.raises(CertificateRefused, match=words):
        wrote(server.url, give_up=60.0, first_wait=60.0, proxy=proxy.url if through_proxy else "")

    assert server.heard == []


def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, pem: Path) -> None:
    """A valid one of somebody else's server."""
    with (
        Encrypted(authority, "other.test") as server,
        pytest.raises(CertificateRefused, match="Hostname mismatch"),
    ):
        wrote(server.url, ca_file=pem)


def test_a_certificate_that_has_expired_is_refused(authority: trustme.CA, pem: Path) -> None:
    """It is named as that."""
    with (
        Encrypted(authority, valid_until=datetime(2021, 1, 1, tzinfo=UTC)) as server,
        pytest.raises(CertificateRefused, match="certificate has expired"),
    ):
        wrote(server.url, ca_file=pem)


def test_a_client_certificate_is_shown(authority: trustme.CA, pem: Path, tmp_path: Path) -> None:
    """With its key in the same file."""
    own = tmp_path / "me.pem"
    authority.issue_cert("me@acme.test").private_key_and_cert_chain_pem.write_to_path(str(own))

    with Encrypted(authority, asks=True) as server:
        assert wrote(server.url, ca_file=pem, client_certificate=own) == 200


@pytest.mark.parametrize(
    ("mood", "kind", "words"),
    [
        (Mood.WANTS_A_PASSWORD, ProxyRefused, "407"),
        (Mood.REFUSES, ProxyRefused, "refuses the way to localhost"),
        (Mood.TALKS, ProxyRefused, "is no proxy"),
        (Mood.CUTS_BEFORE, ClarusUnreachable, "nothing has succeeded"),
    ],
)
def test_a_tunnel_that_is_not_opened_is_surely_not_sent(
    authority: trustme.CA, pem: Path, mood: Mood, kind: type[PipelineError], words: str
) -> None:
    """An exception says so; a write in doubt would be looked up."""
    with Encrypted(authority) as server, Proxy(lambda line: mood) as proxy, pytest.raises(kind, match=words):
        wrote(server.url, ca_file=pem, proxy=proxy.url)

    assert server.heard == []


def test_variables_name_certificates_too(
    operator: Operator, authority: trustme.CA, pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for every other tool of the company."""
    from pipeline.config import load_settings

    environ = {"CLARUS_BASE_URL": "https://localhost:1", "REQUESTS_CA_BUNDLE": str(pem)}

    assert load_settings(environ=environ).clarus.ca_file == pem
    assert load_settings(environ={**environ, "SSL_CERT_FILE": "/other.pem"}).clarus.ca_file == Path("/other.pem")


def test_a_missing_file_of_certificates_is_named() -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match=r"gone.pem .*cannot be read: No such file"):
        wrote("https://localhost:1", ca_file=Path("gone.pem"))


def test_a_proxy_is_shown_without_its_password() -> None:
    """It may stand in a message or a log."""
    own = Access("https://clarus.test", "acme", Credentials(), proxy="http://me:geheim@proxy.test:8080")

    assert own.proxy_name == "http://proxy.test:8080"
    assert httpx.URL(own.proxy).password == "geheim"
