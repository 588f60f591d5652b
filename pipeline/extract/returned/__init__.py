"""Rows that come back: results and failed files that were opened in a spreadsheet and dropped in again."""

from pipeline.extract.returned.first_key import first_key
from pipeline.extract.returned.restore import Original, keys_of, restore, restore_keys
from pipeline.extract.returned.spreadsheet_changes import changed_by_a_spreadsheet

__all__ = ["Original", "changed_by_a_spreadsheet", "first_key", "keys_of", "restore", "restore_keys"]
