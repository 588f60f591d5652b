"""Errors of spreadsheets and words for nothing that a rule would hide inside another text: `#N/A` in a joined one."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from schemas.vocabulary.error_words import is_error_word, is_nothing
from schemas.vocabulary.headings import fold_word

_MESSAGE = "is an error of a spreadsheet or a word for nothing, not a value"
# Only such texts are looked at one by one.
_LIKELY = r"^(?:#+|#[^0-9].*|Err:.*|\\N|(?i:[(\[<]?null[)\]>]?))$"


def hidden_words(
    texts: pa.LargeStringArray, made: pa.LargeStringArray | None = None, named: Collection[str] = ()
) -> dict[int, str]:
    """Find words that are no values, by place, with what is wrong.

    Args:
        texts: as the file has them.
        made: what the rules made of each: where that is the same, or blank, nothing is hidden. None: all are joined.
        named: folded words that the configuration says something of.
    """
    likely = pc.match_substring_regex(texts, _LIKELY)
    if made is not None:
        likely = pc.and_(likely, pc.and_(pc.not_equal(made, ""), pc.not_equal(made, texts)))
    places = pc.indices_nonzero(likely)
    pairs = zip(places.to_pylist(), texts.take(places).to_pylist(), strict=True)
    return {
        place: _MESSAGE
        for place, text in pairs
        if (is_error_word(text) or is_nothing(text)) and fold_word(text) not in named
    }
