"""The figures of the last call, as a file that Prometheus's node exporter collects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.results.atomic_write import replacing
from pipeline.runs.call_summary import CallSummary
from pipeline.values.outcomes import Status

_FOR_ITS_COLLECTOR = 0o644
_REQUESTS = "clarus_batch_requests_total"
_SUCCESS = "clarus_batch_last_success_timestamp_seconds"
_OWED = "clarus_batch_owed_rows"
_SAMPLE = re.compile(r"^(clarus_batch_\w+)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)

_HELP = {
    "clarus_batch_rows": "Rows of the last call by status.",
    "clarus_batch_last_run_timestamp_seconds": "When the last call ended.",
    _SUCCESS: "When a call last ended with exit code 0; 0 for never.",
    "clarus_batch_exit_code": "Exit code of the last call.",
    _OWED: "Rows that go on by themselves with the next run.",
    "clarus_batch_seconds": "How long the last call took.",
    _REQUESTS: "Requests to Clarus of all calls so far.",
}


def write_metrics(textfile: Path, call: CallSummary, owed_rows: int | None) -> None:
    """Write the file whole; what only earlier calls know goes on from the one that is there.

    Args:
        textfile: of this profile alone.
        call: how it ended.
        owed_rows: None where the ledger cannot be read.

    Raises:
        OSError: it cannot be written.
    """
    before = _samples(textfile)
    ended = call.ended.timestamp()
    values: dict[str, float] = {
        "clarus_batch_last_run_timestamp_seconds": ended,
        _SUCCESS: before.get(_SUCCESS, 0) if call.exit_code else ended,
        "clarus_batch_exit_code": call.exit_code,
        _OWED: before.get(_OWED, 0) if owed_rows is None else owed_rows,
        "clarus_batch_seconds": call.seconds,
        _REQUESTS: before.get(_REQUESTS, 0) + call.requests,
    }
    with replacing(textfile) as temporary:
        temporary.write_text("".join(_lines(call, values)), encoding="utf-8")
        temporary.chmod(_FOR_ITS_COLLECTOR)


def _lines(call: CallSummary, values: Mapping[str, float]) -> Iterator[str]:
    # The collector refuses all files where two of them have the same figure: profiles are told apart.
    profile = [f'profile="{_escaped(call.profile)}"'] if call.profile else []
    for name, explanation in _HELP.items():
        yield f"# HELP {name} {explanation}\n# TYPE {name} {'counter' if name == _REQUESTS else 'gauge'}\n"
        if name in values:
            yield f"{name}{_labels(profile)} {values[name]!r}\n"
        else:
            for status in Status:
                of_status = _labels([*profile, f'status="{status}"'])
                yield f"{name}{of_status} {call.statuses.get(status, 0)}\n"


def _labels(labels: list[str]) -> str:
    return f"{{{','.join(labels)}}}" if labels else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _samples(textfile: Path) -> dict[str, float]:
    """The figures of the file that is there; none of one that is no such file."""
    try:
        if textfile.is_file():
            found = _SAMPLE.findall(textfile.read_text(encoding="utf-8"))
            return {name: float(value) for name, value in found}
    except (OSError, ValueError):
        pass
    return {}
