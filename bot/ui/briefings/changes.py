"""What changed in a briefing as markdown: old words struck through, new ones bold."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.limits import TEXT
from bot.compose.differences import Stretch
from bot.texts.catalogues import Words
from bot.ui.components.markdown import escape

_ROOM = TEXT - 300  # characters; the rest is for the title


def changes(words: Words, changed: Sequence[Sequence[Stretch]]) -> tuple[str, ...]:
    """The lines that changed, and how many there is no room for."""
    shown: list[str] = []
    left = _ROOM
    for line in map(_line, changed):
        left -= len(line) + 1
        if left < 0:
            shown.append(words.count("briefing.ui.changes.more", len(changed) - len(shown)))
            break
        shown.append(line)
    return tuple(shown)


def _line(line: Sequence[Stretch]) -> str:
    marked = "".join(map(_stretch, line))
    return f"- {marked.replace(_TOUCHING, _APART)}"


_TOUCHING, _APART = "~~**", "~~ **"  # old words, and the new ones in their place
_MARKS = {"both": "", "old": "~~", "new": "**"}


def _stretch(stretch: Stretch) -> str:
    """A stretch in its marks, which Discord takes only right at a word."""
    text, mark = stretch.text, _MARKS[stretch.within]
    bare = text.strip()
    if not bare:
        return text
    start = text.index(bare)
    return f"{text[:start]}{mark}{escape(bare)}{mark}{text[start + len(bare) :]}"
