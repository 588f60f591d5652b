"""Which record type a row of headings means: only what the headings prove, never a guess."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.blanks import column_letters, stripped
from pipeline.extract.known_headings import KnownOfType
from pipeline.extract.options import Options
from pipeline.extract.sources.headings import OWN
from pipeline.values.tables import RESULT_COLUMNS
from schemas import RecordType
from schemas.vocabulary.headings import fold, nearest
from schemas.vocabulary.other_templates import INSTEAD

WIDEST = 1000  # columns that headings may take; the widest contract has 134
_NAMED = 3  # headings that a sentence names


@dataclass(frozen=True, slots=True)
class Layout:
    """A row of headings, understood."""

    record: RecordType
    cells: tuple[str, ...]  # as the file has them, stripped
    columns: tuple[str, ...]  # at each position the contract's heading or a result column; "" where neither is known
    fault: str = ""  # why the rows below cannot be read under these headings
    spared: frozenset[int] = frozenset()  # positions that are not read, but count as known
    rivals: tuple[Layout, ...] = ()  # other record types that the headings could mean
    is_said: bool = False  # the configuration says what the rows are

    @property
    def known(self) -> int:
        """How many columns of the contract, or of a source, the row names."""
        return sum(name in self.record.columns or name.startswith(OWN) for name in set(self.columns))

    @property
    def required(self) -> int:
        """How many of the columns that every row needs the row names."""
        return sum(column.required for column in self.record.columns.values() if column.heading in self.columns)

    @property
    def headings(self) -> dict[str, str]:
        """The file's heading of each known column."""
        return {column: cell for column, cell in zip(self.columns, self.cells, strict=True) if column}

    def has_exactly_all(self) -> bool:
        """Whether the row is that of the template: every column of the contract, and nothing else.

        Columns that Clarus's own template lacks may be there or not.
        """
        named = {column for column in self.columns if column not in RESULT_COLUMNS}
        every = self.record.columns
        usual = {heading for heading, column in every.items() if column.required or not column.besides}
        return usual <= named <= every.keys() and all(map(bool, self.columns))

    def known_among(self, positions: Collection[int]) -> int:
        """How many of the headings at these positions mean something."""
        return sum(1 for at in positions if self.columns[at] or at in self.spared)


def recognise(cells: Sequence[str], options: Options) -> Layout | None:
    """Decide what a row means as headings; None where it names no record type, or is too wide for headings."""
    cells = tuple(map(stripped, cells))
    if len(cells) > WIDEST:  # a stray cell far to the right makes a spreadsheet write all delimiters up to it
        cells = cells[: max((at for at, cell in enumerate(cells, start=1) if cell), default=0)]
    if len(cells) > WIDEST:
        return None
    folded = tuple(fold(cell) if cell else "" for cell in cells)
    if options.known.claims.keys().isdisjoint(folded):
        return None
    if options.holds:
        return _as_said(cells, folded, options)
    named = [
        (known.is_ours, layout) for known in options.known.types if (layout := _as_type(known, cells, folded, options))
    ]
    ours = sorted((layout for is_ours, layout in named if is_ours), key=_fit, reverse=True)
    others = sorted((layout for is_ours, layout in named if not is_ours), key=_fit, reverse=True)
    if not ours:
        return replace(others[0], fault=_other_template(others[0])) if others else None
    rivals = tuple(layout for layout in ours[1:] if not _missing(layout, options))
    best = replace(ours[0], fault=_fault(ours, folded, options), rivals=rivals)
    if others and (others[0].known, bool(best.fault)) > (best.known, False):
        return replace(others[0], fault=_other_template(others[0]))
    return best


def _as_said(cells: tuple[str, ...], folded: tuple[str, ...], options: Options) -> Layout | None:
    """Read the headings as those of the record type that the configuration names."""
    said = next(known for known in options.known.types if known.record.name == options.holds)
    layout = _as_type(said, cells, folded, options, is_said=True)
    return replace(layout, is_said=True, fault=_doubled(layout) or _missing(layout, options)) if layout else None


def misfit(layout: Layout, filled: Collection[str], unknown: Mapping[str, int]) -> str:
    """Say why the rows are not those of the record type after all, or return "".

    Which columns hold anything is known only when all rows were read: an export may have a hundred headings, and the
    ten that are filled say what it is. Without any row, all headings count.

    Args:
        layout: what the headings mean.
        filled: the columns of the contract that hold anything.
        unknown: how many cells are filled under each other heading.
    """
    if layout.is_said:
        return ""
    named = [at for at, cell in enumerate(layout.cells) if cell and layout.columns[at] not in RESULT_COLUMNS]
    positions = [at for at in named if layout.columns[at] in filled or unknown.get(layout.cells[at])] or named
    known = layout.known_among(positions)
    if 2 * known < len(positions):
        return _mostly_unknown(layout, positions, known)
    if layout.has_exactly_all():
        return ""
    rival = next((rival for rival in layout.rivals if not rival.fault and rival.known_among(positions) >= known), None)
    return _equally_well(layout.record, rival.record) if rival else ""


def not_ignored(layout: Layout, unknown: Mapping[str, int], options: Options) -> dict[str, int]:
    """The filled cells under each heading that nobody knows, without the headings that the configuration leaves out."""
    ignored = set(options.ignored.get(layout.record.name, ()))
    return {heading: count for heading, count in unknown.items() if fold(heading) not in ignored}


def _as_type(
    known: KnownOfType, cells: tuple[str, ...], folded: tuple[str, ...], options: Options, is_said: bool = False
) -> Layout | None:
    """Read the headings as those of a record type; None where those that name its documents are not there."""
    columns = known.columns(folded)
    named = set(columns) if is_said else known.proper(folded)
    named |= {*options.defaulted.get(known.record.name, ())}
    if known.record.reference not in columns or not named.issuperset(known.record.identified_by):
        return None
    layout = Layout(known.record, cells, columns, spared=known.spared(folded, columns))
    wants = bool(known.record.told_by) and not is_said
    return None if wants and not _is_told(known.record, folded) and not layout.has_exactly_all() else layout


def _is_told(record: RecordType, folded: Sequence[str]) -> bool:
    """Whether one of the headings is there that tell such records from those that they are like."""
    return any(fold(heading) in folded for heading in record.told_by)


def _fit(layout: Layout) -> tuple[int, bool, int]:
    return layout.known + len(layout.spared), layout.has_exactly_all(), layout.required


def _fault(layouts: Sequence[Layout], folded: Sequence[str], options: Options) -> str:
    best, *others = layouts
    if others and _fit(others[0]) == _fit(best):
        return _equally_well(best.record, others[0].record)
    return _doubled(best) or _missing(best, options) or _unproven(best, folded, options)


def _doubled(layout: Layout) -> str:
    places: dict[str, list[str]] = {}
    for position, (column, cell) in enumerate(zip(layout.columns, layout.cells, strict=True)):
        if column:
            places.setdefault(column, []).append(f'column {column_letters(position)} ("{cell}")')
    for column, found in places.items():
        if len(found) > 1:
            return f"{' and '.join(found)} both stand for {column}; remove or rename one of them"
    return ""


def _missing(layout: Layout, options: Options) -> str:
    spared = {*layout.columns, *options.defaulted.get(layout.record.name, ())}
    missing = [
        column.heading
        for column in layout.record.columns.values()
        if column.required and not column.default and not column.fallback and column.heading not in spared
    ]
    if not missing:
        return ""
    strangers = [cell for cell, column in zip(layout.cells, layout.columns, strict=True) if cell and not column]
    alike = [f'"{near}" looks like {heading}' for heading in missing if (near := nearest(heading, strangers))]
    # A short form such as "qty" looks like nothing: then what is there is at least named.
    strange = f"; not known: {_quoted(strangers)}; map them in [columns.{layout.record.name}]" if strangers else ""
    hint = f"; {', '.join(alike)}" if alike else f"{strange}; if the file holds something else, {_say_so()}"
    noun, verb = ("heading", "is") if len(missing) == 1 else ("headings", "are")
    return f"the {noun} {', '.join(missing)} that {layout.record.name} need {verb} missing{hint}"


def _unproven(layout: Layout, folded: Sequence[str], options: Options) -> str:
    """Why the headings could as well be those of something else.

    `Code` and `Description` are those of a product, a location or an order type. Either a heading that every row needs
    belongs to this record type alone, or more of the others do than belong to any other.
    """
    record, known = layout.record, options.known
    own = known.own({*folded}, record.name)
    needed = {column.heading for column in record.columns.values() if column.required}
    proven = _is_told(record, folded) or any(
        name in own and column in needed for name, column in zip(folded, layout.columns, strict=True)
    )
    if proven or layout.has_exactly_all() or len(own) > known.most_of_another({*folded}, record.name):
        return ""
    there = [
        cell
        for cell, column in zip(layout.cells, layout.columns, strict=True)
        if column and column not in RESULT_COLUMNS
    ]
    others = (heading for heading in record.columns if heading not in layout.columns)
    such = next((f" (such as {heading})" for heading in others if known.own({fold(heading)}, record.name)), "")
    return (
        f"the headings {_quoted(there)} do not prove that the file holds {record.name}: other records have them too; "
        f"add a heading that only {record.name} have{such}, or {_say_so(record)}"
    )


def _mostly_unknown(layout: Layout, positions: Sequence[int], known: int) -> str:
    name = layout.record.name
    strangers = [layout.cells[at] for at in positions if not layout.columns[at] and at not in layout.spared]
    verb = "is" if known == 1 else "are"
    return (
        f"only {known} of the {len(positions)} headings with data {verb} known for {name}; "
        f"not known: {_quoted(strangers)}; map them in [columns.{name}], list those to leave out "
        f"in ignore_columns.{name}, or {_say_so()}"
    )


def _equally_well(one: RecordType, other: RecordType) -> str:
    hint = f"add a heading that only one of them has, or {_say_so()}"
    return f"the headings fit {one.name} and {other.name} equally well; {hint}"


def _other_template(layout: Layout) -> str:
    record = layout.record
    return f"this is Clarus's {record.noun} template, which clarus-batch does not load: {INSTEAD[record.name]}"


def _say_so(record: RecordType | None = None) -> str:
    kind = f' (type = "{record.name}")' if record else ""
    return f"say in [[sources]] of the configuration what it holds{kind}"


def _quoted(cells: Sequence[str]) -> str:
    more = f" and {len(cells) - _NAMED} more" if len(cells) > _NAMED else ""
    return ", ".join(f'"{cell}"' for cell in cells[:_NAMED]) + more
