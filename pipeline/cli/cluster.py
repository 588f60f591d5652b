"""Commands for more than one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from pipeline.cli.options import settings_of, telling_of
from pipeline.cli.screen import tell
from pipeline.config import Settings
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
