"""Options that several commands have, with the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def configured(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--profile", help="The profile of the configuration to use."),
        click.option("--config", type=FILE, help="The configuration file; clarus.toml in this folder unless set."),
    ):
        command = option(command)
    return command


def telling(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print only what went wrong."),
        click.option("-v", "--verbose", count=True, help="List every problem, and each retry; -v -v adds tracebacks."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for other programs."),
    ):
        command = option(command)
    return command


def looking(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--outbox", type=FOLDER, help="Folder of the results and the ledger; outbox unless set.")(
        command
    )


def reaching(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--sandbox", is_flag=True, help="Use the built-in stand-in for Clarus; needs no credentials."),
        click.option("--outbox", type=FOLDER, help="Folder of the results and the ledger; outbox unless set."),
    ):
        command = option(command)
    return command


def loading(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--rate", type=float, help="Limit of requests a second; none unless set."),
        click.option("--concurrency", type=int, help="Limit of requests at the same time, 1 to 512; 32 unless set."),
    ):
        command = option(command)
    return reaching(command)
