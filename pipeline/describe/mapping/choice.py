"""One column of the file for each of ours: the surest are proposed, what two could be is left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.describe.mapping import documents
from pipeline.describe.mapping.likeness import ALONE, LEAST, SURE_REQUIRED, Match, match
from pipeline.describe.mapping.sample import Sample, SourceColumn
from pipeline.describe.mapping.words import Words
from schemas import Column, Level, RecordType

SURE_OTHER = 85  # of 100, from which a column that is not required is proposed and not only mentioned
_MARGIN_OF_KEYS = 16  # where the best is not sure: another number that rows share may be the one
_MARGIN = 3  # of 100: nearer than this, nobody can tell two apart
_REPEATS = 4  # a reference that stands on several rows names documents with lines


_KEYS = ("order_reference", "receipt_reference")
_SURE_KEY = 86  # of 100


@dataclass(frozen=True, slots=True)
class Choice:
    """What is proposed, and what a person has to decide."""

    matches: tuple[Match, ...]
    doubtful: tuple[Match, ...]  # mentioned, but not used
    open: tuple[str, ...]  # sentences


def choose(sample: Sample, record: RecordType) -> Choice:
    """Choose the sources of a record type's columns."""
    columns = [column for column in record.columns.values() if column.level is not Level.UNSENT]
    found = {column.heading: _candidates(column, record, sample) for column in columns}
    if record.has_lines:
        documents.find_plain_code(found, record)
        documents.doubt_what_differs(found, record)
    chosen: dict[str, Match] = {}
    taken: dict[int, Match] = {}
    doubtful: list[Match] = []
    open_: list[str] = []
    order = sorted(
        (each for matches in found.values() for each in matches),
        key=lambda each: (-each.sure, not record.columns[each.heading].required),
    )
    for each in order:
        if each.heading in chosen or any(source.position in taken for source in each.sources):
            continue
        chosen[each.heading] = each
        taken.update({source.position: each for source in each.sources})
    for heading, best in list(chosen.items()):
        column = record.columns[heading]
        rivals = _rivals(best, found[heading], taken)
        if rivals:
            names = " or ".join(repr(rival.origin) for rival in (best, *rivals))
            open_.append(f"{heading} may be {names}: decide, and take the # away from one of them")
        if strangers := documents.unexplained_dates(column, best, record, sample):
            open_.append(f"{heading} may be {' or '.join(map(repr, (best.origin, *strangers)))}: decide")
        wanted = _wanted_by_others(best, found, chosen)
        if wanted:
            open_.append(f"{best.origin!r} may be {heading} or {' or '.join(wanted)}: decide")
        sure = SURE_REQUIRED if column.required else SURE_OTHER
        if rivals or wanted or strangers or best.sure < sure or _needs_asking(column, best):
            del chosen[heading]
            doubtful += [best, *rivals]
    in_order = list(record.columns)
    return Choice(
        tuple(
            sorted(
                (_told(each, found, chosen) for each in chosen.values()), key=lambda each: in_order.index(each.heading)
            )
        ),
        tuple(sorted(doubtful, key=lambda each: in_order.index(each.heading))),
        tuple(open_),
    )


def _candidates(column: Column, record: RecordType, sample: Sample) -> list[Match]:
    matches = [found for source in sample.columns if (found := match(column, record, source))]
    if column.heading in record.key:
        matches = [_as_key(each, matches, record) for each in matches]
    matches += _joined(column, matches, sample.columns)
    return sorted(matches, key=lambda each: -each.sure)


def _as_key(each: Match, rivals: Sequence[Match], record: RecordType) -> Match:
    """What the rows say of a column that names documents: lines of one document share it."""
    [source] = each.sources
    if record.has_lines and source.repeats:
        return replace(each, sure=min(each.sure + _REPEATS, 100), why=f"{each.why}; rows share it")
    if record.has_lines and any(rival.sources[0].repeats for rival in rivals):
        return replace(each, sure=each.sure - 2 * _REPEATS)
    alone = len(rivals) == 1 and source.is_full and not source.words.unknown
    if alone and LEAST <= each.sure < SURE_REQUIRED and (record.has_lines or not source.repeats):
        return replace(each, sure=each.sure + ALONE, why=f"{each.why}; no other column can be it")
    return each


def _rivals(best: Match, matches: Iterable[Match], taken: dict[int, Match]) -> list[Match]:
    """Other columns of the file that are nearly as likely, and not surely something else."""
    [source, *_] = best.sources
    is_unsure_key = best.heading in _KEYS and best.sure < _SURE_KEY and source.repeats
    margin = _MARGIN_OF_KEYS if is_unsure_key else _MARGIN
    near = (each for each in matches if each is not best and each.sure > best.sure - margin)
    if is_unsure_key:
        near = (each for each in near if each.sources[0].repeats and each.sources[0].is_full)
    return [each for each in near if all(_is_free(source, each, taken) for source in each.sources)]


def _is_free(source: SourceColumn, each: Match, taken: dict[int, Match]) -> bool:
    other = taken.get(source.position)
    return other is None or other.heading == each.heading or other.sure < each.sure


def _wanted_by_others(best: Match, found: dict[str, list[Match]], chosen: dict[str, Match]) -> list[str]:
    """Other columns of ours that have no source, and want this one as much."""
    positions = {source.position for source in best.sources}
    return [
        each.heading
        for heading, matches in found.items()
        if heading not in chosen
        for each in matches[:1]
        if {source.position for source in each.sources} & positions
        and each.sure > best.sure - _MARGIN
        and each.sure < 98
    ]


def _needs_asking(column: Column, best: Match) -> bool:
    """A code that Clarus looks up and nobody requires: where Clarus does not know it, the whole document waits."""
    return bool(column.lookup) and not column.required and best.sure < 98


def _told(best: Match, found: dict[str, list[Match]], chosen: dict[str, Match]) -> Match:
    """Name the next best column where it is not far."""
    used = {source.position for each in chosen.values() for source in each.sources}
    others = [
        each.origin
        for each in found[best.heading]
        if each is not best
        and each.sure >= SURE_REQUIRED - 4
        and not used & {source.position for source in each.sources}
    ]
    return replace(best, why=f"{best.why}; not {', '.join(map(repr, others[:2]))}") if others else best


def _joined(column: Column, matches: Sequence[Match], sources: Sequence[SourceColumn]) -> list[Match]:
    """First and last name, street and number of the house: two columns for one of ours."""
    match column.heading:
        case "recipient_name" | "contact_name" | "name":
            return list(_names(column, sources))
        case "address1" | "address_1":
            houses = [source for source in sources if "house" in source.words.all]
            streets = [each for each in matches if each.sources[0].words.number == ""]
            return [
                Match(column.heading, (each.sources[0], houses[0]), each.sure + 1, "street and number of the house")
                for each in streets[:1]
                if len(houses) == 1
            ]
    return []


def _names(column: Column, sources: Sequence[SourceColumn]) -> Iterable[Match]:
    for sense, sure in (("ship", 96), ("recipient", 96), ("customer", 86), ("", 84)):
        firsts, lasts = (_of_person(sources, part, sense) for part in ("first", "last"))
        if len(firsts) == 1 and len(lasts) == 1:
            yield Match(column.heading, (firsts[0], lasts[0]), sure, "first and last name")
            return


def _of_person(sources: Sequence[SourceColumn], part: str, sense: str) -> list[SourceColumn]:
    return [source for source in sources if _is_of_person(source.words, part, sense)]


def _is_of_person(words: Words, part: str, sense: str) -> bool:
    allowed = {part, "name", "address", *([sense] if sense else [])}
    if not any(part in word for word in words.meanings) or not all(word & allowed for word in words.meanings):
        return False
    return not sense or any(sense in word for word in words.meanings)
