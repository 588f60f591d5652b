"""One record to be made: the request, and how to find the record if its answer is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.clarus.answers import Answer
from pipeline.clarus.echoes import Sent
from pipeline.ledger import Entry, Identity, State
from pipeline.values.outcomes import Outcome
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
    sent_at: float | None = None  # when Clarus can last have received that one, in seconds since the epoch
    when_found: Callable[[int], Outcome] | None = None  # what comes of it where that one turns out to have made it
    when_absent: Outcome | None = None  # and where it has not, and the document cannot be sent as it is now
    row: int = 0  # of the file, for warnings
    column: str = ""  # that the reference stands in
    spelled: int = 0  # what was known of Clarus's spelling of references when this one was looked up
    may_repeat: bool = False  # records of this key that are there already do not stand in its way
    warnings: tuple[Problem, ...] = ()
    lines: Sequence[Mapping[str, Any]] = ()  # the attributes of each line in the body, in its order
    method: str = "POST"
    changes: int | None = None  # the record that is deleted

    def entry(self, state: State, run: str, **found: Any) -> Entry:
        """The ledger's line for it."""
        found.setdefault("clarus_id", self.changes)
        return Entry(self.identity, state, self.fingerprint, self.parts, run, known_ids=self.known_ids, **found)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A posting that may have been made, and is looked for until it is surely not there."""

    posting: Posting
    attempt: int  # over all runs
    tries: int  # of this run
    said: str  # what answered it, in a few words
    sent_at: float  # since when nothing of it is under way to Clarus any more, in seconds since the epoch
    refused: Answer | None = None  # the refusal that holds if it is not there

    @property
    def is_unsent(self) -> bool:
        """Whether it was put aside before it was ever sent, to be looked up once more."""
        return not self.posting.in_doubt and self.refused is None
