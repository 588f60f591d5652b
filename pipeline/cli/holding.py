"""Who a command is to the others that could do the same now: the holder of the outbox, or of the tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipeline.cli.options import sandbox_tenant
from pipeline.cli.screen import harmless, tell
from pipeline.config import Settings
from pipeline.errors import PipelineError, UsageError
from pipeline.runs.hold import Aside, Hold, holding_tenant, not_held
from pipeline.stopping import Stopping


@contextmanager
def held(
    settings: Settings, options: Mapping[str, Any], stopping: Stopping, aside: Aside | None = None
) -> Iterator[Hold]:
    """Hold what the command works on, while it does.

    Raises:
        OutboxBusy: another run holds it.
        UsageError, LedgerUnusable: it cannot be held; the sentence says why.
    """

    def say(words: str) -> None:
        if not options["quiet"]:
            tell(harmless(words), err=True)

    tenant = tenant_of(settings, options.get("sandbox", False)) if settings.cluster.address else ""
    with holding_tenant(settings, tenant, stopping, say, aside) as hold:
        yield hold


def reading(settings: Settings, options: Mapping[str, Any]) -> Hold:
    """What a command needs that only looks into the ledger."""
    return not_held(settings, tenant_of(settings, options.get("sandbox", False)) if settings.cluster.address else "")


def history_place(settings: Settings, options: Mapping[str, Any]) -> Hold:
    """Where the history of calls is: in the outbox, or in the ledger of the tenant where that is known."""
    try:
        return reading(settings, options)
    except PipelineError:
        return Hold(settings.outbox)


def tenant_of(settings: Settings, sandbox: bool) -> str:
    """By what name the ledger knows whose records these are.

    Raises:
        UsageError: that is not known.
    """
    if sandbox:
        return sandbox_tenant(settings)
    if not settings.clarus.subdomain:
        raise UsageError("whose records these are is not known: set clarus.subdomain or CLARUS_SUBDOMAIN")
    from pipeline.runs.access import access_of

    return access_of(settings).tenant
