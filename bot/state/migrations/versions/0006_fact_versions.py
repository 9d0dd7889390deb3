"""Keep what readers were shown of facts, by version."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "fact_version",
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("version", name="fact_version_pkey"),
    )


def downgrade() -> None:
    op.drop_table("fact_version")
