"""The lines of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any


class State(StrEnum):
    """What is known of a document."""

    SENT = "sent"  # it left or was about to leave; what came of it is not known
    CREATED = "created"
    CHANGING = "changing"  # a change of it left or was about to leave; sending it again does no harm
    UPDATED = "updated"
    CANCELLING = "cancelling"  # likewise that it is cancelled
    CANCELLED = "cancelled"  # and Clarus may have deleted it with that
    GONE = "gone"  # it was created, and is no longer in Clarus
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # it was about to leave and surely did not


class Left(IntEnum):
    """What is left to do of a run, as far as it goes on by itself."""

    NOTHING = 0
    ROWS = 1  # rows that were not reached, or how many is not known: the run died
    DOUBTS = 2  # nothing but documents that were sent without an answer


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two documents the same one."""

    tenant: str
    record: str
    account: str  # "" where the record type is not narrowed by one
    reference: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. It holds digests of what was sent, never the content itself."""

    identity: Identity
    state: State
    fingerprint: str
    parts: dict[str, Any]  # digests of the document's parts, to tell what has changed
    run: str
    clarus_id: int | None = None
    line_ids: tuple[int | None, ...] = ()
    known_ids: tuple[int, ...] = ()  # records with this reference that were there before it was sent
    attempts: int = 0
    error: str = ""  # the kind of refusal, not its words: these may quote an address
    changed_at: datetime | None = None
    sent_at: float | None = None  # when Clarus can last have received it, in seconds since the epoch; None: not known


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of a run: its name in the folder of the run, and where it was before."""

    name: str
    source: Path
    copied: bool  # else it is moved
