"""The language of a reply: the reader's in private, the server's in public."""

from __future__ import annotations

from bot.texts.catalogues import Words, choose, words_in
from bot.ui.components.client import Interaction


def reply_language(interaction: Interaction, private: bool) -> str:
    """The language of a reply: the reader's if it is private or outside servers.

    In public it is the one that the server's moderators chose, else the server's own on Discord.
    """
    if private or interaction.guild_locale is None:
        return choose(str(interaction.locale))
    chosen = interaction.client.state.settings.of(interaction.guild_id).language
    return chosen or discord_language(interaction)


def discord_language(interaction: Interaction) -> str:
    """The server's language on Discord, or the host's if there is no catalogue for it."""
    locale = str(interaction.guild_locale) if interaction.guild_locale else None
    return choose(locale, interaction.client.config.language)


def reader_words(interaction: Interaction) -> Words:
    """The texts in the reader's language."""
    language = reply_language(interaction, private=True)
    return words_in(language)


def server_words(interaction: Interaction) -> Words:
    """The texts in the server's language."""
    language = reply_language(interaction, private=False)
    return words_in(language)
