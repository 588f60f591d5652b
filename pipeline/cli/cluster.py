"""Commands for more than one machine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from pipeline.cli.options import Telling, settings_of, telling_of
from pipeline.cli.screen import harmless, tell, warn
from pipeline.cluster.tenants import Cluster, shown
from pipeline.config import Settings, load_settings
from pipeline.errors import UsageError
from pipeline.runs.hold import require_driver


def init_cluster(embedded: Path | None, **options: Any) -> int:
    """Make the tables of the shared ledger, and bring an embedded one along."""
    settings = settings_of(options)
    address = address_of(settings)
    from pipeline.cluster.init import prepare

    prepared = prepare(address, embedded)
    telling = telling_of(options)
    if telling.as_json:
        told = {"exit_code": 0, "ledger": prepared.name, "version_before": prepared.before}
        tell(orjson.dumps({**told, "imported": dict(prepared.imported)}).decode())
    elif not telling.quiet:
        tell(prepared.sentence)
    return 0


def run_worker(**options: Any) -> int:
    """Serve the tenants of the cluster."""
    cluster = cluster_of(options)
    from pipeline.cluster.worker import work

    def say(words: str) -> None:
        if not options["quiet"]:
            warn(words)

    say(f"serving {', '.join(map(shown, cluster.tenants()))}")
    return work(cluster, say)


def enqueue_tenants(profiles: Sequence[str], **options: Any) -> int:
    """Have tenants looked at now."""
    cluster = cluster_of(options)
    tenants = cluster.tenants(profiles)
    from pipeline.cluster.enqueue import enqueue

    reminded = enqueue(cluster, tenants, only_with_work=not profiles)
    telling = telling_of(options)
    if telling.as_json:
        tell(orjson.dumps({"exit_code": 0, "enqueued": reminded}).decode())
    elif not telling.quiet:
        tell(f"enqueued: {', '.join(map(shown, reminded))}" if reminded else "nothing to do")
    return 0


def show_cluster(cluster: Cluster, named: Sequence[str], telling: Telling) -> int:
    """Say how the tenants stand."""
    from pipeline.cluster.status import as_json, as_lines, cluster_standing

    found = cluster_standing(cluster, named)
    if telling.as_json:
        tell(orjson.dumps(as_json(found), option=orjson.OPT_INDENT_2).decode())
    elif found.exit_code or not telling.quiet:
        tell("\n".join(map(harmless, as_lines(found))))
    return found.exit_code


def cluster_of(options: Mapping[str, Any]) -> Cluster:
    """The configuration that the tenants come from.

    Raises:
        UsageError: no shared ledger is set, or its driver is not installed.
    """
    config = options.get("config")
    settings = load_settings(config, environ=os.environ)
    address_of(settings)
    return Cluster(settings, config, os.environ)


def address_of(settings: Settings) -> str:
    """The address of the shared ledger.

    Raises:
        UsageError: none is set, or the driver of PostgreSQL is not installed.
    """
    if not settings.cluster.address:
        raise UsageError(
            "where the shared ledger is, is not known: name a file with its postgresql:// address in ledger_file under"
            " [cluster], or set CLARUS_LEDGER"
        )
    require_driver()
    return settings.cluster.address
