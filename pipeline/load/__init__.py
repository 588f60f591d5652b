"""Documents posted, each exactly once; one outcome for each, as they come."""

from pipeline.load.changes import Existing
from pipeline.load.delivery import Delivery, Outcome, Posting
from pipeline.load.loader import Deliveries, Loader, said_otherwise
from pipeline.load.own_records import OwnRecords
from pipeline.load.preparation import Preparation

__all__ = [
    "Deliveries",
    "Delivery",
    "Existing",
    "Loader",
    "Outcome",
    "OwnRecords",
    "Posting",
    "Preparation",
    "said_otherwise",
]
