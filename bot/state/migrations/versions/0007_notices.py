"""Notices to moderators, until they are delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.String(16), nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(20)),
        sa.Column("detail", sa.Text),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unreached", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("notice_id", name="notice_pkey"),
        sa.ForeignKeyConstraint(
            ["server_id"], ["server.server_id"], name="notice_server_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("notice_server_id_index", "notice", ["server_id"])


def downgrade() -> None:
    op.drop_table("notice")
