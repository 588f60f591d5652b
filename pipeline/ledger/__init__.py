"""The ledger: what was ever sent to Clarus, and what came of it."""

from pipeline.ledger.entries import Entry, Identity, Left, RunFile, State
from pipeline.ledger.ledger import Ledger

__all__ = ["Entry", "Identity", "Ledger", "Left", "RunFile", "State"]
