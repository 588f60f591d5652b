"""Commands that look after what was sent: audit, forget, rebuild."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import orjson

from pipeline.cli.holding import held, tenant_of
from pipeline.cli.options import reached_clarus, settings_of, telling_of
from pipeline.cli.progress_display import watching
from pipeline.cli.screen import tell
from pipeline.errors import UsageError
from pipeline.runs.access import access_of
from pipeline.runs.batch import Batch, forget_what_is_left
from pipeline.runs.forgetting import Forgotten, Wanted
from pipeline.runs.lock import holding
from pipeline.runs.outbox import make_folders, owners_alone
from pipeline.runs.rebuilding import rebuild
from pipeline.stopping import Stopping, listening

T = TypeVar("T")


def audit_runs(run: str | None, **options: Any) -> int:
    """Look up once more what one run made, or every run."""
    report = _with_clarus(options, lambda batch: batch.audit(run))
    telling = telling_of(options)
    if telling.as_json:
        told = {"exit_code": report.exit_code, "records": report.records, "faults": list(report.faults)}
        tell(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        for fault in report.faults:
            tell(fault)
        if not telling.quiet or report.faults:
            tell(f"{report.records:,} records audited, {len(report.faults) or 'no'} faults")
    return report.exit_code


def forget_entry(record_type: str | None, reference: str | None, run: str | None, **options: Any) -> int:
    """Take a document out of the ledger, or let go of what a run has left to do."""
    if run is not None:
        if record_type is not None:
            raise UsageError("name a document, TYPE and REFERENCE, or a run with --run, not both")
        settings = settings_of(options)
        make_folders(settings.outbox)
        with held(settings, options, Stopping()) as hold:
            return _say(asyncio.run(forget_what_is_left(hold, run)), options)
    if record_type is None or reference is None:
        raise UsageError("name what is to be forgotten: TYPE and REFERENCE, or --run RUN")
    wanted = Wanted(record_type, reference, options["account"], options["send_again"])
    return _say(_with_clarus(options, lambda batch: batch.forget(wanted)), options)


def rebuild_ledger(**options: Any) -> int:
    """Make a new ledger from the results files in the outbox."""
    settings = settings_of(options)
    make_folders(settings.outbox)
    with owners_alone(), holding(settings.outbox):
        told = asyncio.run(rebuild(settings, tenant_of(settings, options["sandbox"])))
    telling = telling_of(options)
    if telling.as_json:
        tell(orjson.dumps({"exit_code": 0, **told.counts}).decode())
    elif not telling.quiet:
        tell(told.sentence)
    return 0


def _say(forgotten: Forgotten, options: Mapping[str, Any]) -> int:
    telling = telling_of(options)
    if telling.as_json:
        tell(orjson.dumps({"exit_code": forgotten.exit_code, "message": forgotten.sentence}).decode())
    elif forgotten.exit_code or not telling.quiet:
        tell(forgotten.sentence)
    return forgotten.exit_code


def _with_clarus(options: Mapping[str, Any], call: Callable[[Batch], Coroutine[Any, Any, T]]) -> T:
    settings = settings_of(options)
    make_folders(settings.outbox)
    stopping = Stopping()
    with (
        listening(stopping.stop),
        owners_alone(),
        held(settings, options, stopping) as hold,
        reached_clarus(settings, options["sandbox"]) as (reached, known_as),
        watching(options["quiet"], options["verbose"]) as progress,
    ):
        return asyncio.run(call(Batch(reached, access_of(reached, known_as), hold.watched(progress), stopping, hold)))
