"""Packed files of a run: what they hold lies beside them in the folder of the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import UnreadableFile
from pipeline.extract.archives import is_packed, unpack
from pipeline.results.names import RESERVED_NAMES
from pipeline.runs.outbox import free_name, usable_name


def unpacked(folder: Path, files: Sequence[Path]) -> dict[Path, Path]:
    """Unpack packed files into a folder; the same files give the same names each time.

    Returns:
        The files to read, each with the one that it came from. A packed file that cannot be read, or holds something
        that is not read, is among them: reading it says why.
    """
    taken = {name.casefold() for name in (*RESERVED_NAMES, *(file.name for file in files))}
    found: dict[Path, Path] = {}

    def name_member(name: str) -> str:
        return free_name(usable_name(name), taken)

    for file in files:
        if not is_packed(file.name):
            found[file] = file
            continue
        try:
            names, others = unpack(file, folder, name_member)
        except UnreadableFile:
            names, others = [], [file.name]
        found.update({folder / name: file for name in names})
        if others:
            found[file] = file
    return found
