"""Note who last changed a briefing, and the edit of its post that waits for approval."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("briefing", sa.Column("changed_by", sa.BigInteger))
    op.add_column("briefing", sa.Column("posted_text", sa.JSON(none_as_null=True)))
    op.add_column("briefing", sa.Column("edited_by", sa.BigInteger))


def downgrade() -> None:
    for column in ("changed_by", "posted_text", "edited_by"):
        op.drop_column("briefing", column)
