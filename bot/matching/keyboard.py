"""Text typed with the other script's keyboard: dbstjrduf for 윤석열, ㅏㅑ노ㅑㅇㅁ for kishida."""

from __future__ import annotations

from bot.matching.normalize import jamo, normalize

_LATIN = "qwertyuiopasdfghjklzxcvbnm"
_KOREAN = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ"
_SHIFTED = dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))
_TO_KOREAN = str.maketrans(
    {**dict(zip(_LATIN + _LATIN.upper(), _KOREAN * 2, strict=True)), **_SHIFTED}
)
_TO_LATIN = str.maketrans(
    {**dict(zip(_KOREAN, _LATIN, strict=True)), **{k: v.lower() for v, k in _SHIFTED.items()}}
)


def other_keyboard(text: str) -> str:
    """The normalized text that the same keys give in the other script; empty if none do."""
    keys = "".join(text.split())
    if keys.isascii() and keys.isalpha():
        return normalize(keys.translate(_TO_KOREAN))
    typed = jamo(normalize(text)).translate(_TO_LATIN)
    return typed if typed.isascii() else ""
