"""The tables of the state: small, the same on SQLite and PostgreSQL.

Instants are kept in UTC. Everything of a server goes with its row in `server`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)


class Instant(TypeDecorator[datetime]):
    """An aware instant. SQLite keeps no time zones, so it is given and gives UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC, as the database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without its zone: {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_index",
    }
)


def _server_id(**options: Any) -> Column[int]:
    return Column(
        "server_id",
        BigInteger,
        ForeignKey("server.server_id", ondelete="CASCADE"),
        nullable=False,
        **options,
    )


server = Table(
    "server",
    metadata,
    Column("server_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(2)),  # chosen by its moderators; NULL: the one that Discord tells
    Column("moderator_role_id", BigInteger),  # who may besides those with Manage Server
    Column("approval", Boolean, nullable=False, server_default=false()),  # of briefings
    Column("log_channel_id", BigInteger),  # where the moderators' steps are told
    Column("channel_id", BigInteger),  # where briefings go unless another is chosen
    Column("zone", String(64)),  # of the times that moderators give
    Column("left_at", Instant),  # when the bot was removed; kept for a while in case it comes back
)

digest = Table(
    "digest",
    metadata,
    _server_id(primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("at", String(5), nullable=False),  # wall time, HH:MM
    Column("zone", String(64), nullable=False),  # IANA name
    Column("weekdays", String(7), nullable=False),  # digits, 0 for Monday
    Column("topics", Text, nullable=False),  # ids, parted by blanks; empty for all
    Column("role_id", BigInteger),  # the one role to ping
    Column("when_empty", String(5), nullable=False),  # skip, fact
    Column("publish", Boolean, nullable=False),
    Column("tag_id", BigInteger),  # of a forum's posts
    Column("language", String(2), nullable=False),  # Discord's, as of when it was set up
    Column("set_by", BigInteger, nullable=False),
    Column("next_at", Instant, index=True),  # NULL while it is paused without an end
    Column("next_day", Date),  # the local day of the next run
    Column("paused", String(16)),  # why: see bot/state/digests.py
    Column("paused_until", Instant),
    Column("last_day", Date),  # the local day of the last digest that was posted
    Column("last_base_version", String(16)),  # the base that it was drawn from
)

post = Table(
    "post",
    metadata,
    Column("post_id", String(25), primary_key=True),  # also the nonce that Discord is given
    _server_id(),
    Column("kind", String(16), nullable=False),  # digest, briefing, correction, offer
    Column("name", String(20)),  # of what: a briefing, a correction; a digest is of its day
    Column("day", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("status", String(8), nullable=False),  # see bot/state/posts.py
    Column("reason", String(16)),  # why it was skipped or has failed
    Column("worker", String(32), nullable=False),  # the process that holds the claim
    Column("lease_until", Instant, nullable=False),
    Column("leased_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("base_version", String(16), nullable=False),
    Column("message_id", BigInteger),
    Column("message_channel_id", BigInteger),  # a forum's post is a channel of its own
    Column("ended_at", Instant),
    Column("publish", String(8)),  # waiting, done, failed; NULL: not asked for
    Index(None, "status", "ended_at"),
)

post_fact = Table(
    "post_fact",
    metadata,
    Column("post_id", String(25), ForeignKey("post.post_id", ondelete="CASCADE"), primary_key=True),
    Column("fact", String(65), primary_key=True),  # owner/fact
    Column("version", String(16), nullable=False),
)

briefing = Table(
    "briefing",
    metadata,
    Column("briefing_id", String(8), primary_key=True),
    _server_id(index=True),
    Column("version", Integer, nullable=False),  # one more with each change
    Column("status", String(9), nullable=False),  # see bot/state/briefings.py
    Column("thing", String(32)),  # what it is about: a topic, actor or event,
    Column("first", Date),  # or else a period
    Column("last", Date),
    Column("language", String(2), nullable=False),
    Column("headline", Text, nullable=False),
    Column("facts", Text, nullable=False),  # keys in order, parted by blanks
    Column("remarks", Text),  # the moderator's own
    Column("channel_id", BigInteger),
    Column("role_id", BigInteger),
    Column("publish", Boolean, nullable=False),
    Column("tag_id", BigInteger),
    Column("wall", String(16)),  # YYYY-MM-DDTHH:MM, in `zone`; NULL: as soon as it is ready
    Column("zone", String(64)),
    Column("wall_at", Instant),  # the instant that they mean
    Column("due_at", Instant, index=True),  # when it is posted; NULL before it is ready
    Column("author_id", BigInteger, nullable=False),
    Column("approver_id", BigInteger),
    Column("base_version", String(16)),  # the base from which it was last written or looked over
    Column("reason", String(16)),  # why it is held back or stuck
    Column("edit_at", Instant),  # when its post is to be made to say what it says now
    Column("changed_at", Instant, nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("audit_entry_id", Integer, primary_key=True),
    Column(
        "briefing_id",
        String(8),
        ForeignKey("briefing.briefing_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", Instant, nullable=False),
    Column("member_id", BigInteger),  # NULL: the bot itself
    Column("kind", String(16), nullable=False),  # what was done
    Column("detail", Text),  # what changed, or a remark
)

correction = Table(
    "correction",
    metadata,
    Column("correction_id", String(20), primary_key=True),  # follows from the post and the change
    _server_id(index=True),
    Column("post_id", String(25), ForeignKey("post.post_id", ondelete="CASCADE"), nullable=False),
    Column("facts", Text, nullable=False),  # keys and present versions: key=version, by blanks
    Column("status", String(9), nullable=False),  # open, posted, edited, dismissed
    Column("found_at", Instant, nullable=False),
    Column("member_id", BigInteger),  # who settled it
    Column("settled_at", Instant),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("suggestion_id", String(8), primary_key=True),
    _server_id(index=True),
    Column("member_id", BigInteger, nullable=False),
    Column("thing", String(65)),  # the fact, event, actor or topic that it is about
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(8), nullable=False),  # waiting, accepted, declined
    Column("made_at", Instant, nullable=False),
    Column("decided_by", BigInteger),
    Column("decided_at", Instant),
)

answer = Table(
    "answer",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    _server_id(index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),  # key=version, parted by blanks
    Column("answered_at", Instant, nullable=False, index=True),
)

fact_of_the_day = Table(
    "fact_of_the_day",
    metadata,
    _server_id(primary_key=True, autoincrement=False),
    Column("fact", String(65), primary_key=True),
    Column("day", Date, nullable=False),  # when it was last in focus
)

base_version_fact = Table(
    "base_version_fact",
    metadata,
    Column("base_version", String(16), primary_key=True),  # a base's fingerprint
    Column("fact", String(65), primary_key=True),
    Column("version", String(16), nullable=False),
)

rate_limit = Table(
    "rate_limit",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("free_at", Instant, nullable=False),  # until then, every request is given away
)
