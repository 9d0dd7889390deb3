"""What may become of a post that was handed to Discord. Senders raise these; they carry data.

DeliveryError
├── Refused        certainly not posted, and it would not be another time: a moderator must act
├── Throttled      certainly not posted; later
├── OutcomeUnknown       nobody knows yet whether it was posted
├── HistoryUnreadable     the channel's history cannot be read, so it cannot be looked up
└── Unauthorized   Discord does not know the bot's token any more: all sending must stop
"""

from __future__ import annotations

from datetime import timedelta

from bot.state.digests import BlockReason


class DeliveryError(Exception):
    """A post was not confirmed."""


class Refused(DeliveryError):
    """Discord refuses the post for a reason that a moderator can mend."""

    def __init__(self, reason: BlockReason) -> None:
        super().__init__(reason)
        self.reason: BlockReason = reason


class Throttled(DeliveryError):
    """Too many requests: wait so many seconds; `everywhere` means the whole bot."""

    def __init__(self, seconds: float, everywhere: bool) -> None:
        super().__init__(seconds, everywhere)
        self.seconds = seconds
        self.everywhere = everywhere

    @property
    def wait(self) -> timedelta:
        """How long to wait."""
        return timedelta(seconds=self.seconds)


class OutcomeUnknown(DeliveryError):
    """The answer was an error or never came, although the post may be there."""


class HistoryUnreadable(DeliveryError):
    """The bot may not read the channel's history."""


class Unauthorized(DeliveryError):
    """Discord refuses the bot's token."""
