"""Clean tables made into documents: one header with its lines, still naming codes."""

from pipeline.transform.all_tables import all_documents
from pipeline.transform.assembly import document_at, documents_in
from pipeline.transform.make_documents import transform
from pipeline.transform.ungrouped import ungrouped

__all__ = ["all_documents", "document_at", "documents_in", "transform", "ungrouped"]
