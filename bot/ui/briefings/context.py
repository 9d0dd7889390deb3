"""What an action on a briefing is given, and what it gives back.

A press goes one way: `dispatch` hears it and makes an ActionContext; the action, from `looking`,
`editing` or `deciding`, changes the briefing and returns an Outcome; `dispatch` shows it. The state
notes with each change whom to tell.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from discord import ui

from bot.answers.service import AnswerService
from bot.delivery.briefing_editor import BriefingEditor, PreparedBriefing
from bot.state.briefing_record import Briefing
from bot.state.settings import Settings
from bot.state.state import State
from bot.texts.catalogues import Words
from bot.ui.briefings.controls import Form, Panel
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.messages import ReplyText, UserError

Shown = Panel | Form | ReplyText | ui.LayoutView


@dataclass(frozen=True)
class ActionContext:
    """A moderator's press on a briefing, as it was when the press came.

    `entered` is what was picked in a menu or filled into a form. `prepared` is the briefing as it
    would be posted, once an action has prepared it: it is composed once a press.
    """

    interaction: Interaction
    briefing: Briefing
    now: datetime
    page: int = 1
    entered: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    prepared: PreparedBriefing | None = None

    @property
    def words(self) -> Words:
        """The texts in the moderator's language."""
        return reader_words(self.interaction)

    @property
    def member_id(self) -> int:
        """The moderator."""
        return self.interaction.user.id

    @property
    def service(self) -> AnswerService:
        """The open base."""
        return self.interaction.client.service

    @property
    def state(self) -> State:
        """The bot's database."""
        return self.interaction.client.state

    @property
    def settings(self) -> Settings:
        """What the server's moderators chose."""
        return self.state.settings.of(self.briefing.server_id)

    @property
    def editor(self) -> BriefingEditor:
        """Changes and prepares briefings."""
        return self.interaction.client.editor

    def text(self, name: str) -> str:
        """What was filled into a field, or nothing."""
        return next(iter(self.entered.get(name, ())), "")

    async def prepare(self) -> PreparedBriefing:
        """The briefing as it would be posted now. Raises DatabaseUnavailable and DeliveryError."""
        return self.prepared or await self.editor.prepare(self.briefing)

    def at(self, briefing: Briefing) -> ActionContext:
        """The same press on the briefing as it is now."""
        return replace(self, briefing=briefing, prepared=None)

    def with_prepared(self, prepared: PreparedBriefing) -> ActionContext:
        """The same press on the briefing as it is now, prepared already."""
        return replace(self, briefing=prepared.briefing, prepared=prepared)


@dataclass(frozen=True)
class Outcome:
    """What to show after an action, and the briefing as it is then, prepared if the action did."""

    shows: Shown
    briefing: Briefing
    prepared: PreparedBriefing | None = None


Action = Callable[[ActionContext], Awaitable[Outcome]]
"""Raises UserError if it cannot be done as asked, EditConflict if someone else changed the briefing
meanwhile, DatabaseUnavailable and DeliveryError."""


def refused(words: Words, key: str, **values: str) -> UserError:
    """The error whose text has this key, with advice under `<key>.help`, which names `values`."""
    return UserError(words(key), words(f"{key}.help", **values))
