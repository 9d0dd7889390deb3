"""Find a server's posts, the last post of a kind and those to be published without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_index("post_status_ended_at_index", "post")
    op.create_index("post_kind_status_ended_at_index", "post", ["kind", "status", "ended_at"])
    op.create_index("post_server_id_index", "post", ["server_id"])
    waiting = sa.text("publish = 'waiting'")
    op.create_index(
        "post_waiting_index", "post", ["ended_at"], postgresql_where=waiting, sqlite_where=waiting
    )


def downgrade() -> None:
    for name in ("waiting", "server_id", "kind_status_ended_at"):
        op.drop_index(f"post_{name}_index", "post")
    op.create_index("post_status_ended_at_index", "post", ["status", "ended_at"])
