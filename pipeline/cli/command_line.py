"""The command line: words to values, and errors to exit codes. It decides nothing else.

Nothing but click is imported before a command runs, so that `--help` is there at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli import afterwards, clustered
from pipeline.cli.command import Commands
from pipeline.cli.option_groups import FILE, FOLDER, configured, loading, reaching, telling

_EPILOG = (
    "Exit codes: 0 Clarus holds what the files say; 1 some rows need someone, or a file could not be read; "
    "2 wrong usage or configuration; "
    "3 could not finish (Clarus unreachable, credentials refused, stopped); "
    "4 another run holds the outbox or the tenant."
)
_PORT = click.IntRange(0, 65535)
_SECONDS = click.FloatRange(min=0)


def _show_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib import metadata

    try:
        click.echo(f"clarus-batch {metadata.version('clarus-batch')}")
    except metadata.PackageNotFoundError:
        click.echo("clarus-batch, not installed: run from its source")
    context.exit()


@click.group(cls=Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Load CSV and Excel files into Clarus WMS: every row comes back with its Clarus id or the reason it has none."""


@main.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--inbox", type=FOLDER, help="Folder that files are picked up from; inbox unless set.")
@click.option("--dry-run", is_flag=True, help="Rehearse: look everything up in Clarus, but send nothing.")
@loading
@configured
@telling
def run(files: tuple[Path, ...], **options: Any) -> None:
    """Load FILES, or everything in the inbox.

    Unfinished work of earlier runs is done first. Files from the inbox are moved into a new folder in the outbox; files
    named here are copied there. The results are written beside them.
    """
    from pipeline.cli.starting import stoppable

    with stoppable():
        from pipeline.cli.commands import run_files

        sys.exit(run_files(files, **options))


@main.command()
@click.argument("run", required=False)
@click.option("--send-unknown", is_flag=True, help="Also send unknown rows again that Clarus cannot be asked about.")
@loading
@configured
@telling
def retry(run: str | None, **options: Any) -> None:
    """Try again what RUN, or every run, left unfinished.

    RUN is the name of a folder in the outbox. Results are rewritten in place; no file has to be dropped in again.
    Invalid rows wait for a corrected file.
    """
    from pipeline.cli.starting import stoppable

    with stoppable():
        from pipeline.cli.commands import retry_runs

        sys.exit(retry_runs(run, **options))


@main.command()
@click.argument("run", required=False)
@reaching
@configured
@telling
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
@reaching
@configured
@telling
def forget(record_type: str | None, reference: str | None, run: str | None, **options: Any) -> None:
    """Let REFERENCE be sent as if it never had been.

    Clarus is asked first: while it has the record, nothing is forgotten (exit code 1).
    """
    from pipeline.cli.upkeep import forget_entry

    sys.exit(forget_entry(record_type, reference, run, **options))


@main.command()
@reaching
@configured
@telling
def rebuild(**options: Any) -> None:
    """Make a new ledger from the results files in the outbox.

    For an outbox whose ledger is lost or damaged. An old ledger is kept under another name. Needs no network.
    """
    from pipeline.cli.upkeep import rebuild_ledger

    sys.exit(rebuild_ledger(**options))


@main.command()
@click.argument("files", nargs=-1, type=FILE, required=True)
@click.option("-o", "--output", type=FOLDER, help="Folder for the files as workbooks, with all that is wrong marked.")
@configured
@telling
def check(files: tuple[Path, ...], **options: Any) -> None:
    """Check FILES without a network.

    Problems are listed; nothing is sent or moved, and nothing written but what -o asks for. Exit code 0: no errors; 1:
    errors. Only Clarus knows whether a code exists there: `run --dry-run` looks it up without sending anything.
    """
    from pipeline.cli.commands import check_files

    sys.exit(check_files(files, **options))


@main.command()
@click.option("--dir", "folder", type=FOLDER, default="clarus-demo", show_default=True, help="Folder to create.")
@telling
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
@click.option("--journal", type=FILE, help="File that keeps the records; without it they are lost at the end.")
def sandbox(host: str, port: int, latency: float, journal: Path | None) -> None:
    """Run the stand-in for Clarus alone, until Ctrl-C."""
    from pipeline.cli.commands import serve_sandbox

    serve_sandbox(host, port, latency, journal)


@main.command()
@click.argument("record_type", metavar="TYPE")
@click.option("-o", "--output", type=FILE, help="The file to write, .csv or .xlsx; TYPE.csv unless set.")
@click.option("--all", "all_columns", is_flag=True, help="Also columns that Clarus's own template does not have.")
@configured
@telling
def template(record_type: str, output: Path | None, all_columns: bool, **options: Any) -> None:
    """Write an empty file with every column that TYPE accepts.

    A workbook has notes beside its headings, and drop-down lists of the words that Clarus accepts.
    """
    from pipeline.cli.commands import write_empty

    sys.exit(write_empty(record_type, output, all_columns, **options))


@main.command()
@click.argument("record_type", metavar="[TYPE]", required=False)
@click.option("--against", type=FILE, help="Clarus's OpenAPI document: what it says otherwise, of TYPE or of all.")
@configured
@telling
def fields(record_type: str | None, against: Path | None, **options: Any) -> None:
    """Show the columns that TYPE accepts: what they may hold and what they become.

    With --against, the exit code is 1 where the document differs.
    """
    from pipeline.cli.commands import show_fields

    sys.exit(show_fields(record_type, against, **options))


@main.command()
@click.argument("resource")
@click.option("--document", type=FILE, required=True, help="Clarus's OpenAPI document, a JSON file.")
@click.option(
    "-o", "--output", type=FILE, help="The file to write; records/RESOURCE.toml beside clarus.toml unless set."
)
@configured
@telling
def declare(resource: str, document: Path, output: Path | None, **options: Any) -> None:
    """Write a file that makes RESOURCE of Clarus's API a record type.

    Every file in records/ beside clarus.toml is one: it has its fields, its template, and is loaded like the others.
    """
    from pipeline.cli.declaring import declare_resource

    sys.exit(declare_resource(resource, document, output, **options))


@main.command(name="map")
@click.argument("file", type=FILE)
@click.option("--type", "record_type", help="The record type of the file; recognised unless set.")
@click.option("-o", "--output", type=FILE, help="File for the proposed block; printed unless set.")
def map_file(file: Path, record_type: str | None, output: Path | None) -> None:
    """Propose a [[sources]] block for FILE, a customer's own export.

    Each line says why it is proposed. Needs no network and no configuration. Exit code 1: something is missing or open.
    """
    from pipeline.cli.commands import map_export

    sys.exit(map_export(file, record_type, output))


for command in (*afterwards.COMMANDS, *clustered.COMMANDS):
    main.add_command(command)
