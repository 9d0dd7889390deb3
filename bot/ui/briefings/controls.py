"""Panels and forms of a briefing as values, before they become Discord's controls.

The custom id of each control has the briefing and its version, so a control works after a restart,
and one of an older version is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import discord
from discord import ui

from bot.state.briefing_record import Briefing
from bot.ui.components.messages import ReplyText

Style = discord.ButtonStyle

_KEY = r":(?P<action>[a-z]+):(?P<briefing_id>[0-9a-f]{8}):(?P<version>\d{1,9}):(?P<page>\d{1,3})"
BUTTON, MENU = "b" + _KEY, "bs" + _KEY
FORM = re.compile("bm" + _KEY)


@dataclass(frozen=True)
class Key:
    """The content of a custom id: an action on a version of a briefing, and a page."""

    action: str
    briefing_id: str
    version: int
    page: int = 1

    @classmethod
    def of(cls, briefing: Briefing, action: str, page: int = 1) -> Self:
        """The key of an action on a briefing as it is now."""
        return cls(action, briefing.briefing_id, briefing.version, page)

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The key in a custom id."""
        version, page = int(match["version"]), int(match["page"])
        return cls(match["action"], match["briefing_id"], version, page)

    def custom_id(self, prefix: Literal["b", "bs", "bm"]) -> str:
        """The custom id of a button, a menu or a form."""
        return f"{prefix}:{self.action}:{self.briefing_id}:{self.version}:{self.page}"


@dataclass(frozen=True)
class Button:
    """A button: its label and the action that it takes."""

    label: str
    action: str
    style: Style = Style.secondary
    page: int = 1


@dataclass(frozen=True)
class Pick:
    """A menu of texts; one is picked, or any number if `several`."""

    action: str
    hint: str
    options: tuple[discord.SelectOption, ...]
    several: bool = False
    page: int = 1


@dataclass(frozen=True)
class PickChannel:
    """A menu of channels."""

    action: str
    hint: str
    chosen: int | None


@dataclass(frozen=True)
class PickRole:
    """A menu of roles, which may stay empty."""

    action: str
    hint: str
    chosen: int | None


Row = Sequence[Button] | Pick | PickChannel | PickRole


@dataclass(frozen=True)
class Panel:
    """A card of a briefing with its controls; `alert` is shown above it."""

    briefing: Briefing
    reply: ReplyText
    rows: tuple[Row, ...]
    alert: str | None = None


@dataclass(frozen=True)
class Field:
    """A field of a form: its name, its label and its input."""

    name: str
    label: str
    asks: ui.TextInput[ui.Modal] | ui.Select[ui.Modal]
    help: str | None = None


@dataclass(frozen=True)
class Form:
    """A form that is filled in and sent."""

    key: Key
    title: str
    fields: tuple[Field, ...]
