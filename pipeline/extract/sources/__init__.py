"""A customer's own export: rules of the configuration between reading and checking."""

from pipeline.extract.sources.apply import applied
from pipeline.extract.sources.matching import folders_named, matches, source_for

__all__ = ["applied", "folders_named", "matches", "source_for"]
