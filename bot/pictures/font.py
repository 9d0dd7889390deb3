"""The font that is shipped with the bot: how wide a text is in it, and whether it has its letters.

It is a part of Noto Sans CJK: Latin, kana, the Hangul of KS X 1001 and the kanji of JIS X 0208.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FILE = Path(__file__).with_name("NotoSansCJK-subset.otf")

_MEASURED = 100.0
_CUT = "..."  # the font's own ellipsis is in the middle of the line, as in Japanese
_NO_LETTER = "\uffff"  # no font has it: it is drawn as the box for letters that are missing


class MissingLetters(Exception):
    """A text has letters that the font lacks; carries them."""

    def __init__(self, letters: str) -> None:
        super().__init__(f"the font has no {letters}")
        self.letters = letters


@lru_cache(maxsize=16)
def sized(size: float) -> ImageFont.FreeTypeFont:
    """The font in one size; read from disk once."""
    # The basic layout is enough for these scripts, and the same wherever Pillow runs.
    return ImageFont.truetype(FILE, size, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True)
class DrawnLetter:
    """A letter as a mask, placed from a pen on the baseline, and how far the pen moves on."""

    mask: Image.Image
    left: int
    top: int
    advance: int


@lru_cache(maxsize=2048)  # to draw a letter takes longer than all else, and most come again
def drawn_letter(letter: str, size: float) -> DrawnLetter:
    """A letter in one size, in pixels."""
    font = sized(size)
    left, top, right, bottom = map(int, font.getbbox(letter, anchor="ls"))
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), letter, 255, font, anchor="ls")
    return DrawnLetter(mask, left, top, round(font.getlength(letter)))


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """How wide a text is."""
    # At a small size, the width of each letter would be rounded.
    return sized(_MEASURED).getlength(text) * size / _MEASURED


def missing(text: str) -> str:
    """The letters of a text that the font lacks, once each."""
    return "".join(dict.fromkeys(letter for letter in text if not _has(letter)))


@lru_cache(maxsize=8192)
def _has(letter: str) -> bool:
    return letter.isspace() or _drawn(letter) != _drawn(_NO_LETTER)


def _drawn(letter: str) -> bytes:
    image = Image.new("L", (32, 32))
    ImageDraw.Draw(image).text((4, 4), letter, 255, sized(16))
    return image.tobytes()


def wrapped(text: str, size: float, room: float, lines: int) -> Iterator[str]:
    """The text in at most so many lines that fit the room, the last one with an ellipsis if cut."""
    rest = text
    for number in range(1, lines + 1):
        if width(rest, size) <= room:
            yield rest
            return
        if number == lines:
            yield rest[: _fitting(rest, size, room - width(_CUT, size))].rstrip() + _CUT
            return
        cut = _fitting(rest, size, room)
        # A word stays whole unless it is alone on its line, or its script has no spaces.
        cut = rest.rfind(" ", 0, cut + 1) if " " in rest[: cut + 1] else cut
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()


def _fitting(text: str, size: float, room: float) -> int:
    """How many letters from the beginning fit the room."""
    return max(1, bisect_right(range(len(text)), room, key=lambda n: width(text[: n + 1], size)))
