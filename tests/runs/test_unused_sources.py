"""Patterns of sources that have matched no file for a long time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from pipeline.config.source_blocks import Source
from pipeline.runs.unused_sources import unused_sources

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
BLOCKS = (Source('clarus.toml: sources[1] ("a*.csv")', "a*.csv"), Source("sources[2]", "shop/b*.csv"))


def _told(outbox: Path, day: int, *files: str) -> list[str]:
    """What a run of some day says."""
    return [*unused_sources(BLOCKS, [PurePath(file) for file in files], outbox, lambda: BEGAN + timedelta(days=day))]


def test_a_pattern_that_matches_nothing_for_30_days_is_told(tmp_path: Path) -> None:
    """Counted from the first run that knew it, or from its last file; one that matches is not told."""
    assert _told(tmp_path, 0, "shop/b1.csv") == []
    assert _told(tmp_path, 29, "shop/b1.csv") == []

    [words] = _told(tmp_path, 31, "shop/b1.csv")

    assert 'sources[1] ("a*.csv")' in words
    assert "30 days" in words
    assert _told(tmp_path, 32, "A7.csv") == []
    assert _told(tmp_path, 60, "A8.csv") == []
    assert len(_told(tmp_path, 95)) == 2


def test_a_damaged_note_of_them_is_begun_anew(tmp_path: Path) -> None:
    """It is a convenience: it never stops a run."""
    (tmp_path / ".sources.json").write_text("{", encoding="utf-8")

    assert _told(tmp_path, 0) == []
    assert _told(tmp_path, 31) != []
