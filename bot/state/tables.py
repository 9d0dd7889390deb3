"""The tables of the state, the same on SQLite and PostgreSQL.

Whatever belongs to a server is deleted with its row in `server`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from bot.state.column_types import Ids, Instant

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_index",
    }
)


def _server_id(*, primary_key: bool = False, index: bool | None = None) -> Column[int]:
    return Column(
        "server_id",
        BigInteger,
        ForeignKey("server.server_id", ondelete="CASCADE"),
        primary_key=primary_key,
        index=index,
        nullable=False,
        autoincrement=False,
    )


def _fact_table(name: str, owner: Column[str] | Column[int]) -> Table:
    """A table of facts and their versions; see `fact_versions.py`."""
    return Table(
        name,
        metadata,
        owner,
        Column("fact", String(65), primary_key=True),  # owner/fact, the fact's key
        Column("version", String(16), nullable=False),
    )


server = Table(
    "server",
    metadata,
    Column("server_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(2)),  # chosen by its moderators; NULL: as in Discord
    Column("moderator_role_id", BigInteger),  # besides those with Manage Server
    Column("approval", Boolean, nullable=False, server_default=false()),  # of briefings
    Column("log_channel_id", BigInteger),  # where the audit log is posted
    Column("channel_id", BigInteger),  # where briefings are posted by default
    Column("zone", String(64)),  # of the times that moderators enter
    Column("left_at", Instant),  # when the bot was removed; kept a while, as it may return
)

deletion = Table(  # of everything stored about a server; what was noted before is not written
    "deletion",
    metadata,
    Column("server_id", BigInteger, primary_key=True, autoincrement=False),
    Column("deleted_at", Instant, nullable=False),
)

digest = Table(
    "digest",
    metadata,
    _server_id(primary_key=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("at", String(5), nullable=False),  # local time, HH:MM
    Column("zone", String(64), nullable=False),  # IANA name
    Column("weekdays", String(7), nullable=False),  # digits, 0 for Monday
    Column("topics", Ids, nullable=False),  # empty for all
    Column("role_id", BigInteger),  # the one role to ping
    Column("when_empty", String(5), nullable=False),  # skip, story
    Column("publish", Boolean, nullable=False),
    Column("tag_id", BigInteger),  # of a forum's posts
    Column("language", String(2), nullable=False),  # Discord's, as of when it was set up
    Column("set_by", BigInteger, nullable=False),
    Column("next_at", Instant, index=True),  # NULL while it is paused indefinitely
    Column("next_day", Date),  # the local day of the next run
    Column("paused", String(16)),  # why: see bot/state/digests.py
    Column("paused_until", Instant),
    Column("last_day", Date),  # the local day of the last digest that was posted
    Column("last_base_version", String(16)),  # the base that it was made from
)

WAITING = text("publish = 'waiting'")
"""The posts to be published, in words that both databases know their index by."""

post = Table(
    "post",
    metadata,
    Column("post_id", String(25), primary_key=True),  # also the nonce of its message
    _server_id(index=True),
    Column("kind", String(16), nullable=False),  # digest, briefing, correction, offer
    Column("name", String(20)),  # the briefing or correction; NULL for a digest
    Column("day", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("status", String(8), nullable=False),  # see bot/state/posts.py
    Column("reason", String(16)),  # why it was skipped or has failed
    Column("worker", String(32), nullable=False),  # the process that has the lease
    Column("lease_until", Instant, nullable=False),
    Column("leased_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("base_version", String(16), nullable=False),
    Column("message_id", BigInteger),
    Column("message_channel_id", BigInteger),  # a post in a forum is a channel of its own
    Column("ended_at", Instant),
    Column("publish", String(8)),  # waiting, done, failed; NULL: not to be published
    Index(None, "kind", "status", "ended_at"),
    # Partial, WHERE publish = 'waiting', by step 0010. Naming the condition here, too, would load
    # PostgreSQL's dialect at every start.
    Index("post_waiting_index", "ended_at"),
)

post_fact = _fact_table(
    "post_fact",
    Column("post_id", String(25), ForeignKey("post.post_id", ondelete="CASCADE"), primary_key=True),
)

briefing = Table(
    "briefing",
    metadata,
    Column("briefing_id", String(8), primary_key=True),
    _server_id(index=True),
    Column("version", Integer, nullable=False),  # incremented by every change
    Column("status", String(9), nullable=False),  # see bot/state/briefings.py
    Column("thing", String(32)),  # what it is about: a topic, actor or event,
    Column("first", Date),  # or else a period
    Column("last", Date),
    Column("language", String(2), nullable=False),
    Column("headline", Text, nullable=False),
    Column("facts", Ids, nullable=False),  # keys, in order
    Column("remarks", Text),  # the moderator's
    Column("channel_id", BigInteger),
    Column("role_id", BigInteger),
    Column("publish", Boolean, nullable=False),
    Column("tag_id", BigInteger),
    Column("wall", String(16)),  # YYYY-MM-DDTHH:MM, in `zone`; NULL: as soon as it is ready
    Column("zone", String(64)),
    Column("wall_at", Instant),  # the instant of `wall` in `zone`
    Column("due_at", Instant, index=True),  # NULL before it is ready
    Column("author_id", BigInteger, nullable=False),
    Column("changed_by", BigInteger),  # who last changed its plan; NULL: its author
    Column("approver_id", BigInteger),
    Column("base_version", String(16)),  # the base it was last written or reviewed with
    Column("reason", String(16)),  # why it is held back or blocked
    Column("posted_text", JSON(none_as_null=True)),  # while an edit of the post waits for approval
    Column("edited_by", BigInteger),  # whose edit the post shows
    Column("edit_at", Instant),  # when its post is edited to match; NULL if it does
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
    Column("member_id", BigInteger),  # NULL for the bot itself
    Column("kind", String(16), nullable=False),  # what was done
    Column("detail", Text),  # depends on the kind: a remark, a reason, a link
    Column("changes", JSON(none_as_null=True)),  # of an edit: {field: [before, after]}
)

notice = Table(  # to moderators, not delivered yet; delivered ones are in `post`
    "notice",
    metadata,
    Column("notice_id", String(16), primary_key=True),
    _server_id(index=True),
    Column("kind", String(16), nullable=False),  # see bot/state/notices.py
    Column("about", String(20)),  # the briefing, the correction or the setting
    Column("detail", Text),
    Column("member_id", BigInteger),  # who asks, or changes the setting
    Column("made_at", Instant, nullable=False),
    Column("unreached", Boolean, nullable=False, server_default=false()),  # it reached nobody
)

correction = Table(
    "correction",
    metadata,
    Column("correction_id", String(20), primary_key=True),  # computed from the post and the change
    _server_id(index=True),
    Column("post_id", String(25), ForeignKey("post.post_id", ondelete="CASCADE"), nullable=False),
    Column("status", String(9), nullable=False),  # open, posted, edited, dismissed
    Column("found_at", Instant, nullable=False),
    Column("member_id", BigInteger),  # who settled it
    Column("settled_at", Instant),
)

correction_fact = _fact_table(
    "correction_fact",
    Column(
        "correction_id",
        String(20),
        ForeignKey("correction.correction_id", ondelete="CASCADE"),
        primary_key=True,
    ),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("suggestion_id", String(8), primary_key=True),
    _server_id(index=True),
    Column("member_id", BigInteger, nullable=False),
    Column("thing", String(65)),  # the fact, event, actor or topic it is about
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(8), nullable=False),  # waiting, accepted, declined
    Column("made_at", Instant, nullable=False),
    Column("decided_by", BigInteger),
    Column("decided_at", Instant),
)

suggestion_sent = Table(  # for a day, whatever becomes of the suggestion
    "suggestion_sent",
    metadata,
    Column("suggestion_id", String(8), primary_key=True),
    _server_id(index=True),
    Column("member_id", BigInteger, nullable=False),
    Column("sent_at", Instant, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    _server_id(index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("answered_at", Instant, nullable=False, index=True),
)

answer_fact = _fact_table(
    "answer_fact",
    Column(
        "message_id",
        BigInteger,
        ForeignKey("answer.message_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
)

digest_story = Table(
    "digest_story",
    metadata,
    _server_id(primary_key=True),
    Column("story", String(32), primary_key=True),
    Column("day", Date, nullable=False),  # of the last digest that had it
)

base_version_fact = _fact_table(
    "base_version_fact",
    Column("base_version", String(16), primary_key=True),  # a base's fingerprint
)

fact_version = Table(  # what readers were shown of facts; it refers to no server and no person
    "fact_version",
    metadata,
    Column("version", String(16), primary_key=True),
    Column("shown", Text, nullable=False),  # JSON of bot/facts/shown.py
)

rate_limit = Table(
    "rate_limit",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("free_at", Instant, nullable=False),  # requests before it are reserved, or held back
)
