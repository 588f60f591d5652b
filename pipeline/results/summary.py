"""summary.json: the run in figures, for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.results.atomic_write import replacing

SUMMARY = "summary.json"  # the last file of a run: where it is, the run has been finished at least once


def write_summary(folder: Path, summary: Mapping[str, Any]) -> Path:
    """Write summary.json; `summary` holds nothing but what JSON has."""
    target = folder / SUMMARY
    with replacing(target) as temporary:
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        temporary.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    return target
