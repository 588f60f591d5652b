"""summary.json: the run in figures, for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.results.atomic_write import replacing

SUMMARY = "summary.json"  # the last file of a run: where it is, the run has been finished at least once


SCHEMA = 1  # of what it holds: a new number where something changes its meaning or goes; new keys come without one


def read_summary(folder: Path) -> dict[str, Any]:
    """Read the summary of a run back; nothing where there is none, or somebody has changed it beyond reading."""
    try:
        told = json.loads((folder / SUMMARY).read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def write_summary(folder: Path, summary: Mapping[str, Any]) -> Path:
    """Write summary.json; `summary` holds nothing but what JSON has."""
    target = folder / SUMMARY
    with replacing(target) as temporary:
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        temporary.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    return target
