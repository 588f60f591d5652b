"""What the commands do, once they are called: configuration in, exit code out."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import orjson

from pipeline.cli.holding import held
from pipeline.cli.options import reached_clarus, settings_of, telling_of
from pipeline.cli.progress_display import watching
from pipeline.cli.recording import recording
from pipeline.cli.report import tell_check
from pipeline.cli.screen import tell, warn
from pipeline.config import Settings
from pipeline.config.declared import FOLDER, declare_records
from pipeline.errors import Stopped, UsageError
from pipeline.extract import READ
from pipeline.extract.sources import folders_named
from pipeline.runs.hold import Hold
from pipeline.runs.inbox import name_trouble, wait_until_whole, waiting_files
from pipeline.runs.outbox import make_folders, owners_alone
from pipeline.runs.reading import (
    ReadFile,
    StageOptions,
    configured_book,
    extract_file,
    require_address_book,
    validate_files,
)
from pipeline.runs.returning import KeptInputs
from pipeline.runs.unpacking import unpacked
from pipeline.stopping import Stopping, listening
from pipeline.transform import all_documents
from schemas import RECORD_TYPES, RecordType
from schemas.vocabulary.headings import fold, nearest

if TYPE_CHECKING:
    from pipeline.drops import Fetched
    from pipeline.runs.batch import Batch
    from pipeline.runs.hold import Hold
    from pipeline.runs.unsettled import BatchReport
    from pipeline.values.document_tables import DocumentTable


def run_files(files: Sequence[Path], dry_run: bool, **options: Any) -> int:
    """Load files, those named or those of the inbox, after the unfinished work of earlier runs."""
    with recording("run --dry-run" if dry_run else "run", options) as call:
        settings, stopping = settings_of(options), Stopping()
        call.tell_outsiders(settings, stopping)
        with listening(stopping.stop), owners_alone():
            make_folders(settings.inbox, settings.outbox)
            call.begin(settings)
            for file in files:
                _must_be_a_file(file)
            return call.end(_run_files(settings, files, dry_run, stopping, options))


def _run_files(
    settings: Settings, files: Sequence[Path], dry_run: bool, stopping: Stopping, options: Mapping[str, Any]
) -> BatchReport:
    from pipeline.runs.unsettled import BatchReport

    with held(settings, options, stopping) as hold:
        with_drop = bool(settings.drop.url) and not dry_run
        dropped = _fetch_dropped(settings, hold, stopping) if with_drop and not files else None
        taken, left = (list(files), False) if files else _from_inbox(settings, stopping)
        if dropped:
            taken, left = [*taken, *dropped.files], left or bool(dropped.left)
        if not taken and (dry_run or not _is_left(hold, "owed")):
            report = BatchReport(left_behind=left)
        elif dry_run:
            report = _with_clarus(settings, options, stopping, hold, lambda batch: batch.rehearse(taken), left)
        else:
            keep = bool(files)
            report = _with_clarus(settings, options, stopping, hold, lambda batch: batch.run(taken, keep), left)
        troubles = dropped.troubles if dropped else ()
        return _given_back(settings, hold, stopping, report, troubles) if with_drop else report


def _fetch_dropped(settings: Settings, hold: Hold, stopping: Stopping) -> Fetched:
    from pipeline.cli.dropping import fetch_dropped  # with what talks to other machines

    return fetch_dropped(settings, hold, stopping)


def _given_back(
    settings: Settings, hold: Hold, stopping: Stopping, report: BatchReport, troubles: Sequence[str] = ()
) -> BatchReport:
    from pipeline.cli.dropping import give_back

    if not troubles:  # else the drop is out of reach
        troubles = give_back(settings, hold, stopping)
    return replace(report, unsettled=(*report.unsettled, *troubles))


def retry_runs(run: str | None, send_unknown: bool, **options: Any) -> int:
    """Try again what earlier runs left unfinished."""
    with recording("retry", options) as call:
        settings, stopping = settings_of(options), Stopping()
        call.tell_outsiders(settings, stopping)
        if run is not None and Path(run).parent.resolve() == settings.outbox.resolve():
            run = Path(run).name  # as the shell completes it, and as the screen shows it
        with listening(stopping.stop), owners_alone():
            make_folders(settings.outbox)
            call.begin(settings)
            return call.end(_retry_runs(settings, run, send_unknown, stopping, options))


def _retry_runs(
    settings: Settings, run: str | None, send_unknown: bool, stopping: Stopping, options: Mapping[str, Any]
) -> BatchReport:
    from pipeline.runs.unsettled import BatchReport

    with held(settings, options, stopping) as hold:
        if run is None and not _is_left(hold, "unfinished"):
            return BatchReport()
        report = _with_clarus(settings, options, stopping, hold, lambda batch: batch.retry(run, send_unknown))
        return _given_back(settings, hold, stopping, report) if settings.drop.url else report


def check_files(files: Sequence[Path], output: Path | None, **options: Any) -> int:
    """Check files without a network; where a folder is named, write them there with all that is wrong marked."""
    settings = settings_of(options)
    for file in files:
        _must_be_a_file(file)
    stage_options = StageOptions.of(settings)
    kept = KeptInputs(settings.outbox, stage_options)
    with TemporaryDirectory() as folder:
        paths = unpacked(Path(folder), files)
        read_files = kept.restored([extract_file(path, stage_options, kept.how_read(path)) for path in paths])
        clean = validate_files(read_files, stage_options)
        tables = all_documents(clean, configured_book(settings))
        written = _marked(output, read_files, tables) if output else []
        return tell_check(read_files, tables, telling_of(options), written)


def _marked(folder: Path, files: Sequence[ReadFile], tables: Sequence[DocumentTable]) -> list[Path]:
    from pipeline.runs.checking import write_marked  # with it comes all that writes workbooks

    with owners_alone():
        make_folders(folder)
        return write_marked(folder, files, tables)


def map_export(file: Path, record_type: str | None, output: Path | None) -> int:
    """Propose how a customer's own export is read."""
    from pipeline.cli.mapping import propose_source

    declare_records(Path(FOLDER))
    return propose_source(file, _record_type(record_type) if record_type else None, output)


def serve_sandbox(host: str, port: int, latency: float, journal: Path | None) -> None:
    """Serve the stand-in for Clarus until it is interrupted."""
    from pipeline.cli.sandbox_records import declared_to_sandbox
    from pipeline.sandbox import Conditions, Sandbox, serve

    def ready(url: str) -> None:
        tell(f"Clarus sandbox at {url} (tenant sandbox, client sandbox, secret sandbox); Ctrl-C ends it")
        sys.stdout.flush()

    if host != "localhost" and not _is_loopback(host):
        raise UsageError(f"the sandbox listens on loopback only, not on {host}")
    declare_records(Path(FOLDER))
    slow = Conditions(latency_seconds=latency)
    try:
        server = Sandbox(host=host, port=port, journal=journal, conditions=slow, declared=declared_to_sandbox())
    except (OSError, ValueError) as error:
        raise UsageError(f"the journal {journal} cannot be read: {error}") from error
    try:
        serve(server, ready)
    except OSError as error:
        raise UsageError(f"the sandbox cannot listen on {host}:{port}: {error}") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def write_empty(record_type: str, output: Path | None, all_columns: bool, **options: Any) -> int:
    """Write an empty file of a record type."""
    from pipeline.describe.template import write_template

    settings = settings_of(options)  # which declares the record types of the user
    record = _record_type(record_type)
    target = output or Path(f"{record.name}.csv")
    match target.suffix.lower():
        case ".csv":
            write_template(record, target, "csv", settings, all_columns)
        case ".xlsx":
            write_template(record, target, "xlsx", settings, all_columns)
        case _:
            raise UsageError(f"{target}: a template is a .csv or an .xlsx file")
    telling = telling_of(options)
    if telling.as_json:
        tell(orjson.dumps({"file": str(target), "record_type": record.name}).decode())
    elif not telling.quiet:
        tell(f"{target} has every column of {record.name}")
    return 0


def show_fields(record_type: str | None, against: Path | None, **options: Any) -> int:
    """Show the columns of a record type, or what a document of Clarus says otherwise."""
    from pipeline.describe.fields import as_json as to_json
    from pipeline.describe.fields import as_text, describe

    settings, telling = settings_of(options), telling_of(options)  # the first declares the record types of the user
    if against is not None:
        from pipeline.cli.drift import show_differences

        return show_differences(_record_type(record_type) if record_type else None, against, settings, telling)
    if record_type is None:
        raise UsageError("name a record type, such as orders, or a document with --against")
    lines = describe(_record_type(record_type), settings)
    if telling.as_json:
        tell(orjson.dumps(to_json(lines), option=orjson.OPT_INDENT_2).decode())
    else:
        tell(as_text(lines))
    return 0


def _is_left(hold: Hold, what: Literal["owed", "unfinished"]) -> bool:
    """Whether any run of the outbox has something left: if not, Clarus is not needed, nor who we are there."""

    async def ask() -> bool:
        ledger = hold.read_ledger()
        try:
            return await ledger.has_runs(what)
        finally:
            await ledger.close()

    return asyncio.run(ask())


def _record_type(name: str) -> RecordType:
    record = {fold(known): record for known, record in RECORD_TYPES.items()}.get(fold(name))
    if record is None:
        likely = nearest(name, RECORD_TYPES)
        hint = f"did you mean {likely}?" if likely else f"there are {', '.join(RECORD_TYPES)}"
        raise UsageError(f"there is no record type {name}: {hint}")
    return record


def _must_be_a_file(file: Path) -> None:
    if not file.exists():
        raise UsageError(f"there is no file {file}")
    if not file.name.lower().endswith(READ):
        raise UsageError(f"{file}: only {', '.join(READ)} are read")
    if trouble := name_trouble(file.name):
        raise UsageError(f"{file}: {trouble}")


def _from_inbox(settings: Settings, stopping: Stopping) -> tuple[list[Path], bool]:
    """The files that wait in the inbox, and whether one has to stay there that should have been read."""

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        stopping.check()

    folders = folders_named(settings.sources)
    files, troubles = waiting_files(settings.inbox, READ, folders, settings.ignore_files)
    troubles |= {file: trouble for file in files if (trouble := name_trouble(file.name))}
    whole, opened = wait_until_whole(
        [file for file in files if file not in troubles], settings.settle_seconds, sleep=sleep
    )
    troubles |= dict.fromkeys(opened, "another program has it open for writing, and writes nothing")
    for file, trouble in troubles.items():
        warn(f"{file} is left where it is: {trouble}")
    return whole, bool(troubles)


def _with_clarus(
    settings: Settings,
    options: Mapping[str, Any],
    stopping: Stopping,
    hold: Hold,
    call: Callable[[Batch], Coroutine[Any, Any, BatchReport]],
    left_behind: bool = False,
) -> BatchReport:
    # Behind it stand the HTTP client and the stages that talk to Clarus, which `check` need not wait for.
    from pipeline.runs.access import access_of
    from pipeline.runs.batch import Batch

    require_address_book(settings)
    with (
        reached_clarus(settings, options["sandbox"]) as (reached, known_as),
        watching(options["quiet"], options["verbose"]) as progress,
    ):
        try:
            finished = asyncio.run(
                call(Batch(reached, access_of(reached, known_as), hold.watched(progress), stopping, hold))
            )
        except KeyboardInterrupt:
            raise Stopped("stopped at once; the next run goes on from the ledger") from None
    for file in finished.held:
        warn(f"{file} is left where it is: another program has it open")
    report = replace(finished, left_behind=left_behind)
    hold.ends_with(report.exit_code)
    return report


# Everything is imported. The collector is kept from looking through what stays, modules and the cells of the files,
# again and again: as it comes it takes a sixth of the time of a run, and documents come and go without its help.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
gc.enable()
