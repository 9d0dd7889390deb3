"""What is stored by id as people read it: a mention or a name, or that it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import discord

from bot.delivery.delivery_errors import DeliveryError
from bot.facts.store import Store
from bot.state.digests import Target
from bot.texts.catalogues import Words
from bot.ui.components import channels


@dataclass(frozen=True)
class Mentions:
    """Mentions of a server's channels and roles as Discord's markdown. Use `look_up`.

    `gone` are the ids of those that were deleted: Discord would show a dead mention.
    """

    words: Words
    gone: frozenset[int] = frozenset()

    def channel(self, channel_id: int) -> str:
        """A channel, thread or forum."""
        return self.words("gone.channel") if channel_id in self.gone else f"<#{channel_id}>"

    def role(self, role_id: int) -> str:
        """A role."""
        return self.words("gone.role") if role_id in self.gone else f"<@&{role_id}>"

    def present(self, each_id: int | None) -> int | None:
        """The id of a channel or role if the server still has it."""
        return None if each_id in self.gone else each_id

    def missing(self, target: Target | None) -> Literal["no-channel", "no-role"] | None:
        """What a post to a target would lack."""
        if target and target.channel_id in self.gone:
            return "no-channel"
        return "no-role" if target and target.role_id in self.gone else None


async def look_up(
    guild: discord.Guild,
    words: Words,
    targets: Iterable[Target | None] = (),
    *,
    channel_ids: Iterable[int | None] = (),
    role_ids: Iterable[int | None] = (),
) -> Mentions:
    """Mentions of targets, and of other channels and roles, as the server has them now."""
    known = [target for target in targets if target]
    places = {*channel_ids, *(target.channel_id for target in known)}
    roles = {*role_ids, *(target.role_id for target in known)}
    gone = {each for each in places if each and await _is_gone(guild, each)}
    gone |= {each for each in roles if each and not channels.role_exists(guild, each)}
    return Mentions(words, frozenset(gone))


def thing_name(words: Words, store: Store, thing_id: str) -> str:
    """The name of a thing; the id, and that it is gone, if the open base no longer has it."""
    if thing := store.things.get(thing_id):
        return thing.name(words.language)
    return words("typography.bracketed", text=thing_id, remark=words("gone.thing"))


async def _is_gone(guild: discord.Guild, channel_id: int) -> bool:
    """Whether a channel was deleted; while Discord does not say, it counts as there."""
    try:
        return await channels.find(guild, channel_id) == "no-channel"
    except DeliveryError:
        return False
