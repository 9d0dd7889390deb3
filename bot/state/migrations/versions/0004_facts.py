"""Give each fact of a correction and an answer its own row, and keep an edit's changes as JSON."""

import json
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OWNERS = (
    sa.table("correction", sa.column("correction_id", sa.String(20)), sa.column("facts", sa.Text)),
    sa.table("answer", sa.column("message_id", sa.BigInteger), sa.column("facts", sa.Text)),
)
_ENTRIES = sa.table(
    "audit_entry",
    sa.column("audit_entry_id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("detail", sa.Text),
    sa.column("changes", sa.JSON(none_as_null=True)),
)
_BATCH = 1_000  # rows; there may be very many answers


def upgrade() -> None:
    for owner in _OWNERS:
        _create_fact_table(owner)
        _unpack(owner)
        op.drop_column(owner.name, "facts")
    op.add_column("audit_entry", sa.Column("changes", sa.JSON))
    for entry in _edits():
        changes = entry["detail"] and json.loads(entry["detail"])
        _update_entry(entry["audit_entry_id"], {"detail": None, "changes": changes})


def downgrade() -> None:
    for entry in _edits():
        detail = json.dumps(entry["changes"] or {}, ensure_ascii=False)
        _update_entry(entry["audit_entry_id"], {"detail": detail})
    op.drop_column("audit_entry", "changes")
    for owner in _OWNERS:
        op.add_column(owner.name, sa.Column("facts", sa.Text, nullable=False, server_default=""))
        _pack(owner)
        op.drop_table(f"{owner.name}_fact")
        with op.batch_alter_table(owner.name) as table:
            table.alter_column("facts", server_default=None)


def _create_fact_table(owner: sa.TableClause) -> None:
    name, key = f"{owner.name}_fact", owner.columns[0]
    op.create_table(
        name,
        sa.Column(key.name, key.type, autoincrement=False, nullable=False),
        sa.Column("fact", sa.String(65), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint(key.name, "fact", name=f"{name}_pkey"),
        sa.ForeignKeyConstraint(
            [key.name],
            [f"{owner.name}.{key.name}"],
            name=f"{name}_{key.name}_fkey",
            ondelete="CASCADE",
        ),
    )


def _fact_table(owner: sa.TableClause) -> sa.TableClause:
    key = owner.columns[0]
    return sa.table(
        f"{owner.name}_fact", sa.column(key.name, key.type), sa.column("fact"), sa.column("version")
    )


def _unpack(owner: sa.TableClause) -> None:
    """Split each `facts`, which is `fact=version` separated by spaces, into rows."""
    key = owner.columns[0].name
    for batch in _batches(owner):
        rows: list[dict[str, object]] = []
        for row in batch:
            for pair in str(row["facts"]).split():
                fact, _, version = pair.partition("=")
                rows.append({key: row[key], "fact": fact, "version": version})
        if rows:
            op.get_bind().execute(sa.insert(_fact_table(owner)), rows)


def _pack(owner: sa.TableClause) -> None:
    """Join the rows of each owner's facts into `facts`."""
    key, facts = owner.columns[0], _fact_table(owner)
    for batch in _batches(owner):
        packed: dict[object, list[str]] = {row[key.name]: [] for row in batch}
        rows = sa.select(facts).where(facts.columns[0].in_(packed)).order_by(facts.c.fact)
        for row in op.get_bind().execute(rows).mappings():
            packed[row[key.name]].append(f"{row['fact']}={row['version']}")
        op.get_bind().execute(
            sa.update(owner)
            .where(key == sa.bindparam("owner_id"))
            .values(facts=sa.bindparam("packed")),
            [{"owner_id": owner_id, "packed": " ".join(each)} for owner_id, each in packed.items()],
        )


def _batches(owner: sa.TableClause) -> Iterator[Sequence[sa.RowMapping]]:
    key, rest = owner.columns[0], sa.true()
    while True:
        rows = sa.select(owner).where(rest).order_by(key).limit(_BATCH)
        batch = op.get_bind().execute(rows).mappings().all()
        if not batch:
            return
        yield batch
        rest = key > batch[-1][key.name]


def _edits() -> Sequence[sa.RowMapping]:
    edits = sa.select(_ENTRIES).where(_ENTRIES.c.kind == "edited")
    return op.get_bind().execute(edits).mappings().all()


def _update_entry(entry_id: int, values: dict[str, object]) -> None:
    op.get_bind().execute(
        sa.update(_ENTRIES).where(_ENTRIES.c.audit_entry_id == entry_id).values(**values)
    )
