"""A record that is in Clarus and is to be changed or cancelled: the request, and what the ledger says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipeline.clarus.echoes import Sent
from pipeline.ledger import Entry, Identity
from pipeline.load.change_entries import ChangeEntries
from pipeline.load.change_plan import Plan, Wanted, body_of
from pipeline.load.change_words import told_changes, told_kept
from pipeline.load.known_lines import KnownLines
from pipeline.values.documents import Document
from pipeline.values.problems import Problem


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one record."""

    method: ClassVar[str] = "PATCH"

    identity: Identity
    path: str  # of the record
    sent: Sent  # by which the answer is recognised
    wanted: Wanted
    plan: Plan
    known: KnownLines  # its lines before the change

    @property
    def record(self) -> int:
        """The id of the record."""
        return self.wanted.record

    @property
    def body(self) -> bytes:
        """What is sent."""
        return body_of(self.wanted, self.plan)

    @property
    def entries(self) -> ChangeEntries:
        """What the ledger says of it."""
        return ChangeEntries(self.identity, self.wanted, self.plan, self.known)

    @property
    def told(self) -> tuple[Problem, ...]:
        """Old and new, and what else there is to say."""
        warnings = self.wanted.resolution.warnings
        return (*told_changes(self.wanted, self.plan), *told_kept(self.wanted, self.plan), *warnings)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An order that is to be cancelled."""

    method: ClassVar[str] = "POST"
    body: ClassVar[bytes] = b""

    identity: Identity
    path: str  # of the request that cancels
    sent: Sent
    document: Document
    record: int
    entry: Entry | None  # what the ledger knows of it
    status: str  # that it has in Clarus

    @property
    def told(self) -> tuple[Problem, ...]:
        """There is nothing to say beside its status."""
        return ()
