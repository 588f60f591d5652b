"""All who are told of a call, at the same time and within some seconds: none of them can hold the run up."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.config import NotifySettings
from pipeline.notify.mail import send_mail
from pipeline.notify.trouble import CannotTell
from pipeline.notify.web import ping, post_json
from pipeline.runs.call_summary import CallSummary

PATIENCE_SECONDS = 10.0  # for all of it
_EACH_SECONDS = 8.0  # for one step of one of them, such as a connection, or an answer


class Notifier:
    """Tells that a call begins, and how it ended."""

    def __init__(self, settings: NotifySettings, ca_file: Path | None, environ: Mapping[str, str]) -> None:
        """Begin with nothing.

        Args:
            settings: who is told, and when.
            ca_file: certificates that are trusted besides the system's.
            environ: names the proxy, if there is one.
        """
        self._settings, self._ca_file, self._environ = settings, ca_file, environ
        self._pings = _Teller("the ping") if settings.ping_url_file and settings.on != "never" else None

    def begin(self) -> None:
        """Tell the service that waits for pings, without waiting for its answer."""
        if self._pings:
            self._pings.ask(lambda: self._ping("/start"))

    def end(self, call: CallSummary, text: str, seconds: float = PATIENCE_SECONDS) -> list[str]:
        """Tell everyone who wants to know, and wait for them so long; return what did not succeed, a sentence each.

        Args:
            call: how it ended.
            text: the same for people, without a heading.
            seconds: who has not been told by then is not waited for.
        """
        until = time.monotonic() + seconds
        tellers = [*self._others(call, text)]
        if self._pings:
            self._pings.ask(lambda: self._ping("/fail" if call.exit_code else ""))
            tellers.append(self._pings)
        return [trouble for teller in tellers for trouble in teller.troubles(until)]

    def _others(self, call: CallSummary, text: str) -> list[_Teller]:
        own = self._settings
        if own.on == "never" or (own.on == "trouble" and not call.exit_code):
            return []
        tellers = []
        if own.mail_to:
            tellers.append(_Teller("the mail"))
            tellers[-1].ask(lambda: send_mail(own, call, text, self._ca_file, _EACH_SECONDS))
        if own.webhook_url_file:
            file = own.webhook_url_file
            tellers.append(_Teller("the webhook"))
            tellers[-1].ask(lambda: post_json(file, call.as_json, self._ca_file, self._environ, _EACH_SECONDS))
        return tellers

    def _ping(self, path: str) -> None:
        assert self._settings.ping_url_file
        # Half the time, since there are two of them: a run may be shorter than the answer to its beginning.
        ping(self._settings.ping_url_file, path, self._ca_file, self._environ, _EACH_SECONDS / 2)


class _Teller:
    """A thread that tells somebody one thing after the other; the process does not wait for it to end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._troubles: list[str] = []
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._thread.start()

    def ask(self, task: Callable[[], None]) -> None:
        """Let it do this when it is done with what was asked before."""
        self._asked.put(task)

    def troubles(self, until: float) -> list[str]:
        """Wait until everything is done, or that moment of the monotonic clock; return what went wrong."""
        self._asked.put(None)
        self._thread.join(max(0.0, until - time.monotonic()))
        late = [f"{self._name} was not taken in time"] if self._thread.is_alive() else []
        return [*dict.fromkeys(self._troubles), *late]

    def _live(self) -> None:
        while (task := self._asked.get()) is not None:
            try:
                task()
            except CannotTell as trouble:
                self._troubles.append(f"{self._name} {trouble}")
            except Exception as fault:  # of this program: it must not keep the run from its end
                self._troubles.append(f"{self._name} was not sent: {type(fault).__name__}")
