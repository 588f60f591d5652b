"""One record to be made or changed: the request, and how to find the record if its answer is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.clarus.echoes import Sent
from pipeline.ledger import Entry, Identity, State
from pipeline.values.problems import Problem
from schemas.vocabulary.lists import CodeList

Key = tuple[str, ...]


NOT_LISTED = "such records cannot be looked up: look in Clarus; if it is not there, use retry --send-unknown"


@dataclass(frozen=True, slots=True)
class Posting:
    """One record to be made: the request, and how to find the record if its answer is lost."""

    identity: Identity
    path: str
    body: bytes
    sent: Sent  # by which the answer is recognised
    fingerprint: str
    parts: dict[str, Any]  # digests, for the ledger
    listed: CodeList | None  # None: Clarus does not list such records
    key: Key
    known_ids: tuple[int, ...] = ()  # records of this key that are there already and are not this one
    attempts: int = 0  # of earlier runs
    in_doubt: bool = False  # one of them may have made it
    warnings: tuple[Problem, ...] = ()
    lines: Sequence[Mapping[str, Any]] = ()  # the attributes of each line in the body, in its order
    method: str = "POST"
    changes: int | None = None  # the record that is changed; sending a change twice does no harm

    def entry(self, state: State, run: str, **found: Any) -> Entry:
        """The ledger's line for it."""
        found.setdefault("clarus_id", self.changes)
        return Entry(self.identity, state, self.fingerprint, self.parts, run, known_ids=self.known_ids, **found)
