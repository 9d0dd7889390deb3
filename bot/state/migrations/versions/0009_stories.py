"""Keep which stories digests had, instead of which facts were the fact of the day."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_table("fact_of_the_day")
    _create_days("digest_story", "story", 32)
    op.execute("UPDATE digest SET when_empty = 'story' WHERE when_empty = 'fact'")


def downgrade() -> None:
    op.drop_table("digest_story")
    _create_days("fact_of_the_day", "fact", 65)
    op.execute("UPDATE digest SET when_empty = 'fact' WHERE when_empty = 'story'")


def _create_days(name: str, what: str, length: int) -> None:
    op.create_table(
        name,
        sa.Column("server_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column(what, sa.String(length), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("server_id", what, name=f"{name}_pkey"),
        sa.ForeignKeyConstraint(
            ["server_id"],
            ["server.server_id"],
            name=f"{name}_server_id_fkey",
            ondelete="CASCADE",
        ),
    )
