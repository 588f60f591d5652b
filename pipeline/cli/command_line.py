"""The command line: words to values, and errors to exit codes. It decides nothing else.

Nothing but click is imported before a command runs, so that `--help` is there at once.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.screen import harmless, has_colours, prepare, tell
from pipeline.errors import PipelineError, Unfinished

if TYPE_CHECKING:
    from collections.abc import Callable


_EPILOG = (
    "Exit codes: 0 Clarus holds what the files say; 1 some rows need someone, or a file could not be read; "
    "2 wrong usage or configuration; "
    "3 could not finish (Clarus unreachable, credentials refused, stopped); 4 another run holds the outbox."
)
_REPORT = (
    "This is a fault of clarus-batch, not of your files. What was sent is in the ledger, and the next run goes on from "
    "there. Please report it to whoever maintains clarus-batch, with the output of the same command with -v -v"
)
_FILE = click.Path(path_type=Path)
_PORT = click.IntRange(0, 65535)
_SECONDS = click.FloatRange(min=0)
_FOLDER = click.Path(file_okay=False, path_type=Path)


class _Command(click.Command):
    """Ends with the exit code of an error and one sentence, never with a traceback that nobody asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        # Imports leave nothing to collect, and looking for it takes a tenth of their time: `commands` enables it again.
        gc.disable()
        prepare()
        ctx.color = has_colours()
        # While everything is being imported; those who have something to finish listen for it themselves.
        for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            raise
        except PipelineError as error:
            self._end(ctx, error.exit_code, str(error))
        except KeyboardInterrupt:
            self._end(ctx, Unfinished.exit_code, "stopped")
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            self._end(ctx, Unfinished.exit_code, f"{place}{error.strerror or error}", error)
        except Exception as error:  # the last door: whatever comes here was not foreseen
            self._end(ctx, Unfinished.exit_code, f"{type(error).__name__}: {error}", error, f". {_REPORT}")

    def _end(
        self, ctx: click.Context, exit_code: int, words: str, fault: Exception | None = None, advice: str = ""
    ) -> None:
        tell(harmless(f"clarus-batch: {words}{advice}"), err=True)
        if ctx.params.get("as_json"):
            tell(json.dumps({"exit_code": exit_code, "error": words}))
        if fault is not None and ctx.params.get("verbose", 0) > 1:
            traceback.print_exception(fault)
        ctx.exit(exit_code)


class _Commands(click.Group):
    command_class = _Command


def _show_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib import metadata

    try:
        click.echo(f"clarus-batch {metadata.version('clarus-batch')}")
    except metadata.PackageNotFoundError:
        click.echo("clarus-batch, not installed: run from its source")
    context.exit()


@click.group(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Load CSV and Excel files into Clarus WMS: every row comes back with its Clarus id or the reason it has none."""


def _configured(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--profile", help="The profile of the configuration to use."),
        click.option("--config", type=_FILE, help="The configuration file; clarus.toml in this folder unless set."),
    ):
        command = option(command)
    return command


def _telling(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print only what went wrong."),
        click.option("-v", "--verbose", count=True, help="List every problem, and each retry; -v -v adds tracebacks."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for other programs."),
    ):
        command = option(command)
    return command


def _reaching(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--sandbox", is_flag=True, help="Use the built-in stand-in for Clarus; needs no credentials."),
        click.option("--outbox", type=_FOLDER, help="Folder of the results and the ledger; outbox unless set."),
    ):
        command = option(command)
    return command


def _loading(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--rate", type=float, help="Limit of requests a second; none unless set."),
        click.option("--concurrency", type=int, help="Limit of requests at the same time, 1 to 512; 32 unless set."),
    ):
        command = option(command)
    return _reaching(command)


@main.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--inbox", type=_FOLDER, help="Folder that files are picked up from; inbox unless set.")
@click.option("--dry-run", is_flag=True, help="Rehearse: look everything up in Clarus, but send nothing.")
@_loading
@_configured
@_telling
def run(files: tuple[Path, ...], **options: Any) -> None:
    """Load FILES, or everything in the inbox.

    Unfinished work of earlier runs is done first. Files from the inbox are moved into a new folder in the outbox; files
    named here are copied there. The results are written beside them.
    """
    from pipeline.cli.commands import run_files

    sys.exit(run_files(files, **options))


@main.command()
@click.argument("run", required=False)
@click.option("--send-unknown", is_flag=True, help="Also send unknown rows again that Clarus cannot be asked about.")
@_loading
@_configured
@_telling
def retry(run: str | None, **options: Any) -> None:
    """Try again what RUN, or every run, left unfinished.

    RUN is the name of a folder in the outbox. Results are rewritten in place; no file has to be dropped in again.
    Invalid rows wait for a corrected file.
    """
    from pipeline.cli.commands import retry_runs

    sys.exit(retry_runs(run, **options))


@main.command()
@click.argument("run", required=False)
@_reaching
@_configured
@_telling
def audit(run: str | None, **options: Any) -> None:
    """Prove that Clarus holds what was created, each record once.

    RUN is the name of a folder in the outbox; without it, every run is audited.

    Records that are gone or there twice are listed, and the results of their runs are rewritten. Exit code 0: all is
    well; 1: something is wrong; 3: Clarus could not be asked.
    """
    from pipeline.cli.upkeep import audit_runs

    sys.exit(audit_runs(run, **options))


@main.command()
@click.argument("record_type", metavar="[TYPE]", required=False)
@click.argument("reference", required=False)
@click.option("--account", help="Account of the document; needed where several accounts have the reference.")
@click.option("--send-again", is_flag=True, help="Forget it although Clarus does not list such records.")
@click.option("--run", "run", help="Let go of what this run has left to do, instead.")
@_reaching
@_configured
@_telling
def forget(record_type: str | None, reference: str | None, run: str | None, **options: Any) -> None:
    """Let REFERENCE be sent as if it never had been.

    Clarus is asked first: while it has the record, nothing is forgotten (exit code 1).
    """
    from pipeline.cli.upkeep import forget_entry

    sys.exit(forget_entry(record_type, reference, run, **options))


@main.command()
@_reaching
@_configured
@_telling
def rebuild(**options: Any) -> None:
    """Make a new ledger from the results files in the outbox.

    For an outbox whose ledger is lost or damaged. An old ledger is kept under another name. Needs no network.
    """
    from pipeline.cli.upkeep import rebuild_ledger

    sys.exit(rebuild_ledger(**options))


@main.command()
@click.argument("files", nargs=-1, type=_FILE, required=True)
@_configured
@_telling
def check(files: tuple[Path, ...], **options: Any) -> None:
    """Check FILES without a network.

    Problems are listed; nothing is sent, moved or written. Exit code 0: no errors; 1: errors. Only Clarus knows whether
    a code exists there: `run --dry-run` looks it up without sending anything.
    """
    from pipeline.cli.commands import check_files

    sys.exit(check_files(files, **options))


@main.command()
@click.option("--dir", "folder", type=_FOLDER, default="clarus-demo", show_default=True, help="Folder to create.")
@_telling
def demo(folder: Path, **options: Any) -> None:
    """Try everything on sample files, with a built-in stand-in for Clarus.

    The exit code is 1, because the samples contain mistakes.
    """
    from pipeline.cli.demo import run_demo

    sys.exit(run_demo(folder, **options))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; this machine only.")
@click.option("--port", type=_PORT, default=8080, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--latency", type=_SECONDS, default=0.0, show_default=True, help="Seconds that each answer takes.")
@click.option("--journal", type=_FILE, help="File that keeps the records; without it they are lost at the end.")
def sandbox(host: str, port: int, latency: float, journal: Path | None) -> None:
    """Run the stand-in for Clarus alone, until Ctrl-C."""
    from pipeline.cli.commands import serve_sandbox

    serve_sandbox(host, port, latency, journal)


@main.command()
@click.argument("record_type", metavar="TYPE")
@click.option("-o", "--output", type=_FILE, help="The file to write, .csv or .xlsx; TYPE.csv unless set.")
@_configured
@_telling
def template(record_type: str, output: Path | None, **options: Any) -> None:
    """Write an empty file with every column that TYPE accepts.

    A workbook has notes beside its headings, and drop-down lists of the words that Clarus accepts.
    """
    from pipeline.cli.commands import write_empty

    sys.exit(write_empty(record_type, output, **options))


@main.command()
@click.argument("record_type", metavar="TYPE")
@_configured
@_telling
def fields(record_type: str, **options: Any) -> None:
    """Show the columns that TYPE accepts: what they may hold and what they become."""
    from pipeline.cli.commands import show_fields

    sys.exit(show_fields(record_type, **options))


@main.command(name="map")
@click.argument("file", type=_FILE)
@click.option("--type", "record_type", help="The record type of the file; recognised unless set.")
@click.option("-o", "--output", type=_FILE, help="File for the proposed block; printed unless set.")
def map_file(file: Path, record_type: str | None, output: Path | None) -> None:
    """Propose a [[sources]] block for FILE, a customer's own export.

    Each line says why it is proposed. Needs no network and no configuration. Exit code 1: something is missing or open.
    """
    from pipeline.cli.commands import map_export

    sys.exit(map_export(file, record_type, output))
