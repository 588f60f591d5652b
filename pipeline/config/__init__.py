"""The configuration: it enters here, becomes one frozen value, and travels as an argument."""

from pipeline.config.settings import ENVIRONMENT, ClarusSettings, Settings, load_settings, require_access

__all__ = ["ENVIRONMENT", "ClarusSettings", "Settings", "load_settings", "require_access"]
