"""The door of every command: what goes wrong in it becomes an exit code and one sentence."""

from __future__ import annotations

import gc
import json
import signal
import traceback
from typing import Any

import click

from pipeline.cli.failures import Failure, failure_of
from pipeline.cli.screen import harmless, has_colours, prepare, tell


class Command(click.Command):
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
        except (Exception, KeyboardInterrupt) as error:  # the last door: some of what comes here was not foreseen
            self._end(ctx, failure_of(error))

    def _end(self, ctx: click.Context, failure: Failure) -> None:
        for words in (f"{failure.words}{failure.advice}", *failure.more):
            tell(harmless(f"clarus-batch: {words}"), err=True)
        if ctx.params.get("as_json"):
            tell(json.dumps({"exit_code": failure.exit_code, "error": failure.all_words}))
        if failure.fault is not None and ctx.params.get("verbose", 0) > 1:
            traceback.print_exception(failure.fault)
        ctx.exit(failure.exit_code)


class Commands(click.Group):
    command_class = Command
