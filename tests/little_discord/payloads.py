"""The JSON bodies that Discord sends, as small as discord.py 2.7.1 and honesty allow."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

JSON = dict[str, Any]

APPLICATION_ID = "1000000000000000001"
MEMBER_ID = "1000000000000000002"
GUILD_ID = "1000000000000000003"
CHANNEL_ID = "1000000000000000004"

# View, send, embed, attach, read the history: what a bot of ours is invited with.
BOT_PERMISSIONS = str(1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16)
ROLE_PERMISSIONS = str(int(BOT_PERMISSIONS) | 1 << 31)

_ids = count(1_100_000_000_000_000_000)


def new_id() -> str:
    """Return a snowflake that nothing else in this process has."""
    return str(next(_ids))


def now() -> str:
    """Return the present instant as Discord writes it."""
    return datetime.now(UTC).isoformat()


def user(user_id: str = MEMBER_ID, name: str = "you", *, bot: bool = False) -> JSON:
    """Return a user object."""
    return {
        "id": user_id,
        "username": name,
        "global_name": None,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
    }


def bot_user() -> JSON:
    """Return the bot's own user object; as with every newer bot, its id is the application's."""
    return user(APPLICATION_ID, "factdesk", bot=True)


def application() -> JSON:
    """Return the application object that a login asks for."""
    return {
        "id": APPLICATION_ID,
        "name": "Factdesk",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
    }


def channel(channel_id: str = CHANNEL_ID) -> JSON:
    """Return a guild's one text channel."""
    return {
        "id": channel_id,
        "type": 0,
        "name": "general",
        "position": 0,
        "permission_overwrites": [],
    }


def member(person: JSON) -> JSON:
    """Return `person` as a member without roles."""
    return {
        "user": person,
        "roles": [],
        "joined_at": "2025-11-29T12:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def guild(guild_id: str = GUILD_ID, channel_id: str = CHANNEL_ID) -> JSON:
    """Return a guild, as GUILD_CREATE brings it to a bot with the intent `guilds`."""
    return {
        "id": guild_id,
        "name": "Try it",
        "owner_id": MEMBER_ID,
        "preferred_locale": "en-US",
        "member_count": 2,
        "roles": [
            {
                "id": guild_id,
                "name": "@everyone",
                "permissions": ROLE_PERMISSIONS,
                "position": 0,
                "color": 0,
                "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
                "hoist": False,
                "managed": False,
                "mentionable": False,
                "flags": 0,
            }
        ],
        "members": [member(bot_user())],
        "channels": [channel(channel_id)],
        "threads": [],
        "unavailable": False,
    }


def ready(
    session_id: str, resume_gateway_url: str, shard: tuple[int, int], guild_ids: Iterable[int]
) -> JSON:
    """Return READY's body: the shard's guilds are announced, and come with GUILD_CREATE."""
    return {
        "v": 10,
        "user": bot_user(),
        "guilds": [{"id": str(each), "unavailable": True} for each in guild_ids],
        "shard": list(shard),
        "session_id": session_id,
        "resume_gateway_url": resume_gateway_url,
        "application": {"id": APPLICATION_ID, "flags": 0},
    }


def interaction(kind: int, data: JSON, locale: str, guild_id: str, channel_id: str) -> JSON:
    """Return an interaction of the member in a guild's channel; a message can be put beside."""
    return {
        "id": new_id(),
        "application_id": APPLICATION_ID,
        "type": kind,
        "token": f"interaction-{new_id()}",
        "version": 1,
        "data": data,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "locale": locale,
        "channel_id": channel_id,
        "channel": channel(channel_id),
        "member": member(user()) | {"permissions": ROLE_PERMISSIONS},
        "app_permissions": BOT_PERMISSIONS,
        "authorizing_integration_owners": {"0": guild_id},
        "context": 0,
        "entitlements": [],
        "attachment_size_limit": 10 * 1024 * 1024,
    }


def message(body: JSON, channel_id: str = CHANNEL_ID) -> JSON:
    """Return the message that a bot's request `body` makes, its components numbered."""
    said = {key: body[key] for key in ("content", "embeds", "flags", "nonce") if key in body}
    shown: JSON = {
        "id": new_id(),
        "channel_id": channel_id,
        "author": bot_user(),
        "content": "",
        "timestamp": now(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }
    return shown | said | {"components": numbered(body.get("components") or [])}


def edited(shown: JSON, body: JSON) -> JSON:
    """Return the message `shown` after an edit: what `body` does not name stays as it was."""
    said = {key: body[key] for key in ("content", "embeds", "attachments") if key in body}
    if "components" in body:
        said["components"] = numbered(body["components"] or [])
    # The flag of Components V2 can be set by an edit and never taken back.
    flags = shown["flags"] | body.get("flags", 0)
    return shown | said | {"flags": flags, "edited_timestamp": now()}


def parts(components: list[JSON]) -> Iterator[JSON]:
    """Yield every component in `components`, the nested ones after the one that holds them."""
    for part in components:
        yield part
        yield from parts(part.get("components", []))
        if "accessory" in part:
            yield part["accessory"]


def numbered(components: list[JSON]) -> list[JSON]:
    """Return a copy of `components` with an `id` on each, as Discord gives them out."""
    numbers = count(1)

    def copied(part: JSON) -> JSON:
        copy = {"id": next(numbers)} | part
        if "components" in part:
            copy["components"] = [copied(inner) for inner in part["components"]]
        if "accessory" in part:
            copy["accessory"] = copied(part["accessory"])
        return copy

    return [copied(part) for part in components]
