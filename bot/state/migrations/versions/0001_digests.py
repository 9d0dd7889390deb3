"""Servers, their digests, and what was posted."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "server",
        sa.Column("server_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("language", sa.String(2)),
        sa.Column("moderator_role_id", sa.BigInteger),
        sa.Column("left_at", INSTANT),
    )
    op.create_table(
        "digest",
        sa.Column("server_id", sa.BigInteger, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("role_id", sa.BigInteger),
        sa.Column("when_empty", sa.String(5), nullable=False),
        sa.Column("publish", sa.Boolean, nullable=False),
        sa.Column("tag_id", sa.BigInteger),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("set_by", sa.BigInteger, nullable=False),
        sa.Column("next_at", INSTANT),
        sa.Column("next_day", sa.Date),
        sa.Column("paused", sa.String(16)),
        sa.Column("paused_until", INSTANT),
        sa.Column("last_day", sa.Date),
        sa.Column("last_edition", sa.String(16)),
        sa.PrimaryKeyConstraint("server_id", name="digest_pkey"),
        _of_server("digest"),
    )
    op.create_index("digest_next_at_index", "digest", ["next_at"])
    op.create_table(
        "post",
        sa.Column("post_id", sa.String(25), nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("worker", sa.String(32), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("edition", sa.String(16), nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("message_channel_id", sa.BigInteger),
        sa.Column("ended_at", INSTANT),
        sa.Column("publish", sa.String(8)),
        sa.PrimaryKeyConstraint("post_id", name="post_pkey"),
        _of_server("post"),
    )
    op.create_index("post_status_ended_at_index", "post", ["status", "ended_at"])
    op.create_table(
        "post_fact",
        sa.Column("post_id", sa.String(25), nullable=False),
        sa.Column("fact", sa.String(65), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "fact", name="post_fact_pkey"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.post_id"], name="post_fact_post_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "focus",
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("fact", sa.String(65), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("server_id", "fact", name="focus_pkey"),
        _of_server("focus"),
    )
    op.create_table(
        "edition_fact",
        sa.Column("edition", sa.String(16), nullable=False),
        sa.Column("fact", sa.String(65), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("edition", "fact", name="edition_fact_pkey"),
    )
    op.create_table(
        "budget",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("free_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="budget_pkey"),
    )


def downgrade() -> None:
    for table in ("budget", "edition_fact", "focus", "post_fact", "post", "digest", "server"):
        op.drop_table(table)


def _of_server(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["server_id"],
        ["server.server_id"],
        name=f"{table}_server_id_fkey",
        ondelete="CASCADE",
    )
