"""Views of a name: the forms in which two spellings of one name come to look alike.

`view` is the plain form that every comparison starts from. The others are made from a view:
`strokes` takes Hangul apart as a keyboard types it, `romanised` writes Hangul and kana in Latin
letters, `sound` folds what romanisations write differently, `initials` keeps the first letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 100
"""Characters of a text that are looked at: Discord shows no longer choice."""


def view(text: str) -> str:
    """A text in lower case, without marks, punctuation or invisible characters; may be empty.

    Hangul stays in syllables and loose jamo stay loose, kana keep their voicing marks.
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    whole = unicodedata.normalize("NFC", _DOTTED.sub("", plain).translate(_FOLDED))
    return " ".join(whole.translate(_LOOSE).split())[:LONGEST].rstrip()


class _Folded(dict[int, str]):
    """What becomes of each decomposed character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold(chr(code))
        return folded

    @staticmethod
    def _fold(char: str) -> str:
        # Only the marks of European scripts go: without theirs, kana and Indic words change.
        if char in _SILENT or "\u0300" <= char <= "\u036f":
            return ""
        category = unicodedata.category(char)
        if category in ("Cf", "Cs", "Co", "Cn"):
            return ""
        return char if category[0] in "LMN" or char in "+&" else " "


_SILENT = "'’‘ʼʻ`´ʹʾʿ"
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # the dots of U.S. and G.S.O.M.I.A.
_FOLDED = _Folded(
    str.maketrans(
        {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    )
)

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ"
_FINALS = (
    "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ "
    "ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
)
# Compatibility forms turn conjoining jamo, which no keyboard types, into the ones that it does.
_LOOSE = {
    **dict(enumerate(_INITIALS, 0x1100)),
    **dict(enumerate(_VOWELS.split(), 0x1161)),
    **dict(enumerate(_FINALS.split(), 0x11A8)),
}
_HANGUL = re.compile("[가-힣ㄱ-ㅣ]")


def strokes(name: str) -> str:
    """A view with Hangul as key presses and its words run together: ㅁㅜㄴㅈㅐ begins 문재인."""
    if not _HANGUL.search(name):
        return name
    return unicodedata.normalize("NFD", name).translate(_LOOSE).replace(" ", "")


_LATIN_INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h"
_LATIN_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
_LATIN_FINALS = "k k k n n n t l k m l l l p l m p p t t ng t t k t p t"
_LATIN_JAMO = {
    **dict(enumerate(_LATIN_INITIALS.replace("-", "").split(" "), 0x1100)),
    **dict(enumerate(_LATIN_VOWELS.split(), 0x1161)),
    **dict(enumerate(_LATIN_FINALS.split(), 0x11A8)),
}

_KANA_ROWS = """
あ a い i う u え e お o か ka き ki く ku け ke こ ko が ga ぎ gi ぐ gu げ ge ご go
さ sa し shi す su せ se そ so ざ za じ ji ず zu ぜ ze ぞ zo た ta ち chi つ tsu て te と to
だ da ぢ ji づ zu で de ど do な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho
ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ま ma み mi む mu め me も mo
や ya ゆ yu よ yo ら ra り ri る ru れ re ろ ro わ wa ゐ i ゑ e を o ん n ゔ vu
ぁ ^a ぃ ^i ぅ ^u ぇ ^e ぉ ^o ゃ ^ya ゅ ^yu ょ ^yo ゎ ^wa
"""
_KANA: dict[str, str] = dict(zip(_KANA_ROWS.split()[::2], _KANA_ROWS.split()[1::2], strict=True))
_KANA_RUN = re.compile("[ぁ-ゖァ-ヺー]+")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
# A small vowel (^) takes the place of the one before it: ki^ya kya, shi^yo sho, fu^a fa.
_GLIDE = re.compile(r"(?<=sh|ch)i\^y|(?<=j)i\^y|(?<=[kgnhbpmr])i(?=\^y)|[aiueo](?=\^)|\^")
_DOUBLED = re.compile("っ(.?)")


def romanised(name: str) -> str:
    """A view with Hangul and kana in Latin letters, by simple letter values."""
    if _HANGUL.search(name):
        name = unicodedata.normalize("NFD", name).translate(_LATIN_JAMO)
    return _KANA_RUN.sub(_hepburn, name)


def _hepburn(run: re.Match[str]) -> str:
    latin = "".join(_KANA.get(kana, kana) for kana in run[0].translate(_TO_HIRAGANA))
    latin = _GLIDE.sub("", latin.replace("ー", ""))
    return _DOUBLED.sub(lambda after: after[1] * 2, latin)


_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"sh|ss|x", "s"),
        (r"tch|ch|ts|tz|dz|zh|jj|z", "j"),
        (r"ph|f|v|pp|b", "p"),
        (r"ck|kh|gh|kk|q|g|c", "k"),
        (r"th|dh|tt|d", "t"),
        (r"l", "r"),
        (r"yeo|yo[ou]?|ye?u|ew", "yu"),
        (r"eo|eu|oo|ou|oh|wu|uh|o|w", "u"),
        (r"ae|ay|ai|ey|ei", "e"),
        (r"ee|ie|iy|yi|y(?![aeu])", "i"),
        (r"ah|aa", "a"),
        (r"(?<=\w)h", ""),
        (r"m(?=[pbm])", "n"),
        (r"ar(?=k\b)", "a"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=4096)
def sound(name: str) -> str:
    """A Latin view with what romanisations write differently folded: yoon suk = yun seok."""
    for pattern, folded in _SOUNDS:
        name = pattern.sub(folded, name)
    return name


MINOR = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to"))
"""Words that tell no name from another."""


def initials(name: str) -> str:
    """The first letters of a view: ㅇㅅㅇ of 윤석열, ldp of liberal democratic party.

    Empty where the view is one Latin word, or only partly Hangul.
    """
    if _HANGUL.search(name):
        letters = unicodedata.normalize("NFD", name).translate(_ONLY_INITIALS)
        return "" if letters.strip(_INITIALS) else letters
    words = [word for word in name.split() if word not in MINOR]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


_ONLY_INITIALS = {
    **dict(enumerate(_INITIALS, 0x1100)),
    **dict.fromkeys(range(0x1161, 0x1200), ""),
    ord(" "): "",
}
