"""Texts of commands and options as Discord is given them: English, and a key for the translator."""

from __future__ import annotations

from discord.app_commands import locale_str

from bot.texts.catalogues import LANGUAGES, words


def text(key: str) -> locale_str:
    """A catalogue's text: English by itself, and its key for the translator."""
    return locale_str(words(LANGUAGES[0])(key), key=key)
