"""The codes of documents turned into Clarus's ids."""

from pipeline.resolve.resolver import Resolver

__all__ = ["Resolver"]
