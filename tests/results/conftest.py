"""Reports as the stages before would make them."""

from __future__ import annotations

from reports import report

__all__ = ["report"]
