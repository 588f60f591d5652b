"""The commands for more than one machine: words to values, as in `command_line`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli.command import Command, Commands
from pipeline.cli.option_groups import configured, telling


@click.group(cls=Commands)
def cluster() -> None:
    """Prepare the ledger that several machines share."""


@cluster.command(cls=Command)
@click.option(
    "--import", "embedded", metavar="LEDGER", type=click.Path(path_type=Path), help="An embedded ledger to bring along."
)
@configured
@telling
def init(embedded: Path | None, **options: Any) -> None:
    """Make the tables of the ledger in PostgreSQL, or bring them up to date.

    With --import, what the ledger.sqlite3 of an outbox knows is brought along, and that ledger is closed for good.
    """
    from pipeline.cli.cluster import init_cluster

    sys.exit(init_cluster(embedded, **options))


@click.command(cls=Command)
@configured
@telling
def worker(**options: Any) -> None:
    """Serve the tenants of the cluster until SIGTERM.

    Runs that are under way are asked to stop then, and write their results; a second SIGTERM ends them at once.
    """
    from pipeline.cli.cluster import run_worker

    sys.exit(run_worker(**options))


@click.command(cls=Command)
@click.argument("profiles", nargs=-1, metavar="[PROFILE…]")
@configured
@telling
def enqueue(profiles: tuple[str, ...], **options: Any) -> None:
    """Have a worker look at PROFILE, or at every tenant with something to do, now."""
    from pipeline.cli.cluster import enqueue_tenants

    sys.exit(enqueue_tenants(profiles, **options))


COMMANDS = (cluster, worker, enqueue)
