"""Documents posted, each exactly once; one outcome for each, as they come."""

from pipeline.load.delivery import Delivery, Outcome
from pipeline.load.loader import Loader

__all__ = ["Delivery", "Loader", "Outcome"]
