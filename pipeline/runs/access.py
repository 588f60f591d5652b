"""How Clarus is reached, as the configuration says it."""

from __future__ import annotations

from pipeline.clarus.access import Access
from pipeline.clarus.tokens import Credentials
from pipeline.config import Settings


def access_of(settings: Settings, known_as: str = "") -> Access:
    """Put together how Clarus is reached, and by what name the ledger knows the tenant if not by its address."""
    own = settings.clarus
    credentials = Credentials(
        own.client_id, own.client_secret.get_secret_value(), own.scope, own.access_token.get_secret_value()
    )
    return Access(
        base_url=own.base_url,
        subdomain=own.subdomain,
        credentials=credentials,
        api_path=own.api_path,
        concurrency=own.concurrency,
        rate=own.rate,
        timeout=own.timeout_seconds,
        connect_timeout=own.connect_timeout_seconds,
        give_up=own.give_up_seconds,
        first_wait=own.retry_wait_seconds,
        longest_hold=own.retry_after_cap_seconds,
        known_as=known_as,
        storage_unit_field=own.storage_unit_field,
        proxy=own.proxy,
        ca_file=own.ca_file,
        client_certificate=own.client_certificate_file,
        client_key=own.client_key_file,
    )
