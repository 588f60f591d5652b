"""How each file is read: by the block of the configuration that is for it, or like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from pipeline.config import Settings
from pipeline.config.source_blocks import Source
from pipeline.extract import SUFFIXES, Options
from pipeline.extract.sources import matches
from schemas import RECORD_TYPES
from schemas.vocabulary.headings import fold


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The options of reading for each block of the configuration, made once a run."""

    settings: Settings
    plain: Options
    _of_source: dict[int, Options] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> FileOptions:
        """Take the options out of the configuration."""
        return cls(settings, options_of(settings))

    def options(self, place: PurePath) -> Options:
        """How a file is read: by the first block for its name; blocks with a sheet are for that sheet alone.

        Args:
            place: of the file; folders of it count where a block names one.
        """
        own = [source for source in self.settings.sources if matches(place, source)]
        if place.suffix.lower() not in (".xlsx", ".xlsm"):
            own = [source for source in own if not source.sheet]
        by_sheet: list[Options] = []
        for source in own:
            if not source.sheet:
                whole = self.by(source)
                return replace(whole, by_sheet=tuple(by_sheet)) if by_sheet else whole
            by_sheet.append(self.by(source))
        return replace(self.plain, by_sheet=tuple(by_sheet)) if by_sheet else self.plain

    def options_of_results(self, place: PurePath) -> Options:
        """How results are read whose input is gone: by the block for the name that the input must have had."""
        stem = place.name.partition(".")[0]
        for suffix in (place.suffix, *SUFFIXES):
            found = self.options(place.with_name(f"{stem}{suffix}"))
            if found is not self.plain:
                return found
        return self.options(place)

    def by(self, source: Source) -> Options:
        """How a file is read by a block."""
        if id(source) not in self._of_source:
            settings = settings_for(source, self.settings)
            plain = options_of(settings) if source.profile else self.plain
            ignored: Mapping[str, Sequence[str]] = {
                name: (*plain.ignored.get(name, ()), *map(fold, source.ignore)) for name in RECORD_TYPES
            }
            own = replace(plain, ignored=ignored, holds=source.type, source=source)
            self._of_source[id(source)] = own
        return self._of_source[id(source)]


def options_of(settings: Settings) -> Options:
    """How files are read that no block is for."""
    defaulted = {record: tuple(values) for record, values in settings.defaults.items()}
    return Options(settings.columns, defaulted, settings.fallback_encoding, settings.ignore_columns)


def settings_for(source: Source | None, settings: Settings) -> Settings:
    """The configuration for the files of a block: its profile laid over the rest, its dates read in their own way."""
    if source is None:
        return settings
    own: Settings = settings.of_profiles[source.profile] if source.profile else settings
    dates = {"date_formats": source.date_formats, "timezone": source.timezone}
    return own.model_copy(update={key: value for key, value in dates.items() if value})
