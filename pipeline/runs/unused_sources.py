"""Patterns of sources that have matched no file for a long time: perhaps the customer's files have another name now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from pipeline.config.source_blocks import Source
from pipeline.extract.sources import matches

_FILE = ".sources.json"  # in the outbox: pattern -> when a file matched last, or when it was first seen
_LONG = timedelta(days=30)


def unused_sources(
    sources: Sequence[Source],
    files: Sequence[PurePath],
    outbox: Path,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[str]:
    """Note which patterns match these files, and say which have matched none for 30 days."""
    if not sources:
        return
    path, moment = outbox / _FILE, now()
    known = _known(path)
    kept: dict[str, str] = {}
    for source in sources:
        if source.match in kept:
            continue
        matched = any(matches(file, source) for file in files)
        kept[source.match] = moment.isoformat() if matched else known.get(source.match, moment.isoformat())
        if moment - datetime.fromisoformat(kept[source.match]) > _LONG:
            yield f"{source.where} has matched no file for {_LONG.days} days: are the files called something else now?"
    path.write_text(json.dumps(kept), encoding="utf-8")


def _known(path: Path) -> dict[str, str]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {str(pattern): datetime.fromisoformat(when).isoformat() for pattern, when in read.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}  # it is noted anew
