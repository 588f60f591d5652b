"""Workbooks edited in place: what is not ours stays to the letter."""

from pipeline.xlsx.editing.archive import Archive
from pipeline.xlsx.editing.comments import write_comments
from pipeline.xlsx.editing.frame import Frame
from pipeline.xlsx.editing.rows import SheetStream
from pipeline.xlsx.editing.styles import Styles

__all__ = ["Archive", "Frame", "SheetStream", "Styles", "write_comments"]
