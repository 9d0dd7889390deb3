"""Servers that the bot arrives in: whoever added it is welcomed, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from bot.delivery.delivery_errors import DeliveryError
from bot.delivery.jobs.notices import ARRIVAL_PLACES, Addresses
from bot.state.notices import Notice
from bot.state.state import State

log = structlog.stdlib.get_logger("factdesk.delivery")

_RECENT = timedelta(days=1)  # how long after an arrival that was missed a welcome is still one


async def note_arrival(
    state: State, addresses: Addresses, server_id: int, joined_at: datetime, now: datetime
) -> None:
    """Have a server welcomed if a place for that is found; an older arrival is left alone.

    So is one after which everything about the server was deleted: nothing is stored of it again.
    The notice's id follows from the arrival, so it is sent once, however many processes and starts
    see that arrival. Raises DatabaseUnavailable.
    """
    if now - joined_at > _RECENT or await state.settings.was_deleted_since(server_id, joined_at):
        return
    if not await _is_reachable(addresses, server_id):
        return
    arrival = f"{server_id}/{joined_at.isoformat()}"
    notice_id = sha256(arrival.encode()).hexdigest()[:16]
    await state.notices.add(Notice(server_id, "welcome", joined_at, notice_id=notice_id))


async def _is_reachable(addresses: Addresses, server_id: int) -> bool:
    """Whether there is a place for the welcome; one may turn up later while Discord is away."""
    try:
        for place in ARRIVAL_PLACES:
            if await addresses.channel_id(server_id, place):
                return True
    except DeliveryError as error:
        log.warning("Discord does not say who added the bot", reason=repr(error))
        return True
    return False
