"""The configuration: it enters here, becomes one frozen value, and travels as an argument."""

from pipeline.config.afterwards import LogSettings, MetricsSettings, NotifySettings
from pipeline.config.drop import DropSettings
from pipeline.config.settings import DEFAULT_FILE, ENVIRONMENT, ClarusSettings, Settings, load_settings, require_access

__all__ = [
    "DEFAULT_FILE",
    "ENVIRONMENT",
    "ClarusSettings",
    "DropSettings",
    "LogSettings",
    "MetricsSettings",
    "NotifySettings",
    "Settings",
    "load_settings",
    "require_access",
]
