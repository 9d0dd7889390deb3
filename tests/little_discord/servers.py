"""Servers of usual size as GUILD_CREATE brings them, each different and always the same."""

import random
from collections.abc import Iterator
from string import ascii_lowercase

from tests.little_discord import payloads
from tests.little_discord.payloads import JSON

_CATEGORIES, _TEXT, _VOICE = 5, 25, 7
_ROLES, _EMOJIS, _STICKERS, _THREADS, _TAGS = 25, 50, 5, 6, 5


def server(number: int) -> JSON:
    """A server of usual size: 40 channels, 6 threads, 25 roles, 50 emojis and 5 stickers."""
    chance = random.Random(number)  # noqa: S311
    server_id = _id(chance)
    roles = [
        _role(chance, server_id if place == 0 else _id(chance), place) for place in range(_ROLES)
    ]
    role_ids = [role["id"] for role in roles]
    channels = list(_channels(chance, role_ids))
    text = [channel["id"] for channel in channels if channel["type"] == 0]
    me = payloads.member(payloads.bot_user()) | {"roles": role_ids[1:3]}
    return {
        "id": server_id,
        "name": f"{_name(chance)} {number}",
        "owner_id": _id(chance),
        "icon": f"{chance.getrandbits(128):032x}",
        "preferred_locale": "en-US",
        "verification_level": 1,
        "default_message_notifications": 1,
        "member_count": 500,
        "features": ["COMMUNITY", "NEWS", "INVITE_SPLASH", "SOUNDBOARD", "AUTO_MODERATION"],
        "system_channel_id": text[0],
        "public_updates_channel_id": text[1],
        "roles": roles,
        "channels": channels,
        "threads": [_thread(chance, chance.choice(text)) for _ in range(_THREADS)],
        "emojis": [{"id": _id(chance), "name": _name(chance), "roles": []} for _ in range(_EMOJIS)],
        "stickers": [_sticker(chance, server_id) for _ in range(_STICKERS)],
        "members": [me],
        "voice_states": [],
        "presences": [],
        "unavailable": False,
    }


def _id(chance: random.Random) -> str:
    """A snowflake of the last ten years."""
    return str(chance.randrange(200_000_000_000_000_000, 1_400_000_000_000_000_000))


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(ascii_lowercase, k=chance.randrange(4, 18)))


def _role(chance: random.Random, role_id: str, place: int) -> JSON:
    return {
        "id": role_id,
        "name": _name(chance),
        "permissions": str(chance.choice((0, 104324673, 1071698660929, chance.getrandbits(40)))),
        "position": place,
        "color": (color := chance.getrandbits(24)),
        "colors": {"primary_color": color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "managed": False,
        "mentionable": chance.random() < 0.2,
        "flags": 0,
    }


def _channels(chance: random.Random, role_ids: list[str]) -> Iterator[JSON]:
    categories = [_channel(chance, 4, None, role_ids) for _ in range(_CATEGORIES)]
    yield from categories
    for kind in [0] * _TEXT + [5, 15, 15] + [2] * _VOICE:
        category = chance.choice(categories)
        channel = _channel(chance, kind, category["id"], role_ids)
        if chance.random() < 0.7:  # most have the permissions of their category
            channel["permission_overwrites"] = category["permission_overwrites"]
        yield channel


def _channel(chance: random.Random, kind: int, parent_id: str | None, role_ids: list[str]) -> JSON:
    overwritten = [role_ids[0], *chance.sample(role_ids[1:], chance.randrange(3))]
    channel: JSON = {
        "id": _id(chance),
        "type": kind,
        "name": _name(chance),
        "position": chance.randrange(40),
        "parent_id": parent_id,
        "flags": 0,
        "permission_overwrites": [_overwrite(chance, each) for each in overwritten],
    }
    if kind == 2:
        channel |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    elif kind != 4:
        channel |= {
            "topic": "What this channel is for, in a sentence of usual length.",
            "nsfw": False,
            "rate_limit_per_user": 0,
            "last_message_id": _id(chance),
        }
    if kind == 15:
        channel["available_tags"] = [_tag(chance) for _ in range(_TAGS)]
        channel["default_auto_archive_duration"] = 10080
    return channel


def _overwrite(chance: random.Random, role_id: str) -> JSON:
    allow, deny = chance.choice((("0", "1024"), ("1024", "0"), ("3072", "274877906944")))
    return {"id": role_id, "type": 0, "allow": allow, "deny": deny}


def _tag(chance: random.Random) -> JSON:
    return {
        "id": _id(chance),
        "name": _name(chance),
        "moderated": False,
        "emoji_id": None,
        "emoji_name": None,
    }


def _thread(chance: random.Random, parent_id: str) -> JSON:
    return {
        "id": _id(chance),
        "type": 11,
        "name": _name(chance),
        "parent_id": parent_id,
        "owner_id": _id(chance),
        "message_count": 12,
        "member_count": 4,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 4320,
            "archive_timestamp": payloads.now(),
            "locked": False,
        },
    }


def _sticker(chance: random.Random, server_id: str) -> JSON:
    return {
        "id": _id(chance),
        "name": _name(chance),
        "tags": "wave",
        "type": 2,
        "format_type": 1,
        "description": None,
        "available": True,
        "guild_id": server_id,
    }
