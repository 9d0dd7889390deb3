"""Text as people type or paste it, made safe to show and to compare."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # Hangul fillers and an empty Braille cell
_STACKED = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")  # accents that cover other lines


def clean_text(text: str, longest: int = 200) -> str:
    """The text on one line, without characters that are invisible or change its direction."""
    if text.isascii() and text.isprintable():
        return " ".join(text[:longest].split())
    visible = "".join(" " if _is_invisible(c) else c for c in text[: longest * 2])
    return " ".join(_STACKED.sub(r"\1", visible).split())[:longest]


def _is_invisible(char: str) -> bool:
    return char in _BLANK_LETTERS or unicodedata.category(char) in _INVISIBLE
