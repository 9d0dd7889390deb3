"""Publishes posts of announcement channels to the servers that follow them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import structlog

from bot.delivery.delivery_errors import Refused, Throttled
from bot.delivery.outbox import RetryAt
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.scheduler import AT_ONCE, Finished
from bot.state.posts import MessageRef, Posts

log = structlog.stdlib.get_logger("factdesk.delivery")


class Publisher(Protocol):
    """Publishes messages; may raise DeliveryError."""

    async def publish(self, message_ref: MessageRef) -> None:
        """Publish a message to the servers that follow its channel."""
        ...


class PublishingJob:
    """The posts that wait to be published, by their ids."""

    def __init__(self, posts: Posts, publisher: Publisher, rate_limiter: RateLimiter) -> None:
        self._posts = posts
        self._publisher = publisher
        self._rate_limiter = rate_limiter

    async def next_due(self) -> Mapping[str, datetime]:
        """The posts to publish. Raises DatabaseUnavailable."""
        return {post.post_id: AT_ONCE for post in await self._posts.unpublished()}

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Publish a post; Discord ignores it if another process did so already.

        Raises DatabaseUnavailable and DeliveryError.
        """
        post = await self._posts.get(key)
        if not post or not post.message_ref:  # forgotten meanwhile
            return Finished(None, makes_others_due=False)
        await self._rate_limiter.acquire()
        try:
            await self._publisher.publish(post.message_ref)
        except Throttled as error:
            return RetryAt(now + error.wait)
        except Refused as error:
            log.warning("a post cannot be published", post=key, reason=error.reason)
            await self._posts.mark_published(key, done=False)
        else:
            await self._posts.mark_published(key, done=True)
        return Finished(None, makes_others_due=False)
