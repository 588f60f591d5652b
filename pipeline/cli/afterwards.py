"""The commands that look at what became of it: words to values, as in `command_line`."""

from __future__ import annotations

import sys
from typing import Any

import click

from pipeline.cli.command import Command
from pipeline.cli.option_groups import configured, looking, reaching, telling


@click.command(cls=Command)
@looking
@configured
@telling
def status(**options: Any) -> None:
    """Say what is outstanding: what needs someone, and what is unfinished.

    Rows are grouped by file and cause. One stays until it is corrected, whatever newer runs have done. Exit code 0:
    nothing is outstanding; else 1.
    """
    from pipeline.cli.looking import show_status

    sys.exit(show_status(**options))


@click.command(cls=Command)
@click.argument("run", required=False)
@click.option("-n", "most", type=click.IntRange(min=1), default=20, show_default=True, help="So many calls.")
@looking
@configured
@telling
def history(run: str | None, most: int, **options: Any) -> None:
    """List the calls of run and retry, the latest first.

    Also those that had nothing to do or were refused. RUN is the name of a folder in the outbox: only what worked
    on it, and what was wrong in it.
    """
    from pipeline.cli.looking import show_history

    sys.exit(show_history(run, most, **options))


@click.command(cls=Command)
@click.option("--older-than", required=True, help="Age of the runs to remove: 90d, 12w.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed.")
@looking
@configured
@telling
def prune(older_than: str, dry_run: bool, **options: Any) -> None:
    """Remove the folders of old runs in which nothing is unfinished.

    Runs with rows that need someone are kept, and so is the ledger, which knows what was sent.
    """
    from pipeline.cli.looking import prune_outbox

    sys.exit(prune_outbox(older_than, dry_run, **options))


@click.command(cls=Command)
@reaching
@configured
@telling
def ping(**options: Any) -> None:
    """Try whether a run could begin.

    Configuration, credentials, tenant, clock, disk and lock have a line each. Nothing is sent but a question. Exit
    code 0: all is well; 2: the configuration is wrong or incomplete; 3: Clarus refuses us or is out of reach, or a
    folder cannot be written to.
    """
    from pipeline.cli.pinging import ping_all

    sys.exit(ping_all(**options))


@click.command(cls=Command)
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@click.option("--since", help="Ask about records made so recently: 30d, 12h; as [tracking] since_days says unless set.")
@reaching
@configured
@telling
def track(runs: tuple[str, ...], since: str | None, **options: Any) -> None:
    """Ask Clarus what became of orders and receipts.

    Those that are not final are looked up in batches; tracking.csv in the outbox says how all of them stand. RUN
    narrows what is asked. Exit code 0: all is well; 1: something is gone, short or overdue; 3: Clarus is out of reach.
    """
    from pipeline.cli.tracking import track_records

    sys.exit(track_records(runs, since, **options))


COMMANDS = (status, history, prune, ping, track)
