"""Where Clarus is, as whom it is asked, and on which way it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline.clarus.tokens import Credentials


@dataclass(frozen=True, slots=True)
class Access:
    """Where Clarus is, as whom, on which way, and how patiently it is asked."""

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
    storage_unit_field: str = ""  # the attribute of receipt lines that Clarus may not know
    proxy: str = ""  # its address, with user and password where it wants them
    ca_file: Path | None = None  # certificates that are trusted instead of the system's
    client_certificate: Path | None = None  # with its key, or the key apart
    client_key: Path | None = None

    @property
    def tenant(self) -> str:
        """Whose records these are: the same subdomain on another host is another tenant."""
        return self.known_as or f"{self.subdomain}@{httpx.URL(self.base_url).host}"

    @property
    def proxy_name(self) -> str:
        """The proxy as it may be shown: never with its password."""
        url = httpx.URL(self.proxy)
        return f"{url.scheme}://{url.netloc.decode('ascii')}"
