"""A heading taken apart into what each of its words speaks of: `Ship-to Post Code`, `Bestellmenge`, `QtyOrdered`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pipeline.describe.mapping.lexicon import WORDS
from pipeline.describe.mapping.phrases import LONGEST_PHRASE, PHRASES

_TOKENS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NUMBER_SIGN = re.compile(r"[#№]|\b[nN][°º]\.?")
_SHORTEST = 3  # letters of a word inside a compound …
_SHORT = frozenset(("no", "nr", "id", "to", "po", "cd", "dt"))  # … unless it is one of these
_LINKS = ("", "s", "n", "en", "e", "es")  # letters between the words of a German or Dutch compound


@dataclass(frozen=True, slots=True)
class Words:
    """What a heading speaks of: for each word, everything that it may mean."""

    meanings: tuple[frozenset[str], ...]
    unknown: int = 0  # words that the list does not have
    number: str = ""  # digits in it, as of the second line of an address

    @property
    def all(self) -> frozenset[str]:
        """Every sense of every word."""
        return frozenset().union(*self.meanings)


@lru_cache(maxsize=10_000)
def words_of(heading: str) -> Words:
    """Take a heading apart."""
    tokens = _tokens(heading)
    number = next((token for token in tokens if token.isdigit()), "")
    tokens = [token for token in tokens if not token.isdigit()]
    meanings: list[frozenset[str]] = []
    unknown = 0
    while tokens:
        size, found = _longest(tokens)
        if found is None:
            unknown += len(tokens[0]) > 1
        else:
            meanings += [one for one in found if one]
        tokens = tokens[size:]
    return Words(tuple(meanings), unknown, number)


def _tokens(heading: str) -> list[str]:
    text = _NUMBER_SIGN.sub(" number ", heading)
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return [token.lower() for token in _TOKENS.findall(text)]


def _longest(tokens: list[str]) -> tuple[int, list[frozenset[str]] | None]:
    """The longest phrase that the tokens begin with, and its meanings; None for a word that nobody knows."""
    for size in range(min(LONGEST_PHRASE, len(tokens)), 1, -1):
        if (senses := PHRASES.get(tuple(tokens[:size]))) is not None:
            return size, [frozenset((sense,)) for sense in senses]
    if (known := WORDS.get(tokens[0])) is not None:
        return 1, [known]
    return 1, _compound(tokens[0])


@lru_cache(maxsize=10_000)
def _compound(word: str) -> list[frozenset[str]] | None:
    """The meanings of the words that a compound is made of, fewest and so longest words first."""
    if len(word) < 2 * _SHORTEST - 1:
        return None
    for end in range(len(word) - 2, 1, -1):
        first = word[:end]
        if first not in WORDS or (end < _SHORTEST and first not in _SHORT):
            continue
        for link in _LINKS:
            rest = word[end + len(link) :]
            if not rest or word[end : end + len(link)] != link:
                continue
            if rest in WORDS and (len(rest) >= _SHORTEST or rest in _SHORT):
                return _joined(first, rest)
            if (deeper := _compound(rest)) is not None:
                return [WORDS[first], *deeper]
    return None


def _joined(first: str, rest: str) -> list[frozenset[str]]:
    if (senses := PHRASES.get((first, rest))) is not None:
        return [frozenset((sense,)) for sense in senses]
    return [WORDS[first], WORDS[rest]]
