"""`clarus-batch declare`: a record type written down as a file of `records/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from pipeline.cli.options import settings_of, telling_of
from pipeline.cli.screen import tell
from pipeline.config.declared import FOLDER
from pipeline.config.settings import DEFAULT_FILE
from pipeline.describe.declare import declaration
from pipeline.describe.official import read_document
from pipeline.errors import UsageError
from schemas import RECORD_TYPES
from schemas.vocabulary.declared import declared_type


def declare_resource(resource: str, document: Path, output: Path | None, **options: Any) -> int:
    """Write the file that declares a resource of the official document as a record type."""
    settings_of(options)  # what is declared already, and whether it is sound
    name, text = declaration(read_document(document), resource)
    record = declared_type(tomllib.loads(text))
    target = output or _folder(options) / f"{name}.toml"
    if name in RECORD_TYPES:
        raise UsageError(f"{name} is declared already: change its file in {_folder(options)}, or remove that first")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{target} already exists: name another file with -o, or move it away") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error
    telling = telling_of(options)
    if telling.as_json:
        tell(orjson.dumps({"file": str(target), "record_type": name, "listed": record.listed is not None}).decode())
    elif not telling.quiet:
        counts = target.parent.resolve() == _folder(options).resolve()
        then = f"clarus-batch fields {name} shows them" if counts else f"it counts once it is in {_folder(options)}"
        tell(f"{target} declares {name}, {len(record.columns)} columns: {then}")
        if record.listed is None:
            tell(f"Clarus does not list {name}: one whose answer is lost stays unknown until somebody looks.")
    return 0


def _folder(options: Mapping[str, Any]) -> Path:
    return Path(options.get("config") or DEFAULT_FILE).parent / FOLDER
