"""Documents posted, each exactly once; one outcome for each, as they come."""

from pipeline.load.audit import Audit, Finding, audited_types
from pipeline.load.changes import Changing
from pipeline.load.decide import Preparation, Sending
from pipeline.load.deliver import Delivery
from pipeline.load.differences import RecallDocument, nothing_kept
from pipeline.load.digests import digests, identity_of, key_of, whole
from pipeline.load.doubts import Report
from pipeline.load.existing import Existing
from pipeline.load.gate import Gate
from pipeline.load.issued_ids import IssuedIds
from pipeline.load.lateness import WATCHED, Lateness
from pipeline.load.own_records import OwnRecords
from pipeline.load.posting import Posting
from pipeline.load.spellings import SpelledLists, Spellings
from pipeline.load.workers import Deliveries, Loader, said_otherwise
from pipeline.values.outcomes import Outcome

__all__ = [
    "WATCHED",
    "Audit",
    "Changing",
    "Deliveries",
    "Delivery",
    "Existing",
    "Finding",
    "Gate",
    "IssuedIds",
    "Lateness",
    "Loader",
    "Outcome",
    "OwnRecords",
    "Posting",
    "Preparation",
    "RecallDocument",
    "Report",
    "Sending",
    "SpelledLists",
    "Spellings",
    "audited_types",
    "digests",
    "identity_of",
    "key_of",
    "nothing_kept",
    "said_otherwise",
    "whole",
]
