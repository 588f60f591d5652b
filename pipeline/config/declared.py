"""The folder `records/` beside `clarus.toml`: each file in it declares a record type."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.config.file import parse_toml
from pipeline.errors import UsageError

FOLDER = "records"


def declare_records(folder: Path) -> None:
    """Register the record types that the files of a folder declare, in place of those declared before.

    Raises:
        UsageError: one sentence for each file that is wrong, with file and key.
    """
    paths = sorted(path for path in folder.glob("*.toml") if not path.name.startswith(".")) if folder.is_dir() else []
    if not paths and "schemas" not in sys.modules:
        return  # behind it stands pandera, which takes long to import
    from schemas.vocabulary.contract import declare
    from schemas.vocabulary.declared import check_together, declared_type

    types, faults = [], []
    for path in paths:
        try:
            types.append((str(path), declared_type(parse_toml(path))))
        except ValueError as fault:
            faults.append(f"{path}: {fault}")
    faults = faults or check_together(types)
    if faults:
        raise UsageError(*faults)
    declare(record for _, record in types)
