"""The command line: words to values, and errors to exit codes. It decides nothing else.

Nothing but click is imported before a command runs, so that `--help` is there at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable


_EPILOG = (
    "Exit codes: 0 every row is in Clarus; 1 some rows need someone; 2 usage or configuration; "
    "3 could not finish (Clarus unreachable, credentials refused, stopped); 4 another run holds the outbox."
)
_FILE = click.Path(path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


class _Commands(click.Group):
    """Ends with the exit code of an error and one sentence, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            click.echo(f"clarus-batch: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clarus-batch")
def main() -> None:
    """Load CSV and Excel files into Clarus WMS: every row comes back with its Clarus id or the reason it has none."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.option("--config", type=_FILE, help="Configuration file (clarus.toml, if it is here)."),
            click.option("--profile", help="A profile of the configuration, laid over the rest."),
            click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output."),
            click.option("-v", "--verbose", count=True, help="Say more; twice: every request."),
            click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong."),
        )
    ):
        command = option(command)
    return command


def _loading(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.option("--outbox", type=_FOLDER, help="Where results go (outbox)."),
            click.option("--sandbox", is_flag=True, help="Use the built-in stand-in for Clarus."),
            click.option("--concurrency", type=int, help="At most so many requests at once (32)."),
            click.option("--rate", type=float, help="At most so many requests a second."),
        )
    ):
        command = option(command)
    return command


@main.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--inbox", type=_FOLDER, help="Where files are picked up (inbox).")
@click.option("--dry-run", is_flag=True, help="Look everything up and write the bodies, but send nothing.")
@_loading
@_common
def run(files: tuple[Path, ...], **options: Any) -> None:
    """Load FILES, or everything in the inbox.

    Unfinished runs are finished first. Files of the inbox are moved into the run's folder, files named here are copied.
    """
    from pipeline.commands import run_files

    sys.exit(run_files(files, **options))


@main.command()
@click.argument("run", required=False)
@click.option("--send-unknown", is_flag=True, help="Also send again what is in doubt and cannot be looked up.")
@_loading
@_common
def retry(run: str | None, **options: Any) -> None:
    """Try again what RUN, or every run, left unfinished.

    Results are rewritten in place; nothing has to be dropped again. Invalid rows wait for a mended file.
    """
    from pipeline.commands import retry_runs

    sys.exit(retry_runs(run, **options))


@main.command()
@click.argument("files", nargs=-1, type=_FILE, required=True)
@_common
def check(files: tuple[Path, ...], **options: Any) -> None:
    """Check FILES without a network: problems are shown, nothing is sent or moved."""
    from pipeline.commands import check_files

    sys.exit(check_files(files, **options))


@main.command()
@click.option("--dir", "folder", type=_FOLDER, default="clarus-demo", show_default=True, help="Where to make it.")
@_common
def demo(folder: Path, **options: Any) -> None:
    """Run the whole job on sample files against the built-in stand-in for Clarus."""
    from pipeline.demo import run_demo

    sys.exit(run_demo(folder, **options))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; loopback only.")
@click.option("--port", type=int, default=8080, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--latency", type=float, default=0.0, help="Seconds that every answer takes.")
@click.option("--journal", type=_FILE, help="A file that remembers the records for the next time.")
def sandbox(host: str, port: int, latency: float, journal: Path | None) -> None:
    """Serve the stand-in for Clarus alone, until Ctrl-C."""
    from pipeline.commands import serve_sandbox

    serve_sandbox(host, port, latency, journal)


@main.command()
@click.argument("record_type", metavar="TYPE")
@click.option("-o", "--output", type=_FILE, help="The file to write (TYPE.csv); .xlsx makes a workbook.")
@_common
def template(record_type: str, output: Path | None, **options: Any) -> None:
    """Write an empty file with every column that TYPE accepts."""
    from pipeline.commands import write_empty

    sys.exit(write_empty(record_type, output, **options))


@main.command()
@click.argument("record_type", metavar="TYPE")
@_common
def fields(record_type: str, **options: Any) -> None:
    """Show the columns that TYPE accepts, their kinds and rules."""
    from pipeline.commands import show_fields

    sys.exit(show_fields(record_type, **options))
