"""Words that stand in a cell because something went wrong before: errors of spreadsheets and words for nothing."""

from __future__ import annotations

import re

# As Excel, LibreOffice and Google Sheets write them, in the languages in which warehouses in Europe run them.
_WORDS = (
    # English; the first few in every language
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #BUSY! #UNKNOWN! "
    "#GETTING_DATA #EXTERNAL! #PYTHON! #ERROR! #MACRO? #N/A! "
    # German, Dutch
    "#NV #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #KALK! #FELD! #N/B #VERW! #WAARDE! #DEEL/0! #NAAM? #LEEG! #GETAL! "
    # French, Spanish, Italian, Portuguese
    "#VALEUR! #NOM? #NUL! #NOMBRE! #PROPAGATION! #N/D #¡REF! #¡VALOR! #¡DIV/0! #¿NOMBRE? #¡NULO! #¡NUM! "
    "#RIF! #VALORE! #NOME? #NULLO! #VALOR! #NULO! #NÚM! #NOMBRE? "
    # Polish, Czech, Hungarian, Romanian
    "#N/D! #ADR! #ARG! #DZIEL/0! #NAZWA? #ZERO! #LICZBA! #ODKAZ! #HODNOTA! #NÁZEV? #DĚLENÍ_NULOU! "
    "#HIÁNYZIK #HIV! #ÉRTÉK! #ZÉRÓOSZTÓ! #NÉV? #NULLA! #SZÁM! #VALOARE! #NUME? "
    # Swedish, Danish, Norwegian, Finnish
    "#SAKNAS! #REFERENS! #VÄRDEFEL! #DIVISION/0! #NAMN? #SKÄRNING! #OGILTIGT! #I/T #I/T! #REFERENCE! #VÆRDI! "
    "#NAVN? #VERDI! #TALL! #PUUTTUU! #VIITTAUS! #ARVO! #JAKO/0! #NIMI? #TYHJÄ! #LUKU! "
    # Russian, Turkish
    "#Н/Д #ССЫЛКА! #ЗНАЧ! #ДЕЛ/0! #ИМЯ? #ПУСТО! #ЧИСЛО! #YOK #BAŞV! #DEĞER! #SAYI/0! #AD? #BOŞ! #SAYI!"
)
_ERRORS = frozenset(_WORDS.split())
_TOO_NARROW = re.compile("#{2,}")  # what Excel shows, and copies, where a column is too narrow for its number
_CALC_ERROR = re.compile(r"Err:\d{3}")

# What databases and programs write for a cell without a value.
_NOTHING = frozenset((r"\N", "(null)", "[null]", "<null>", "null"))
_MAYBE_NOTHING = frozenset(("nan", "none", "nat", "<na>", "undefined"))
_TRUTH = frozenset(("true", "false"))


def is_error_word(text: str) -> bool:
    """Whether a spreadsheet shows this in place of a value that it could not work out."""
    return text.upper() in _ERRORS or bool(_TOO_NARROW.fullmatch(text) or _CALC_ERROR.fullmatch(text))


def is_nothing(text: str) -> bool:
    """Whether this is what a database writes for no value. `Null`, as a name is written, is only perhaps."""
    return text == r"\N" or (text.lower() in _NOTHING and text != "Null")


def may_be_nothing(text: str) -> bool:
    """Whether a program wrote this for no value, unless it is a name or a word of a sentence."""
    return text == "Null" or text.lower() in _MAYBE_NOTHING


def is_truth(text: str) -> bool:
    """Whether this is the answer to a yes-or-no question, which names nothing."""
    return text.lower() in _TRUTH
