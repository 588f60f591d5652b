"""What a rule would hide inside another text: `#N/A` and words for nothing, and marks such as the one before `'00123`.

Validate knows them where they stand alone; in a joined or padded text nobody would.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from schemas.vocabulary.error_words import is_error_word, is_nothing
from schemas.vocabulary.headings import fold_word

_MESSAGE = "is an error of a spreadsheet or a word for nothing, not a value"
_MARKED = r"^(?:'[0-9=+\-@.][^']*|=\"[^\"]*\")$"
_MARK_STAYS = "begins with a mark that says that it is text, which would stay inside (take it off with strip)"
# Only such texts are looked at one by one.
_LIKELY = r"^(?:#+|#[^0-9].*|Err:.*|\\N|(?i:[(\[<]?null[)\]>]?))$"


def hidden_words(
    texts: pa.LargeStringArray, made: pa.LargeStringArray | None = None, named: Collection[str] = ()
) -> dict[int, str]:
    """Find words that are no values, and texts with a mark, by place, with what is wrong.

    Args:
        texts: as the file has them.
        made: what the rules made of each: where that is the same, or blank, nothing is hidden. None: all are joined.
        named: folded words that the configuration says something of.
    """
    changed = None if made is None else pc.and_(pc.not_equal(made, ""), pc.not_equal(made, texts))
    found = {
        place: _MESSAGE
        for place, text in _matching(texts, _LIKELY, changed)
        if (is_error_word(text) or is_nothing(text)) and fold_word(text) not in named
    }
    for place, text in _matching(texts, _MARKED, changed):
        if made is None or text[:1] in made[place].as_py()[1:]:  # a mark that stays in front is known by validate
            found[place] = _MARK_STAYS
    return found


def _matching(texts: pa.LargeStringArray, pattern: str, where: pa.BooleanArray | None) -> Iterator[tuple[int, str]]:
    """The places and texts that a pattern matches, among some of them."""
    matches = pc.match_substring_regex(texts, pattern)
    places = pc.indices_nonzero(matches if where is None else pc.and_(matches, where))
    return zip(places.to_pylist(), texts.take(places).to_pylist(), strict=True)
