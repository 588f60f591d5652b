"""Every cell of a table checked against the contract of its record type."""

from pipeline.validate.check_cells import Rules, validate, validate_all

__all__ = ["Rules", "validate", "validate_all"]
