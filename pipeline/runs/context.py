"""What every part of a run needs, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.clarus.client import Clarus
from pipeline.config import Settings
from pipeline.ledger import Ledger
from pipeline.progress import Progress
from pipeline.stopping import Stopping


@dataclass(frozen=True, slots=True)
class RunContext:
    """The configuration, Clarus, the ledger, who watches, and whether the run has to stop."""

    settings: Settings
    clarus: Clarus
    ledger: Ledger
    progress: Progress
    stopping: Stopping
