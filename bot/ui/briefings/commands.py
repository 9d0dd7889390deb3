"""The cog of `/briefing`: new, list, show, edit, cancel, history, export, corrections."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

import discord
from discord import app_commands, ui
from discord.app_commands import Choice
from discord.ext import commands
from discord.utils import format_dt, utcnow

from bot.answers.service import AnswerService
from bot.cards.limits import TEXT, shorten
from bot.cards.pages import page
from bot.cards.wording import day_words
from bot.compose.briefing import propose
from bot.compose.export import markdown
from bot.state.briefing_record import Briefing
from bot.state.state import State
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.briefings import deciding, dispatch, looking
from bot.ui.briefings.beginning import begin_draft
from bot.ui.briefings.context import ActionContext
from bot.ui.briefings.controls import FORM
from bot.ui.briefings.from_answer import BriefButton, brief_menu
from bot.ui.briefings.options import (
    complete_briefings,
    complete_kind,
    read_briefing,
    read_subject,
)
from bot.ui.briefings.panels import status_word
from bot.ui.components.client import FactdeskClient, Interaction, guild_of
from bot.ui.components.language import reader_words, reply_language
from bot.ui.components.localised import text
from bot.ui.components.markdown import escape
from bot.ui.components.mentions import look_up
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.moderator_commands import Subcommand, group
from bot.ui.corrections.offers import LookButton, SettleButton, show_open
from bot.ui.corrections.unreached import WaitingButton

_LISTED = 20
_HEADLINE = 80  # characters of a headline in the list


class BriefingCommands(commands.Cog, name="Briefing"):
    """Adds `/briefing` to the command tree, with its buttons, menus and forms."""

    def __init__(self, bot: FactdeskClient) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the commands and the controls."""
        self.bot.tree.add_command(group("briefing", _subcommands()))
        self.bot.tree.add_command(brief_menu())
        self.bot.add_dynamic_items(
            dispatch.ActionButton,
            dispatch.ActionMenu,
            BriefButton,
            SettleButton,
            LookButton,
            WaitingButton,
        )
        self.bot.forms.add(FORM, dispatch.take_form)


def _subcommands() -> list[Subcommand]:
    languages = [Choice(name=text(f"settings.language.{each}"), value=each) for each in LANGUAGES]
    briefings = {"briefing": complete_briefings}
    return [
        Subcommand(
            "new",
            _new,
            choices={"language": languages},
            suggest={
                "topic": complete_kind("topic"),
                "actor": complete_kind("actor"),
                "event": complete_kind("event"),
            },
        ),
        Subcommand("list", _list),
        Subcommand("show", _show, suggest=briefings),
        Subcommand("edit", _edit, suggest=briefings),
        Subcommand("cancel", _cancel, suggest=briefings),
        Subcommand("history", _history, suggest=briefings),
        Subcommand("export", _export, suggest=briefings),
        Subcommand("corrections", show_open),
    ]


@app_commands.rename(start="from", end="to")
async def _new(
    interaction: Interaction,
    topic: str | None = None,
    actor: str | None = None,
    event: str | None = None,
    start: str | None = None,
    end: str | None = None,
    language: Literal["en", "ko", "ja"] | None = None,
) -> None:
    """Draft a briefing, and show its working card."""
    words, service = reader_words(interaction), _service(interaction)
    subject = read_subject(
        service, words, {"topic": topic, "actor": actor, "event": event}, start, end
    )
    chosen = language or reply_language(interaction, private=False)
    draft = await propose(service.store, words_in(chosen), subject)
    await begin_draft(interaction, subject, draft, chosen)


async def _list(interaction: Interaction) -> None:
    """List the server's briefings, and count the corrections that wait."""
    words, state = reader_words(interaction), _state(interaction)
    server_id = _server_id(interaction)
    briefings = await state.briefings.of_server(server_id, _LISTED)
    waiting = await state.corrections.list_open(server_id)
    targets = [each.plan.target for each in briefings if each.status not in ("posted", "cancelled")]
    mentions = await look_up(guild_of(interaction), words, targets)
    lines: list[str] = []
    left = TEXT - 500  # characters; the rest is for the title and the other lines
    for each in briefings:
        headline = escape(shorten(each.plan.text.headline, _HEADLINE))
        parts = [status_word(words, each), f"`{each.briefing_id}`", format_dt(each.changed_at, "R")]
        if missing := mentions.missing(each.plan.target):
            parts.insert(1, words(f"briefing.ui.list.{missing}"))
        line = f"- **{headline}**\n  {' · '.join(parts)}"
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    if waiting:
        lines.append(words.count("briefing.ui.list.corrections", len(waiting)))
    if not briefings:
        lines.append(words("briefing.ui.list.none"))
    await answer(interaction, ReplyText(words("briefing.ui.list"), tuple(lines)))


async def _show(interaction: Interaction, briefing: str) -> None:
    """Show the status of a briefing, and the buttons that decide on it."""
    await dispatch.run(await _context(interaction, briefing), looking.show_status)


async def _edit(interaction: Interaction, briefing: str) -> None:
    """Show the working card of a briefing."""
    await dispatch.run(await _context(interaction, briefing), looking.show)


async def _cancel(interaction: Interaction, briefing: str) -> None:
    """Cancel a briefing."""
    await dispatch.run(await _context(interaction, briefing), deciding.cancel)


async def _history(interaction: Interaction, briefing: str) -> None:
    """Show the audit log of a briefing."""
    await dispatch.run(await _context(interaction, briefing), looking.show_history)


async def _export(interaction: Interaction, briefing: str) -> None:
    """Send a briefing as a Markdown file, with its sources."""
    context = await _context(interaction, briefing)
    prepared = await context.prepare()
    card = prepared.composed.card
    words = words_in(card.language)
    made = words(
        "briefing.ui.export.made",
        date=day_words(context.editor.day(context.briefing, context.now), words),
        base_version=prepared.base_version,
    )
    content = markdown(page(card, prepared.base.store.sources, words), words, [made])
    await _send_file(context, f"briefing-{context.briefing.briefing_id}.md", content)


async def _send_file(context: ActionContext, name: str, content: str) -> None:
    layout = ui.LayoutView(timeout=None)
    layout.add_item(ui.TextDisplay(context.words("briefing.ui.export")))
    layout.add_item(ui.File(f"attachment://{name}"))
    file = discord.File(BytesIO(content.encode()), filename=name)
    await context.interaction.followup.send(view=layout, file=file, ephemeral=True)


async def _context(interaction: Interaction, typed: str) -> ActionContext:
    briefing: Briefing = await read_briefing(interaction, typed)
    return ActionContext(interaction, briefing, utcnow())


def _server_id(interaction: Interaction) -> int:
    assert interaction.guild_id, "these commands are for servers"
    return interaction.guild_id


def _state(interaction: Interaction) -> State:
    return interaction.client.state


def _service(interaction: Interaction) -> AnswerService:
    return interaction.client.service
