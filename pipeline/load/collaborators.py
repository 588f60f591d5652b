"""What the loading of documents works with: who sends, who looks up, and where it is written down."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from pipeline.clarus.answers import Answer
from pipeline.errors import Unfinished
from pipeline.ledger import Entry
from pipeline.load.posting import Key
from pipeline.values.outcomes import Outcome
from schemas.vocabulary.lists import CodeList


class Writes(Protocol):
    """Something that sends writes, such as `pipeline.clarus.client.Clarus`."""

    async def write(self, method: str, path: str, body: bytes, rested: bool = False) -> Answer:
        """Send one write; what it raises is raised before anything can have reached Clarus."""

    def confirm(self) -> None:
        """Hear that a write whose answer was lost has been found."""


class CodeLists(Protocol):
    """Clarus's lists."""

    async def find(self, codes: CodeList, keys: Collection[Key]) -> dict[Key, list[int]]:
        """Return the ids of the records with these keys."""


class Intentions(Protocol):
    """Where what is about to be done is written down, such as `pipeline.ledger.Ledger`."""

    async def intend(self, entry: Entry) -> None:
        """Return when the intention is on the disk."""

    def conclude(self, entry: Entry) -> None:
        """Write down what came of it."""

    def learn_spelling(self, tenant: str, codes: str, ours: str, kept: str, cut: bool) -> None:
        """Write down how Clarus keeps a reference."""


class Interrupted(Exception):
    """The run cannot go on; this is how the document stands."""

    def __init__(self, outcome: Outcome, cause: Unfinished) -> None:
        super().__init__(str(cause))
        self.outcome, self.cause = outcome, cause
