"""Forms that members sent, whichever process showed them: each is known by its custom id."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from bot.ui.components.client import Interaction
from bot.ui.components.error_reporting import reported
from bot.ui.components.submitted import form_id

Take = Callable[[Interaction, re.Match[str]], Awaitable[None]]
"""Takes what was entered into a form, whose custom id is matched."""


class SentForms:
    """Who takes which forms.

    discord.py has persistent buttons and menus, and no persistent forms. It tells each listener of
    every interaction in a task of its own, also of each letter that is typed: so there is one.
    """

    def __init__(self) -> None:
        self._takers: list[tuple[re.Pattern[str], Take]] = []

    def add(self, custom_ids: re.Pattern[str], take: Take) -> None:
        """Have the forms taken whose whole custom ids match; no two patterns match the same."""
        self._takers.append((custom_ids, take))

    async def hear(self, interaction: Interaction) -> None:
        """Take the form that an interaction sends, if it sends one; report what that raises."""
        custom_id = form_id(interaction)
        if custom_id is None:
            return
        for custom_ids, take in self._takers:
            if match := custom_ids.fullmatch(custom_id):
                await reported(interaction, take(interaction, match))
                return
