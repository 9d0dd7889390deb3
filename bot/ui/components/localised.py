"""Texts of commands and options as Discord takes them: English, and a key for the translator."""

from __future__ import annotations

from discord.app_commands import locale_str

from bot.texts.catalogues import LANGUAGES, words_in


def text(key: str) -> locale_str:
    """A text of the catalogue in English, with its key for the translator."""
    return locale_str(words_in(LANGUAGES[0])(key), key=key)
