"""Files that are dropped on another machine: fetched before the inbox is read, with results put back."""

from pipeline.drops.drop import Drop, Fetched
from pipeline.drops.opening import opened, require_drop

__all__ = ["Drop", "Fetched", "opened", "require_drop"]
