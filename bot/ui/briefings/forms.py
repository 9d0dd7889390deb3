"""The forms of a briefing: its text, its time, and the remark that sends it back."""

from __future__ import annotations

from datetime import datetime

import discord
from discord import ui

from bot.compose.briefing import LONGEST_HEADLINE, LONGEST_REMARKS
from bot.delivery.recurrence import UnknownZone, open_zone
from bot.state.briefing_record import Briefing
from bot.texts.catalogues import LANGUAGES, Words
from bot.ui.briefings.controls import Field, Form, Key

_LONGEST_LINE = 64


def text_form(words: Words, briefing: Briefing) -> Form:
    """The headline, the moderator's own remarks, and the language of the rest."""
    text = briefing.plan.text
    headline = Field(
        "headline",
        words("briefing.ui.form.headline"),
        _line("headline", text.headline or None, longest=LONGEST_HEADLINE, required=True),
    )
    remarks = Field(
        "remarks",
        words("briefing.ui.form.remarks"),
        _paragraph("remarks", text.remarks, required=False),
        words("briefing.ui.form.remarks.help"),
    )
    language = Field(
        "language",
        words("briefing.ui.form.language"),
        _languages(words, text.language),
        words("briefing.ui.form.language.help"),
    )
    title = words("briefing.ui.text")
    return Form(Key.of(briefing, "text"), title, (headline, remarks, language))


def when_form(words: Words, briefing: Briefing, zone: str | None, now: datetime) -> Form:
    """The time of posting and its time zone; `zone` is the server's own."""
    when = briefing.plan.when
    typed = Field(
        "when",
        words("briefing.ui.form.when"),
        _line(
            "when",
            when.typed if when else None,
            words("briefing.ui.form.when.example"),
        ),
        words("briefing.ui.form.when.help"),
    )
    zone_field = Field(
        "zone",
        words("briefing.ui.form.zone"),
        _line("zone", when.zone if when else zone, "Asia/Seoul"),
        _server_zone(words, zone, now),
    )
    return Form(Key.of(briefing, "when"), words("briefing.ui.when"), (typed, zone_field))


def _server_zone(words: Words, zone: str | None, now: datetime) -> str:
    """The server's time zone, and the time there."""
    if zone is None:
        return words("briefing.ui.form.zone.none")
    try:
        time = now.astimezone(open_zone(zone))
    except UnknownZone:  # it is no longer in the time zone database
        return words("briefing.ui.form.zone.none")
    return words("briefing.ui.form.zone.server", zone=zone, time=f"{time:%H:%M}")


def remark_form(words: Words, briefing: Briefing) -> Form:
    """Why a briefing is sent back."""
    remark = Field("remark", words("briefing.ui.form.remark"), _paragraph("remark", None))
    return Form(Key.of(briefing, "back"), words("briefing.ui.send-back"), (remark,))


def _line(
    name: str,
    default: str | None,
    example: str | None = None,
    longest: int = _LONGEST_LINE,
    required: bool = False,
) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name, default=default, placeholder=example, max_length=longest, required=required
    )


def _paragraph(name: str, default: str | None, required: bool = True) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph,
        default=default,
        max_length=LONGEST_REMARKS,
        required=required,
    )


def _languages(words: Words, chosen: str) -> ui.Select[ui.Modal]:
    options = [
        discord.SelectOption(
            label=words(f"settings.language.{each}"), value=each, default=each == chosen
        )
        for each in LANGUAGES
    ]
    return ui.Select(custom_id="language", options=options)
