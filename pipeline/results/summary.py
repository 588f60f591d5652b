"""summary.json: the run in figures, for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.results.replacing import replacing


def write_summary(folder: Path, summary: Mapping[str, Any]) -> Path:
    """Write summary.json; `summary` holds nothing but what JSON has."""
    target = folder / "summary.json"
    with replacing(target) as temporary:
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        temporary.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    return target
