"""A block of `[[sources]]` proposed for a file that was never seen."""

from pipeline.describe.mapping.proposal import Proposal, propose
from pipeline.describe.mapping.sample import Sample
from pipeline.describe.mapping.table import divide, rows_left_out
from pipeline.describe.mapping.written import HEAD, as_toml, with_stand_ins

__all__ = ["HEAD", "Proposal", "Sample", "as_toml", "divide", "propose", "rows_left_out", "with_stand_ins"]
