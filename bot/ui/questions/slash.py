"""Slash commands made from the table of questions, so that Discord and `ask` offer the same."""

from __future__ import annotations

from inspect import Parameter, Signature

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.answers.commands import PRIVATE
from bot.answers.context import Command, Option
from bot.cards.card import Question
from bot.facts.model import ThingKind
from bot.texts.catalogues import LANGUAGES, choose, words_in
from bot.ui.components.client import Interaction
from bot.ui.components.language import reply_language
from bot.ui.components.localised import text
from bot.ui.components.moderator_commands import Choices, Completion, Slash
from bot.ui.posting.posts import show_corrections
from bot.ui.questions.replies import reply
from bot.ui.questions.shown_text import shown_text

_ANYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_BY_ANYONE = app_commands.AppInstallationType(guild=True, user=True)
"""Questions can be asked wherever a member is, who may add the bot to their own account."""


def slash_command(command: Command) -> Slash:
    """The slash command that asks a question of the table."""

    async def ask(interaction: Interaction, **given: str | bool | None) -> None:
        options = {
            option.name: str(value)
            for option in command.options
            if (value := given.get(_parameter_name(option)))
        }
        private = bool(given.get(_parameter_name(PRIVATE)))
        await reply(interaction, Question(command.name, options), private)

    # discord.py reads a command's options from its function's signature.
    options = (*command.options, PRIVATE)
    receiver = Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=Interaction)
    parameters = [receiver, *map(_parameter, options)]
    ask.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    ask = app_commands.rename(**{_parameter_name(option): option.name for option in options})(ask)
    ask = app_commands.describe(
        **{_parameter_name(o): text(f"option.{command.name}.{o.name}") for o in command.options},
        **{_parameter_name(PRIVATE): text("option.private")},
    )(ask)
    slash: Slash = app_commands.Command(
        name=command.name,
        description=text(f"command.{command.name}"),
        callback=ask,
        allowed_contexts=_ANYWHERE,
        allowed_installs=_BY_ANYONE,
    )
    for option in command.options:
        if option.kind in ("event", "actor", "topic", "source"):
            slash.autocomplete(_parameter_name(option))(_completion(option.kind))
    return slash


def message_menu(command: Command) -> app_commands.ContextMenu:
    """The entry in the menu of messages that asks a question about one; the answer is private.

    For the bot's own answers it lists what was corrected since.
    """

    async def ask(interaction: Interaction, message: discord.Message) -> None:
        if message.author == interaction.client.user:
            await show_corrections(
                interaction, interaction.client.state.public_answers.facts(message.id)
            )
            return
        question = Question(command.name, {command.options[0].name: shown_text(message)})
        await reply(interaction, question, private=True)

    return app_commands.ContextMenu(
        name=text(f"command.{command.name}"),
        callback=ask,
        allowed_contexts=_ANYWHERE,
        allowed_installs=_BY_ANYONE,
    )


def _parameter(option: Option) -> Parameter:
    kind = bool if option.kind == "flag" else str
    return Parameter(
        _parameter_name(option),
        Parameter.KEYWORD_ONLY,
        annotation=kind if option.required else kind | None,
        default=Parameter.empty if option.required else None,
    )


def _parameter_name(option: Option) -> str:
    """The option's name as a Python parameter: `from` alone would be a keyword."""
    return f"{option.name}_"


def _completion(kind: ThingKind) -> Completion:
    async def complete(interaction: Interaction, typed: str) -> Choices:
        language = reply_language(interaction, private=True)
        choices = interaction.client.service.complete(kind, typed, language)
        return [app_commands.Choice(name=choice.label, value=choice.id) for choice in choices]

    return complete


class CatalogueTranslator(app_commands.Translator):
    """Gives Discord the descriptions of commands and options in the other languages."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: object
    ) -> str | None:
        """The text in Discord's `locale`, or None if it would be English anyway."""
        language = choose(locale.value)
        if language == LANGUAGES[0] or "key" not in string.extras:
            return None
        return words_in(language)(string.extras["key"])
