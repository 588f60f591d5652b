"""When two headings are the same, and when one is nearly another."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SHORTEST = 5  # characters of the longer of two headings: shorter words are like each other by chance
_LONG = 7  # characters from which two slips still leave a heading recognisable


@lru_cache(maxsize=10_000)  # some hundred headings, compared under each delimiter with those of each record type
def fold(heading: str) -> str:
    """Reduce a heading to its letters and digits, without case: `Order Reference` and `order-reference` are one.

    Unicode's compatibility forms are one as well (NFKC), accents stay. A heading of signs alone, such as `#`, is
    itself: it has nothing else that could tell it apart.
    """
    if heading.isascii():
        return re.sub(r"[^a-z0-9]+", "", heading.lower()) or heading.strip()
    previous, text = "", heading
    while text != previous:  # one form may bring about another: twice is enough for what people write
        previous = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(filter(_counts, text)) or text.strip()
    return text


def fold_word(word: str) -> str:
    """Reduce a word of a cell to what counts when it is looked up in [values]: case and outer blanks do not."""
    return unicodedata.normalize("NFC", word.strip()).casefold()


def nearest(heading: str, known: Iterable[str]) -> str:
    """Return the known heading that looks most like this one, or ""."""
    return _nearest(heading, tuple(known))


def misspelt(heading: str, known: Iterable[str]) -> str:
    """Return the known heading that this one is but for a slip or two of the keyboard, or "".

    A letter too many or too few, another letter, two letters exchanged: `adress1`, `qantity`, `postocde`.
    """
    return _misspelt(heading, tuple(known))


# Every night's files have the same headings.
@lru_cache(maxsize=1000)
def _nearest(heading: str, known: tuple[str, ...]) -> str:
    by_words = {_words(name): name for name in known}
    close = difflib.get_close_matches(_words(heading), by_words, n=1, cutoff=0.75)
    return by_words[close[0]] if close else ""


@lru_cache(maxsize=1000)
def _misspelt(heading: str, known: tuple[str, ...]) -> str:
    # Imported late: most files have no column that nobody knows.
    from rapidfuzz.distance import OSA

    folded = fold(heading)
    slips = {name: OSA.distance(folded, other, score_cutoff=2) for name in known if (other := fold(name))}
    near = {name: count for name, count in slips.items() if count <= _forgiven(max(len(folded), len(fold(name))))}
    return min(near, key=lambda name: near[name], default="")


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _words(heading: str) -> str:
    """The heading with its words apart: where they end says something about what was meant."""
    return re.sub(r"[\s_\-]+", "_", heading.casefold()).strip("_")


def _forgiven(length: int) -> int:
    """How many slips a heading may have and still be taken for another."""
    if length < _SHORTEST:
        return 0
    return 1 if length < _LONG else 2
