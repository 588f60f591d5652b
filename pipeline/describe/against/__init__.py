"""The contract held against a newer OpenAPI document of Clarus, for `clarus-batch fields --against`."""

from pipeline.describe.against.differences import Difference, differences, on_purpose
from pipeline.describe.against.document import ApiDocument, read_document

__all__ = ["ApiDocument", "Difference", "differences", "on_purpose", "read_document"]
