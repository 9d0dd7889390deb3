"""Texts that are too long for a button: it carries a key, and the message shows the text.

So a button works after a restart, and nothing that people type is stored.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

import discord

_MARKUP = re.compile(r"^(?:-#|#{1,3}|-) ")
_ESCAPED = re.compile("\\\\(?=[^\\w\\s])|\u200b")
_QUOTED = re.compile("[“「‘'\"](.+)[”」’'\"]")


def key_of(text: str) -> str:
    """The key of a text: 8 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def text_in(message: discord.Message | None, key: str) -> str | None:
    """The text with this key among what a message shows: a line, what it quotes, a button."""
    shown = _texts(message.components) if message else ()
    return next((text for text in _candidates(shown) if key_of(text) == key), None)


def _texts(components: Iterable[object]) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        if isinstance(component, discord.Button) and component.label:
            yield component.label
        yield from _texts(getattr(component, "children", ()))


def _candidates(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for line in text.splitlines():
            bare = _ESCAPED.sub("", _MARKUP.sub("", line))
            yield bare
            yield from _QUOTED.findall(bare)
