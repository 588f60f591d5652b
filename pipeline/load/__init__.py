"""Documents posted, each exactly once; one outcome for each, as they come."""

from pipeline.load.decide import Preparation
from pipeline.load.deliver import Delivery
from pipeline.load.differences import RecallDocument
from pipeline.load.digests import identity_of
from pipeline.load.existing import Existing
from pipeline.load.own_records import OwnRecords
from pipeline.load.posting import Posting
from pipeline.load.workers import Deliveries, Loader, said_otherwise
from pipeline.values.outcomes import Outcome

__all__ = [
    "Deliveries",
    "Delivery",
    "Existing",
    "Loader",
    "Outcome",
    "OwnRecords",
    "Posting",
    "Preparation",
    "RecallDocument",
    "identity_of",
    "said_otherwise",
]
