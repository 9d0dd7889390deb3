"""Normalizing names, so that two spellings of one name compare as equal or alike.

`normalize` gives the plain form that every comparison starts from. The others derive from it:
`jamo` takes Hangul apart as a keyboard types it, `romanised` writes it in Latin letters,
`phonetic_key` folds what romanisations write differently, `initials` keeps the first letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

LONGEST = 100
"""The most characters of a text that count; choices in Discord are at most this long."""

MINOR = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to"))
"""Words that do not tell one name from another."""

WIDE = "\u2e80"
"""The first letter of the scripts in which one letter says as much as two and words need no
spaces."""

_LONG_PIECE = re.compile(rf"\S{{{LONGEST}}}")  # as much as is normalized at once
_VOWELLESS = re.compile("[b-df-hj-np-tv-xz]+")
_QUESTION_WORDS = """
about after all are did do does each event events every had happened has have held how is it its
meant other own place that these this those took was were what when where which who whom whose why
will with
누가 누구 대한 대해 무슨 무엇 뭐 어디 어디서 언제 열렸던 열린 왜 있던 있었던 何 誰 時 事
"""
# Hiragana after another letter, with a verb's one Han character before it: 開かれた, but not 尹と.
_INFLECTION = re.compile(
    "(?:(?<![\u3400-\u9fff])[\u3400-\u9fff](?=[ぁ-ゖ])(?![がでとなにのはへもや]))?"
    "(?<=[^ぁ-ゖ\\s])[ぁ-ゖ]+"
)
_DATE = re.compile("(\\d+[년월일年月日])[에의]?")
_PARTICLE = re.compile("(?<=[가-힣]{2})(?:에서|에게|으로|까지|부터|[과가는도로를에와은을의이])$")
_STOP_WORDS = MINOR.union(_QUESTION_WORDS.split())
_CACHED = 16_384  # texts whose forms are kept: names repeat the same words again and again


# ---- The plain form --------------------------------------------------------------------------


def normalize(text: str) -> str:
    """A text in lower case, without marks, punctuation or invisible characters; may be empty.

    Hangul stays in syllables and loose jamo stay loose, kana keep their voicing marks.
    """
    return _normalize(text[:LONGEST])


def normalized_words(text: str) -> list[str]:
    """The words of a text of any length, each of its pieces between spaces normalized by itself."""
    if len(text) >= LONGEST and _LONG_PIECE.search(text):
        text = _LONG_PIECE.sub(r"\g<0> ", text)
    if text.isascii() and "+" not in text:  # only a plus joins pieces, and all at once is faster
        return _folded_plain(text.lower()).split()
    return " ".join(map(_normalize, text.split())).split()


@lru_cache(maxsize=_CACHED)
def _normalize(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
    text = _folded_plain(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_LOOSE)
    return " ".join(text.split())[:LONGEST].rstrip()


def _folded_plain(text: str) -> str:
    text = _DOTTED.sub("", text)
    return (_PLUS.sub("+", text) if "+" in text else text).translate(_FOLDED)


def significant_words(name: str) -> set[str]:
    """The words of a normalized name, without minor ones unless it has no others."""
    words = set(name.split())
    return words - MINOR or words


def content_words(text: str) -> tuple[str, ...]:
    """The words by which a normalized text describes something, without question words.

    Japanese particles and endings go (東京での首脳会談 gives 東京 and 首脳会談); dates are split.
    """
    pieces = text if text.isascii() else _DATE.sub(r"\1 ", _INFLECTION.sub(" ", text))
    words = [w for w in dict.fromkeys(pieces.split()) if w not in _STOP_WORDS]
    return tuple(words) if any(len(w) > 1 or not w.isascii() for w in words) else ()


def without_particle(word: str) -> str:
    """A Korean word without its final particle, if at least two syllables are left."""
    return _PARTICLE.sub("", word)


def is_spelt_out(word: str) -> bool:
    """Whether a word is said letter by letter, so that its spelling alone counts: ncg."""
    return _VOWELLESS.fullmatch(word) is not None


def is_wide(name: str) -> bool:
    """Whether a normalized name has letters of a script whose words need no spaces."""
    return not name.isascii() and max(name) >= WIDE


def han_characters(name: str) -> set[str]:
    """The Han characters of a normalized name."""
    return set(_HAN.findall(name)) if is_wide(name) else set()


class _Folded(dict[int, str]):
    """What each decomposed character is folded to, worked out when it first occurs."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold(chr(code))
        return folded

    @staticmethod
    def _fold(char: str) -> str:
        # Only European marks are dropped: without their own, kana and Indic words change.
        if char in _SILENT or "\u0300" <= char <= "\u036f":
            return ""
        category = unicodedata.category(char)
        if category in ("Cf", "Cs", "Co", "Cn"):
            return ""
        return char if category[0] in "LMN" or char in "+&" else " "


_SILENT = "'’‘ʼʻ`´ʹʾʿ"
_DOTTED = re.compile(r"\.(?<=\b\w\.)(?=\w\b)")  # the dots of U.S. and G.S.O.M.I.A.
_PLUS = re.compile(r"(?<=\d) ?\+ ?(?=\d)")  # 2 + 2
_FOLDED = _Folded(
    str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})
)


# ---- Hangul ----------------------------------------------------------------------------------

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ"
_FINALS = (
    "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ "
    "ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
)
_LATIN_INITIALS = "g kk n d tt r m b pp s ss _ j jj ch k t p h".replace("_", "").split(" ")
_LATIN_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
_LATIN_FINALS = "g kk gs n nj nh d l lg lm lb ls lt lp lh m b bs s ss ng j ch k t p h"

# The Unicode blocks of the letters that syllables decompose into.
_FIRST_INITIAL, _FIRST_VOWEL, _FIRST_FINAL, _AFTER = 0x1100, 0x1161, 0x11A8, 0x1200
_LOOSE = {
    **dict(enumerate(_INITIALS, _FIRST_INITIAL)),
    **dict(enumerate(_VOWELS.split(), _FIRST_VOWEL)),
    **dict(enumerate(_FINALS.split(), _FIRST_FINAL)),
}
_LATIN_JAMO = {
    **dict(zip(map(ord, _INITIALS), _LATIN_INITIALS, strict=True)),
    **dict(enumerate(_LATIN_INITIALS, _FIRST_INITIAL)),
    **dict(enumerate(_LATIN_VOWELS.split(), _FIRST_VOWEL)),
    **dict(enumerate(_LATIN_FINALS.split(), _FIRST_FINAL)),
}
_ONLY_INITIALS = {
    **dict(enumerate(_INITIALS, _FIRST_INITIAL)),
    **dict.fromkeys(range(_FIRST_VOWEL, _AFTER), ""),
    ord(" "): "",
}
_HANGUL = re.compile("[가-힣ㄱ-ㅣ]")


def jamo(name: str) -> str:
    """A normalized name as Hangul key presses without spaces: ㅁㅜㄴㅈㅐ begins 문재인."""
    if not _HANGUL.search(name):
        return name
    return unicodedata.normalize("NFD", name).translate(_LOOSE).replace(" ", "")


def initials(name: str) -> str:
    """The first letters of a normalized name: ㅇㅅㅇ of 윤석열, ldp of liberal democratic party.

    Empty if the name has fewer than three Latin words, or is only partly Hangul.
    """
    if _HANGUL.search(name):
        letters = unicodedata.normalize("NFD", name).translate(_ONLY_INITIALS)
        return letters if is_initials(letters) else ""
    words = [word for word in name.split() if word not in MINOR]
    return "".join(word[0] for word in words) if len(words) > 2 else ""


def is_initials(name: str) -> bool:
    """Whether a normalized name is nothing but Korean initial consonants."""
    return not name.strip(_INITIALS + " ")


# ---- Latin letters ---------------------------------------------------------------------------

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
_HAN = re.compile("[\u3400-\u9fff]")


def romanised(name: str) -> str:
    """A normalized name in Latin letters; empty if its Han characters have several readings."""
    if name.isascii():
        return name
    if _HAN.search(name):
        return ""
    name = _KANA_RUN.sub(_hepburn, name)
    if _HANGUL.search(name):
        name = unicodedata.normalize("NFD", name).translate(_LATIN_JAMO)
    return name if name.isascii() else " ".join(anyascii(name).lower().split())


def _hepburn(run: re.Match[str]) -> str:
    latin = "".join(_KANA.get(kana, kana) for kana in run[0].translate(_TO_HIRAGANA))
    latin = _GLIDE.sub("", latin.replace("ー", ""))
    return _DOUBLED.sub(lambda after: after[1] * 2, latin)


def forms(name: str) -> tuple[str, ...]:
    """The forms in which a normalized name is compared: jamo, and Latin letters if they differ."""
    if name.isascii():
        return (name,) if name else ()
    pressed = jamo(name)
    latin = "" if is_initials(name) else romanised(name)
    return (pressed, latin) if latin else (pressed,)


# ---- Phonetic keys ---------------------------------------------------------------------------

# Applied in order; `_` is the edge of a word, and a capital protects a letter from later folds.
_FOLDS = """
tch-j ch-j sh-s ts-j tz-j dz-j zh-j z-j x-s ph-p th-t dh-t kh-k gh-k ck-k q-k g-k c-k f-p v-p b-p
d-t l-r ark_-ak_ yeo-yu you-yu yo-yu yeu-yu ye-yu ew-yu eo-u eu-u oo-u ou-u w-u uh-u oh-u o-u
ae-e ay-e ai-e ey-e ei-e ee-i ie-i iy-i yi-i ya-Ya yu-Yu y-i Y-y ah-a _h-_H h- H-h
mp-np mm-n nn-n ss-s jj-j kk-k tt-t pp-p rr-r aa-a ii-i uu-u uu-u
"""
_FOLD_PAIRS = [pair.replace("_", " ").split("-") for pair in _FOLDS.split()]


@lru_cache(maxsize=_CACHED)
def phonetic_key(name: str) -> str:
    """A normalized name with what romanisations write differently folded: yoon suk = yun seok."""
    if not name.isascii():
        return name
    return _folded(f" {name} ").strip()


def phonetic_keys(names: Sequence[str]) -> list[str]:
    """The phonetic key of each name; folding many together takes a tenth of the time."""
    latin = [name for name in names if name.isascii()]
    folded = _folded(" " + " \n ".join(latin) + " ").split("\n")
    keys = dict(zip(latin, map(str.strip, folded), strict=True)) if latin else {}
    return [keys.get(name, name) for name in names]


def _folded(padded: str) -> str:
    for written, folded in _FOLD_PAIRS:
        padded = padded.replace(written, folded)
    return padded
