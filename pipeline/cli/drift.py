"""`fields --against`: what a newer OpenAPI document of Clarus says otherwise than the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import orjson

from pipeline.cli.options import Telling
from pipeline.cli.screen import harmless, tell
from pipeline.config import Settings
from pipeline.describe.against import Difference, differences, on_purpose, read_document
from schemas import RECORD_TYPES, RecordType
from schemas.vocabulary.digest import contract_digest


def show_differences(record: RecordType | None, against: Path, settings: Settings, telling: Telling) -> int:
    """Compare one record type, or all, with a document; 1 where anything is different."""
    document = read_document(against)
    records = [record] if record else list(RECORD_TYPES.values())
    found, purposes = differences(records, document, settings), on_purpose(records, settings)
    if telling.as_json:
        told = {
            "document_version": document.version,
            "contract": contract_digest(RECORD_TYPES.values()),
            "differences": [asdict(difference) for difference in found],
            "on_purpose": purposes,
            "exit_code": 1 if found else 0,
        }
        tell(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(found, [] if telling.quiet else purposes, document.version)
    return 1 if found else 0


def _tell(found: Sequence[Difference], purposes: Iterable[str], version: str) -> None:
    if not found:
        tell(f"Nothing that is sent or looked up is different in the document (version {version})")
    for record, of_record in groupby(found, key=lambda difference: difference.record):
        tell(record)
        for difference in of_record:
            columns = f" (column {', '.join(difference.columns)})" if difference.columns else ""
            tell(harmless(f"  {difference.what}: {difference.where}{columns}: {difference.words}"))
            for key in difference.touches:
                tell(harmless(f"    touches {key} of the configuration"))
    if purposes:
        tell("\nOtherwise than the document on purpose:")
        for sentence in purposes:
            tell(f"  {sentence}")
