"""Note which servers were deleted when, and when members sent suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("server_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("server_id", name="deletion_pkey"),
    )
    op.create_table(
        "suggestion_sent",
        sa.Column("suggestion_id", sa.String(8), nullable=False),
        sa.Column("server_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("suggestion_id", name="suggestion_sent_pkey"),
        sa.ForeignKeyConstraint(
            ["server_id"],
            ["server.server_id"],
            name="suggestion_sent_server_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_index("suggestion_sent_server_id_index", "suggestion_sent", ["server_id"])
    op.execute(
        "INSERT INTO suggestion_sent (suggestion_id, server_id, member_id, sent_at)"
        " SELECT suggestion_id, server_id, member_id, made_at FROM suggestion"
    )


def downgrade() -> None:
    op.drop_table("suggestion_sent")
    op.drop_table("deletion")
