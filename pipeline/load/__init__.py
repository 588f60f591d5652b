"""Documents posted, each exactly once; one outcome for each, as they come."""

from pipeline.load.changes import Existing
from pipeline.load.delivery import Delivery, Outcome
from pipeline.load.loader import Loader
from pipeline.load.preparation import Preparation

__all__ = ["Delivery", "Existing", "Loader", "Outcome", "Preparation"]
