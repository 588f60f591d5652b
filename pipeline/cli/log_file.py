"""The log: a file of what went on, which rotates; trouble with it is told once and stops nothing."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pipeline.cli.progress_display import keep_libraries_quiet
from pipeline.cli.screen import harmless, warn
from pipeline.config import Settings
from pipeline.runs.current_run import current_run

_MEGABYTE = 1_000_000  # bytes
_HIDDEN = "***"
_SHORTEST_SECRET = 4  # characters: hiding shorter ones would hide half of the log

# Secrets and people, in whatever a library or an answer says: each with what stands in place of them.
_TELLTALE = (
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{_HIDDEN}@"),
    (re.compile(r"\b(Bearer|Basic) +[\w.~+/=-]+", re.IGNORECASE), rf"\1 {_HIDDEN}"),
    (re.compile(r"((?:secret|password|token)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;}]+", re.IGNORECASE), rf"\1{_HIDDEN}"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), f"{_HIDDEN}@{_HIDDEN}"),
)


@contextmanager
def logging_to_file(settings: Settings) -> Iterator[None]:
    """Write what is logged inside to the file of the configuration, if it names one."""
    own = settings.log
    if own.file is None:
        yield
        return
    secrets = [settings.clarus.client_secret.get_secret_value(), settings.clarus.access_token.get_secret_value()]
    root, level = logging.getLogger(), logging.getLevelNamesMapping()[own.level.upper()]
    handler = _LogFile(own.file, int(own.max_mb * _MEGABYTE), own.keep)
    handler.setFormatter((_JsonLine if own.format == "json" else _TextLine)(secrets))
    handler.setLevel(level)
    before = root.level
    keep_libraries_quiet()
    root.addHandler(handler)
    root.setLevel(min(level, before))
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        with suppress(OSError, ValueError):  # a full disk, which has been told
            handler.close()


class _LogFile(RotatingFileHandler):
    """A rotating file for nobody but its owner; another process may rotate it as well."""

    def __init__(self, path: Path, size: int, keep: int) -> None:
        super().__init__(path, maxBytes=size, backupCount=keep, encoding="utf-8", errors="backslashreplace", delay=True)
        self._gave_up = False

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(path, "a", encoding=self.encoding, errors=self.errors, opener=_for_its_owner)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        if self._gave_up:
            return
        try:
            self._follow()
            super().emit(record)
        except OSError:
            self.handleError(record)

    def rotation_filename(self, default_name: str) -> str:
        """`clarus.log.1` for `clarus.log`."""
        return default_name

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging gives it
        """Tell the first trouble, and write nothing more."""
        error = sys.exc_info()[1]
        if not self._gave_up:
            self._gave_up = True
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            warn(f"warning: the log {self.baseFilename} cannot be written: {reason}")

    def _follow(self) -> None:
        """Open the file anew, where another process has rotated it away."""
        if self.stream is None:
            return
        try:
            is_ours = os.path.samestat(os.fstat(self.stream.fileno()), Path(self.baseFilename).stat())
        except OSError:
            is_ours = False
        if not is_ours:
            self.stream.close()
            self.stream = self._open()


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Line(logging.Formatter):
    """One record, with the time and its zone, and without secrets and addresses of people."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def redacted(self, text: str) -> str:
        """Hide what nobody should read."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        for telltale, instead in _TELLTALE:
            text = telltale.sub(instead, text)
        return text

    def told(self, record: logging.LogRecord) -> tuple[str, str]:
        """The message, and the traceback below it, or ""."""
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return self.redacted(record.getMessage()), self.redacted(trace)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds")


class _TextLine(_Line):
    def format(self, record: logging.LogRecord) -> str:
        message, trace = self.told(record)
        line = f"{_moment(record)} {record.levelname:<7} {current_run() or '-'} {harmless(message)}"
        return f"{line}\n{trace}" if trace else line


class _JsonLine(_Line):
    def format(self, record: logging.LogRecord) -> str:
        message, trace = self.told(record)
        told = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "run": current_run() or None,
            "logger": record.name,
            "message": message,
            **({"traceback": trace} if trace else {}),
        }
        return json.dumps(told, ensure_ascii=False)
