"""How likely a column of the file is a column of ours: by its heading, then by its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.describe.mapping import shapes
from pipeline.describe.mapping.idioms import is_idiom
from pipeline.describe.mapping.meanings import rules_for
from pipeline.describe.mapping.sample import SourceColumn
from schemas import Column, RecordType
from schemas.vocabulary.headings import fold

_ITSELF, _ITSELF_OR_A_NAME, _IDIOM, _KNOWN, _ALIKE = 98, 88, 94, 84, 78  # of 100
_LIKE = 92  # of 100, for a heading that is nearly ours
LEAST = 50  # below it nothing is worth telling
SURE_REQUIRED = 78  # from which a required column is proposed and not only mentioned
ALONE = 20  # a heading such as `Number` says much where no other column can be meant
_NUMBERED = {"address1": "1", "address2": "2", "address_1": "1", "address_2": "2"}
_NAMES = frozenset(("recipient_name", "name", "customer_name", "supplier_name", "contact_name"))
_TEXTS = frozenset(
    ("address1", "address_1", "address3", "address_3", "Description", "product_description", "address2", "address_2")
)
_REFERENCES = frozenset(("order_reference", "receipt_reference"))
_PRODUCTS = frozenset(("product_code", "Code", "parent_product_code", "child_product_code"))


@dataclass(frozen=True, slots=True)
class Match:
    """A column of ours, where it seems to come from, why, and how sure that is."""

    heading: str  # of ours
    sources: tuple[SourceColumn, ...]  # several are joined
    sure: int  # of 100
    why: str

    @property
    def origin(self) -> str:
        """The source as a rule names it."""
        names = [source.name for source in self.sources]
        return names[0] if len(names) == 1 else " ".join(f"{{{name}}}" for name in names)


def match(column: Column, record: RecordType, source: SourceColumn) -> Match | None:
    """Say how likely a column of the file is a column of ours; None where it is not worth telling."""
    sure, why = _by_heading(column, record, source)
    if sure < LEAST:
        return None
    by_cells = _by_cells(column, source)
    if by_cells is None:
        return None
    sure = min(sure + by_cells[0], 100)
    reasons = [why, by_cells[1]] if source.filled else [why, "no cell of it is filled"]
    if sure < LEAST:
        return None
    return Match(column.heading, (source,), sure, "; ".join(filter(None, reasons)))


def _by_heading(column: Column, record: RecordType, source: SourceColumn) -> tuple[int, str]:
    folded = fold(source.heading)
    if folded == fold(column.heading):
        # Where a shop has a name and a description, the name is what Clarus calls description.
        return (_ITSELF_OR_A_NAME if column.heading == "Description" else _ITSELF), "the heading itself"
    if is_idiom(record.name, column.heading, source.heading):
        return _IDIOM, "a known name for it"
    words, wanted = source.words, _NUMBERED.get(column.heading)
    score = max((rule.score_of(words) for rule in rules_for(record.name, column.heading)), default=0)
    if score and wanted:
        if (words.number or "1") != wanted:
            return 0, ""
    elif score and words.number not in ("", "1", "13", "01"):
        score -= 15  # the second of several
    if score:
        return score, "its words say so"
    if not rules_for(record.name, column.heading):
        if record.names.get(folded) == column.heading:
            return _KNOWN, "its name in Clarus"
        if fuzz.ratio(folded, fold(column.heading)) >= _LIKE:
            return _ALIKE, "its heading looks like it"
    return 0, ""


def _by_cells(column: Column, source: SourceColumn) -> tuple[int, str] | None:
    """What the cells add or take away, and what they say; None where they cannot be meant."""
    cells, kind = source.filled, column.kind.name
    if not cells:
        return (-4, "") if column.required else (-8, "")
    if (
        column.heading in _REFERENCES
        and source.words.meanings == (frozenset(("name",)),)
        and not shapes.have_digits(cells)
    ):
        return None  # the name of somebody, not #1041
    for test, weigh in _TESTS:
        if test(column):
            return weigh(cells)
    match kind:
        case "number" | "integer":
            return (0, "") if shapes.are_numbers(cells) else None
        case "datetime":
            return (2, "dates") if shapes.are_dates(cells) else None
        case "choice":
            words = {word.lower() for word in column.kind.checks["isin"]["allowed_values"]}
            return (0, "its words") if shapes.share(cells, lambda cell: cell.lower() in words) >= shapes.MOST else None
        case "flag":
            flags = {"true", "false", "yes", "no", "0", "1", "y", "n"}
            return (0, "") if shapes.share(cells, lambda cell: cell.lower() in flags) >= shapes.MOST else None
        case "code":
            return (0, "") if shapes.are_codes(cells) and not shapes.are_dates(cells) else (-12, "not all are codes")
    return (0, "")


def _name_nothing(cells: Sequence[str]) -> bool:
    """Whether the cells are of a shape that no reference and no product code has."""
    return (
        shapes.are_dates(cells)
        or shapes.are_emails(cells)
        or shapes.are_fractions(cells)
        or shapes.are_line_numbers(cells)
    )


def _reference(cells: Sequence[str]) -> tuple[int, str] | None:
    if _name_nothing(cells):
        return None
    return (0, "codes") if shapes.are_codes(cells) else (-14, "not all are codes")


def _product(cells: Sequence[str]) -> tuple[int, str] | None:
    if shapes.are_named_codes(cells):
        return (2, "each a code in brackets before a name")
    if _name_nothing(cells):
        return None
    return (0, "codes") if shapes.are_codes(cells) else (-24, "names rather than codes")


def _text(cells: Sequence[str]) -> tuple[int, str] | None:
    if shapes.are_numbers(cells) or shapes.are_emails(cells) or shapes.are_dates(cells):
        return None
    return (-20, "paragraphs") if shapes.are_long(cells) else (0, "")


def _name(cells: Sequence[str]) -> tuple[int, str] | None:
    found = _text(cells)
    if shapes.are_whole_addresses(cells):
        return None
    return (2, "names") if found and shapes.are_words(cells) else found


def _barcode(cells: Sequence[str]) -> tuple[int, str] | None:
    if shapes.are_barcodes(cells):
        return (3, "its check digits are right")
    return (-4, "not all are trade item numbers") if shapes.share(cells, str.isalnum) >= shapes.MOST else None


def _only(test: Callable[[Sequence[str]], bool], what: str) -> Callable[[Sequence[str]], tuple[int, str] | None]:
    return lambda cells: (2, what) if test(cells) else None


def _named(*headings: str) -> Callable[[Column], bool]:
    return lambda column: column.heading in headings


_TESTS: Sequence[tuple[Callable[[Column], bool], Callable[[Sequence[str]], tuple[int, str] | None]]] = (
    (_named(*_REFERENCES), _reference),
    (_named(*_PRODUCTS), _product),
    (_named(*_NAMES), _name),
    (_named(*_TEXTS), _text),
    (_named("Long Description", "notes"), lambda cells: None if shapes.are_numbers(cells) else (0, "")),
    (_named("Barcode", "Case Barcode"), _barcode),
    (_named("country_code"), _only(shapes.are_countries, "countries")),
    (_named("postcode"), _only(shapes.are_postcodes, "postcodes")),
    (_named("recipient_email", "email_address"), _only(shapes.are_emails, "e-mail addresses")),
    (_named("recipient_phone_number", "phone_number"), _only(shapes.are_phones, "telephone numbers")),
)
