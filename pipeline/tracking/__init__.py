"""What became of orders and receipts after they were sent: asked of Clarus in batches, told in files of the outbox."""

from pipeline.tracking.track import TrackReport, Wanted, track

__all__ = ["TrackReport", "Wanted", "track"]
