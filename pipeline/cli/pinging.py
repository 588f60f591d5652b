"""The `ping` command: could a run begin now?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from pipeline.cli.options import reached_clarus, settings_of, telling_of
from pipeline.cli.screen import harmless, tell
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.runs.access import access_of
from pipeline.runs.outbox import make_folders, owners_alone
from pipeline.runs.readiness import Check, clarus_checks, local_checks
from pipeline.stopping import Stopping, listening


def ping_all(**options: Any) -> int:
    """Look at everything that a run needs; return the exit code of the first thing that is not well."""
    checks = list(_checks(options))
    exit_code = next((check.exit_code for check in checks if not check.is_well), 0)
    telling = telling_of(options)
    if telling.as_json:
        told = [{"check": check.name, "ok": check.is_well, "message": check.words} for check in checks]
        tell(orjson.dumps({"exit_code": exit_code, "checks": told}, option=orjson.OPT_INDENT_2).decode())
    else:
        for check in checks:
            if not (telling.quiet and check.is_well):
                tell(harmless(f"{'ok' if check.is_well else 'FAILED':<6}  {check.name:<13}  {check.words}"))
    return exit_code


def _checks(options: Mapping[str, Any]) -> Iterator[Check]:
    try:
        settings = settings_of(options)
    except PipelineError as error:
        # Each check is a line.
        yield Check("configuration", "; ".join(str(error).splitlines()), error.exit_code)
        return
    yield Check("configuration", f"is good; inbox {settings.inbox}, outbox {settings.outbox}")
    yield from _of_clarus(settings, options)
    yield from local_checks(settings)


def _of_clarus(settings: Settings, options: Mapping[str, Any]) -> Iterator[Check]:
    stopping = Stopping()
    try:
        if options["sandbox"]:  # it keeps its records in the outbox
            make_folders(settings.outbox)
        with (
            listening(stopping.stop),
            owners_alone(),
            reached_clarus(settings, options["sandbox"]) as (reached, known_as),
        ):
            yield from asyncio.run(clarus_checks(access_of(reached, known_as), stopping))
    except PipelineError as error:
        yield Check("credentials", str(error), error.exit_code)
