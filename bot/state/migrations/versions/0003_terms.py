"""Rename tables, columns and values to the terms that the code uses."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)

# (table, old column, new column)
_COLUMNS = (
    ("digest", "last_edition", "last_base_version"),
    ("briefing", "edition", "base_version"),
    ("post", "edition", "base_version"),
    ("post", "claimed_at", "leased_at"),
)
# (table, column, old value, new value)
_VALUES = (
    ("post", "status", "claimed", "leased"),
    ("briefing", "status", "stuck", "blocked"),
    ("digest", "when_empty", "focus", "fact"),
)


def upgrade() -> None:
    for table, old, new in _COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, column, old, new in _VALUES:
        _replace(table, column, old, new)
    _replace("step", "kind", "stuck", "blocked")
    _create_audit_entry("audit_entry", "audit_entry_id")
    _create_fact_of_the_day("fact_of_the_day")
    _create_base_version_fact("base_version_fact", "base_version")
    _create_rate_limit("rate_limit")
    _move_rows(to_new=True)


def downgrade() -> None:
    _replace("audit_entry", "kind", "blocked", "stuck")
    _create_audit_entry("step", "step_id")
    _create_fact_of_the_day("focus")
    _create_base_version_fact("edition_fact", "edition")
    _create_rate_limit("budget")
    _move_rows(to_new=False)
    for table, column, old, new in _VALUES:
        _replace(table, column, new, old)
    for table, old, new in _COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")


def _replace(table: str, column: str, old: str, new: str) -> None:
    """Write `new` in place of the value `old`. All of it is text of this file, none of a user's."""
    op.execute(f"UPDATE {table} SET {column} = '{new}' WHERE {column} = '{old}'")


# Each is made again and filled, as SQLite renames a table but none of its constraints.
_MOVED = (
    ("step", "audit_entry", "briefing_id, at, member_id, kind, detail", " ORDER BY {old_id}"),
    ("focus", "fact_of_the_day", "server_id, fact, day", ""),
    ("edition_fact", "base_version_fact", "", ""),
    ("budget", "rate_limit", "name, free_at", ""),
)


def _move_rows(*, to_new: bool) -> None:
    for old, new, columns, order in _MOVED:
        source, target = (old, new) if to_new else (new, old)
        into = taken = columns
        if not columns:
            fingerprints = ("base_version", "edition") if to_new else ("edition", "base_version")
            into, taken = (f"{name}, fact, version" for name in fingerprints)
        # Ids are given again in the order of the old ones, so PostgreSQL's sequence stays ahead.
        ordered = order.format(old_id="step_id" if to_new else "audit_entry_id")
        op.execute(f"INSERT INTO {target} ({into}) SELECT {taken} FROM {source}{ordered}")
        op.drop_table(source)


def _create_audit_entry(name: str, key: str) -> None:
    op.create_table(
        name,
        sa.Column(key, sa.Integer, nullable=False),
        sa.Column("briefing_id", sa.String(8), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint(key, name=f"{name}_pkey"),
        sa.ForeignKeyConstraint(
            ["briefing_id"],
            ["briefing.briefing_id"],
            name=f"{name}_briefing_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_index(f"{name}_briefing_id_index", name, ["briefing_id"])


def _create_fact_of_the_day(name: str) -> None:
    op.create_table(
        name,
        sa.Column("server_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("fact", sa.String(65), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("server_id", "fact", name=f"{name}_pkey"),
        sa.ForeignKeyConstraint(
            ["server_id"],
            ["server.server_id"],
            name=f"{name}_server_id_fkey",
            ondelete="CASCADE",
        ),
    )


def _create_base_version_fact(name: str, key: str) -> None:
    op.create_table(
        name,
        sa.Column(key, sa.String(16), nullable=False),
        sa.Column("fact", sa.String(65), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint(key, "fact", name=f"{name}_pkey"),
    )


def _create_rate_limit(name: str) -> None:
    op.create_table(
        name,
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("free_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=f"{name}_pkey"),
    )
