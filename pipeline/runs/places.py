"""Where files of a run folder were dropped, as far as their name does not say it: in a sub-folder of the inbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePath

from pipeline.stopping import check_files

_PLACES = ".places.json"  # name in the run folder -> place in the inbox


def remember_places(folder: Path, places: Mapping[str, PurePath]) -> None:
    """Keep the places of files whose name in the folder is another one."""
    others = {name: place.as_posix() for name, place in places.items() if place.as_posix() != name}
    if others:
        check_files()
        (folder / _PLACES).write_text(json.dumps(others, ensure_ascii=True), encoding="utf-8")


def place_of(path: Path) -> PurePath:
    """Where a file was dropped, relative to the inbox; the path itself where it was not moved to another name."""
    try:
        places = json.loads((path.parent / _PLACES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return path
    return PurePath(places[path.name]) if path.name in places else path
