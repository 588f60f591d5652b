"""A file that remembers every record, so that a later sandbox, or one after a kill, goes on from there."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from pipeline.sandbox.records import Line, Record
from pipeline.sandbox.resources import Resource


class Journal:
    """One JSON object a line; a record that was changed stands there again, whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def read(self) -> Iterator[Record]:
        """What earlier sandboxes wrote. A last line without its end was never answered, and is cut off."""
        if not self._path.exists():
            return
        written = self._path.read_bytes()
        whole = written.rfind(b"\n") + 1
        if whole < len(written):
            os.truncate(self._path, whole)
        for line in written[:whole].splitlines():
            yield _record(orjson.loads(line))

    def append(self, record: Record) -> None:
        """One write to the system, so that a kill of this process loses nothing."""
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self._file, orjson.dumps(record) + b"\n")

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _record(read: dict[str, Any]) -> Record:
    lines = tuple(Line(**line) for line in read.pop("lines"))
    return Record(resource=_resource(read.pop("resource")), lines=lines, **read)


def _resource(name: str) -> str:
    return Resource(name) if name in set(Resource) else name
