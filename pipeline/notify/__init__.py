"""Who hears of a run that nobody watches: by mail, by a webhook, by pings, and figures for Prometheus."""

from pipeline.notify.metrics import write_metrics
from pipeline.notify.notifier import PATIENCE_SECONDS, Notifier

__all__ = ["PATIENCE_SECONDS", "Notifier", "write_metrics"]
