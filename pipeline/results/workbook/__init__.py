"""Results of a workbook.

The original is not loaded and written anew, which would take a minute and gigabytes for a large one, and lose charts,
pivot tables and whatever else a library does not know. Its sheets are XML in a zip archive: the rows stream through
and are given their status cells and colours; everything else passes as it is. Formulas keep their place and their
last value, so that the file can be dropped in again without having been opened in Excel.

    sheet      the rows of one sheet, as they pass
    layout     where the columns are
    frame      what stands around the rows: frozen heading, filter, widths
    marks      which cells are wrong, and why
    styles     colours
    comments   reasons, beside the cells
    tables     "Format as table" ranges, widened
    package    the archive: parts, relations, content types
    markup     XML as text
    plain      the same without its look, for a workbook that holds what the others do not understand
"""

from pipeline.results.workbook.values_only import write_plain_workbook
from pipeline.results.workbook.write import write_workbook

__all__ = ["write_plain_workbook", "write_workbook"]
