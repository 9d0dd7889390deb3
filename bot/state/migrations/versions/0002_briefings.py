"""Briefings with their steps, corrections, suggestions, and the public answers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "server", sa.Column("approval", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("server", sa.Column("log_channel_id", sa.BigInteger))
    op.add_column("server", sa.Column("channel_id", sa.BigInteger))
    op.add_column("server", sa.Column("zone", sa.String(64)))
    op.add_column("post", sa.Column("name", sa.String(20)))
    op.create_table(
        "briefing",
        sa.Column("briefing_id", sa.String(8), nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("thing", sa.String(32)),
        sa.Column("first", sa.Date),
        sa.Column("last", sa.Date),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("remarks", sa.Text),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("role_id", sa.BigInteger),
        sa.Column("publish", sa.Boolean, nullable=False),
        sa.Column("tag_id", sa.BigInteger),
        sa.Column("wall", sa.String(16)),
        sa.Column("zone", sa.String(64)),
        sa.Column("wall_at", INSTANT),
        sa.Column("due_at", INSTANT),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("approver_id", sa.BigInteger),
        sa.Column("edition", sa.String(16)),
        sa.Column("reason", sa.String(16)),
        sa.Column("edit_at", INSTANT),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("briefing_id", name="briefing_pkey"),
        _of_server("briefing"),
    )
    op.create_table(
        "step",
        sa.Column("step_id", sa.Integer, nullable=False),
        sa.Column("briefing_id", sa.String(8), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("step_id", name="step_pkey"),
        sa.ForeignKeyConstraint(
            ["briefing_id"],
            ["briefing.briefing_id"],
            name="step_briefing_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "correction",
        sa.Column("correction_id", sa.String(20), nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("post_id", sa.String(25), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("settled_at", INSTANT),
        sa.PrimaryKeyConstraint("correction_id", name="correction_pkey"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.post_id"], name="correction_post_id_fkey", ondelete="CASCADE"
        ),
        _of_server("correction"),
    )
    op.create_table(
        "suggestion",
        sa.Column("suggestion_id", sa.String(8), nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("thing", sa.String(65)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("decided_at", INSTANT),
        sa.PrimaryKeyConstraint("suggestion_id", name="suggestion_pkey"),
        _of_server("suggestion"),
    )
    op.create_table(
        "answer",
        sa.Column("message_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="answer_pkey"),
        _of_server("answer"),
    )
    for table, column in _INDEXED:
        op.create_index(f"{table}_{column}_index", table, [column])


def downgrade() -> None:
    for table, column in _INDEXED:
        op.drop_index(f"{table}_{column}_index", table)
    for table in ("answer", "suggestion", "correction", "step", "briefing"):
        op.drop_table(table)
    op.drop_column("post", "name")
    for column in ("zone", "channel_id", "log_channel_id", "approval"):
        op.drop_column("server", column)


_INDEXED = (
    ("briefing", "server_id"),
    ("briefing", "due_at"),
    ("step", "briefing_id"),
    ("correction", "server_id"),
    ("suggestion", "server_id"),
    ("answer", "server_id"),
    ("answer", "answered_at"),
)


def _of_server(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["server_id"],
        ["server.server_id"],
        name=f"{table}_server_id_fkey",
        ondelete="CASCADE",
    )
