"""Workbooks read as a person sees them: the text that each cell shows."""

from pipeline.xlsx.reading.cells import read_rows
from pipeline.xlsx.reading.open import open_workbook
from pipeline.xlsx.reading.parts import read_parts

__all__ = ["open_workbook", "read_parts", "read_rows"]
