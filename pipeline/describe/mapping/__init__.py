"""A block of `[[sources]]` proposed for a file that was never seen."""

from pipeline.describe.mapping.proposal import Proposal, Sample, propose
from pipeline.describe.mapping.written import as_toml

__all__ = ["Proposal", "Sample", "as_toml", "propose"]
