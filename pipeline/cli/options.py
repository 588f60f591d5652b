"""The options of the command line as values: the configuration under them, how much is told, and how Clarus is reached.

Commands that only look at the ledger start from here: nothing heavy is imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from pipeline.config import Settings, load_settings, require_access


@dataclass(frozen=True, slots=True)
class Telling:
    """How much is told, and to whom."""

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False


def settings_of(options: Mapping[str, Any], *, with_contracts: bool = True) -> Settings:
    """The configuration, with the options of the command line over it.

    Commands that read no file do without what speaks of record types and columns.
    """
    overrides = {
        "inbox": options.get("inbox"),
        "outbox": options.get("outbox"),
        "clarus.concurrency": options.get("concurrency"),
        "clarus.rate": options.get("rate"),
    }
    return load_settings(
        options.get("config"),
        options.get("profile"),
        environ=os.environ,
        overrides=overrides,
        with_contracts=with_contracts,
    )


def telling_of(options: Mapping[str, Any]) -> Telling:
    """How much is printed, and for whom."""
    return Telling(options["as_json"], options["quiet"], bool(options["verbose"]))


@contextmanager
def reached_clarus(settings: Settings, sandbox: bool) -> Iterator[tuple[Settings, str]]:
    """The settings that reach Clarus, or a sandbox that remembers its records beside the ledger."""
    if not sandbox:
        require_access(settings)
        yield settings, ""
        return
    from pipeline.cli.sandbox_records import declared_to_sandbox
    from pipeline.sandbox import Sandbox

    field = settings.clarus.storage_unit_field
    journal = settings.outbox / ".sandbox.jsonl"
    with Sandbox(journal=journal, storage_unit_field=field, declared=declared_to_sandbox()) as server:
        secret = SecretStr("sandbox")
        reached = {"base_url": server.url, "subdomain": "sandbox", "client_id": "sandbox", "client_secret": secret}
        direct = {"proxy": "", "ca_file": None, "client_certificate_file": None, "client_key_file": None}
        reached |= {"access_token": SecretStr(""), "api_path": "/api"}
        own = settings.clarus.model_copy(update={**reached, **direct})
        # Its port is another one each time; the ledger must know it again.
        yield settings.model_copy(update={"clarus": own}), sandbox_tenant(settings)


def sandbox_tenant(settings: Settings) -> str:
    """The stand-in's records lie in the outbox: in a shared ledger, every outbox has a tenant of its own for them."""
    return f"sandbox@{settings.outbox.resolve()}" if settings.cluster.address else "sandbox"
