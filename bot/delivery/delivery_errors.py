"""Why Discord did not confirm a post. Senders raise these; they carry data.

DeliveryError
├── Refused             certainly not posted, and a moderator must act before it can be
├── Throttled           certainly not posted, but it can be later
├── OutcomeUnknown      it may have been posted
├── HistoryUnreadable   the channel's history cannot be read, so the post cannot be looked up
└── Unauthorized        Discord no longer accepts the bot's token: all sending must stop
"""

from __future__ import annotations

from datetime import timedelta

from bot.state.digests import BlockReason


class DeliveryError(Exception):
    """Discord did not confirm a post."""


class Refused(DeliveryError):
    """Discord refuses the post for a reason that a moderator can fix."""

    def __init__(self, reason: BlockReason) -> None:
        super().__init__(reason)
        self.reason: BlockReason = reason


class Throttled(DeliveryError):
    """Too many requests: wait `seconds`. A limit of the whole bot also holds the rate limiter."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def wait(self) -> timedelta:
        """How long to wait, as a timedelta."""
        return timedelta(seconds=self.seconds)


class OutcomeUnknown(DeliveryError):
    """The response was an error or never came; the post may be there all the same."""


class HistoryUnreadable(DeliveryError):
    """The bot may not read the channel's history."""


class Unauthorized(DeliveryError):
    """Discord refuses the bot's token."""
