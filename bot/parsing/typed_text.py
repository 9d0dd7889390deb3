"""Text as people type or paste it, made safe to show and to compare."""

from __future__ import annotations

import re
import unicodedata

_BLANK = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # Hangul fillers and an empty Braille cell
_MARKS = {"Mn", "Me"}  # accents and the like, which take no room of their own
_UNMARKED = re.compile(
    "[\0-\u02ff\u2010-\u2027\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3]*"
)
"""Latin, kana, Han, Hangul and their punctuation, which leave nothing to look for."""
_NO_WIDTH = "Cf"  # joiners and directions
_MOST_MARKS = 2  # on a letter; more of them cover other lines


def clean_text(text: str, longest: int = 200) -> str:
    """The text on one line, without characters that are invisible or change its direction."""
    if text.isascii() and text.isprintable():
        return " ".join(text[:longest].split())
    visible = "".join(map(_visible, text[: longest * 2]))
    return " ".join(unstacked(visible).split())[:longest]


def unstacked(text: str) -> str:
    """The text without the marks of a letter after the first two.

    What has no width, such as a joiner, parts no marks: they are drawn on the same letter.
    """
    if _UNMARKED.fullmatch(text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in _MARKS:
            marks += 1
        elif category != _NO_WIDTH:
            marks = 0
        if category not in _MARKS or marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def unstorable(text: str) -> str | None:
    """The first character that no database keeps, as `U+0000`; None if there is none."""
    odd = (char for char in text if char == "\0" or unicodedata.category(char) == "Cs")
    return next((f"U+{ord(char):04X}" for char in odd), None)


def _visible(char: str) -> str:
    """A character as it is read: what has no width is nothing, what is blank is a space."""
    category = unicodedata.category(char)
    if category == _NO_WIDTH:
        return ""
    return " " if char in _BLANK_LETTERS or category in _BLANK else char
