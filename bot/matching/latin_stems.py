"""Latin words by what their forms and spellings share: labor and labour, October and Oct."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_INFLECTED = re.compile(r"(?<=\w{3})(?:(?<=i)es|es|s|ed|ing|e)$")
_ORDINAL = re.compile(r"(\d)(?:st|nd|rd|th)$")
_SPELLINGS = (  # labor, labour; advisor, adviser; apologize, apologise; defense, defence
    (re.compile("(?<=[a-z]{2})our"), "or"),
    (re.compile("(?<=[a-z]{2}[st])or$"), "er"),
    (re.compile("(?<=[a-z]{2})z(?=$|[aei])"), "s"),
    (re.compile("ens(?=$|e|iv)"), "enc"),
)
_STEM = 6  # letters of a Latin word that count: compen(sate), compen(sation)
_MONTH_NAMES = """
jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|
oct october|nov november|dec december
"""
_NUMBER_NAMES = """
one|two twice|three thrice|four fourth|five fifth|six sixth|seven seventh|eight eighth|nine ninth|
ten tenth|eleven eleventh|twelve twelfth|thirteen thirteenth
"""


def _alike(listed: str, values: Iterable[str]) -> dict[str, str]:
    """The value of each word of a list in which `|` parts words of one value."""
    groups = zip(listed.split("|"), values, strict=False)
    return {word: value for words, value in groups for word in words.split()}


MONTHS = _alike(_MONTH_NAMES, (f"m{number}" for number in range(1, 13)))
"""The term of each name of a month."""
NUMBERS = _alike(_NUMBER_NAMES, map(str, range(1, 14)))
"""The digits of each number that is written as a word."""


@lru_cache(maxsize=16_384)  # a base says the same words again and again
def stemmed(word: str) -> str:
    """The beginning of a normalized Latin word that its other forms share."""
    if word.isdigit() or len(word) < 4:
        return word
    bare = _ORDINAL.sub(r"\1", _INFLECTED.sub("", word))
    for american, british in _SPELLINGS:
        bare = american.sub(british, bare)
    return (bare[:-1] + "i" if bare.endswith("y") else bare)[:_STEM]
