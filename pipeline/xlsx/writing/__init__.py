"""Workbooks written from nothing: every cell a text, so that no program changes what it holds."""

from pipeline.xlsx.writing.text_workbook import CellStyle, TextCell, TextSheet, TextWorkbook

__all__ = ["CellStyle", "TextCell", "TextSheet", "TextWorkbook"]
