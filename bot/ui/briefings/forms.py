"""The forms of a briefing: its text, its time, and the remark that sends it back."""

from __future__ import annotations

import discord
from discord import ui

from bot.compose.briefing import LONGEST_HEADLINE, LONGEST_REMARKS
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


def when_form(words: Words, briefing: Briefing, zone: str | None) -> Form:
    """The day, the time and the time zone of posting; `zone` is the server's own."""
    when = briefing.plan.when
    day = Field(
        "day",
        words("briefing.ui.form.day"),
        _line("day", f"{when.wall:%Y-%m-%d}" if when else None, "2026-12-24"),
        words("briefing.ui.form.day.help"),
    )
    time = Field(
        "time",
        words("briefing.ui.form.time"),
        _line("time", f"{when.wall:%H:%M}" if when else None, "09:30"),
    )
    zone_field = Field(
        "zone",
        words("briefing.ui.form.zone"),
        _line("zone", when.zone if when else zone, "Asia/Seoul"),
    )
    return Form(Key.of(briefing, "when"), words("briefing.ui.when"), (day, time, zone_field))


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
