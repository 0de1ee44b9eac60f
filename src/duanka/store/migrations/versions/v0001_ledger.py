"""The first tables: records, history, head, checkpoints, sealed fields, what was done once, outbox.

The walls are in the database too: history and checkpoints take no change, and an order lacks nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_FOREVER = ("history", "checkpoint")
_ORDER_SAYS = ("legal_basis", "appeal_path", "notice_id", "starts_at", "expires_at", "because")
_ORDER_LISTS = ("reasons", "kept")


def upgrade() -> None:
    """Makes the tables, their indexes, the triggers and the wall around orders."""
    _records()
    _histories()
    _rest()
    _indexes()
    bind = op.get_bind()
    for statement in _SQLITE if bind.dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)
    op.execute(
        sa.text("INSERT INTO chain_head (one, seq, hash) VALUES (1, 0, :start)").bindparams(
            sa.bindparam("start", bytes(32), sa.LargeBinary)
        )
    )


def _text(name: str, length: int, **more: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, **more)  # type: ignore[arg-type]


def _whole(name: str, **more: bool) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, **{"nullable": False, **more})  # type: ignore[arg-type]


def _records() -> None:
    op.create_table(
        "record",
        _text("kind", 32, primary_key=True),
        _text("id", 96, primary_key=True),
        _whole("version"),
        _whole("seq"),
        _text("institution_id", 64),
        _text("region_code", 6),
        _text("state", 32),
        sa.Column("is_open", sa.SmallInteger, nullable=False),
        _whole("due_at", nullable=True),
        _whole("weight"),
        _text("about", 160),
        _text("parent_id", 96),
        _text("assigned_to", 64),
        sa.Column("body", sa.Text, nullable=False),
        _text("sealed", 64),
        _whole("changed_at"),
        sa.CheckConstraint(_whole_order(op.get_bind().dialect.name), name="order_lacks_nothing"),
    )


def _whole_order(dialect: str) -> str:
    """What an order must say, whoever writes it: reason, basis, notice, appeal path, start and expiry."""
    if dialect == "sqlite":
        said = [f"length(coalesce(json_extract(body, '$.{name}'), '')) > 0" for name in _ORDER_SAYS]
        lists = [f"coalesce(json_array_length(body, '$.{name}'), 0) > 0" for name in _ORDER_LISTS]
        authority = "coalesce(json_extract(body, '$.authority'), 'police')"
        document = "coalesce(json_extract(body, '$.document.digest'), '')"
    else:
        said = [f"length(coalesce(body::jsonb ->> '{name}', '')) > 0" for name in _ORDER_SAYS]
        lists = [
            f"coalesce(jsonb_array_length(body::jsonb -> '{name}'), 0) > 0" for name in _ORDER_LISTS
        ]
        authority = "coalesce(body::jsonb ->> 'authority', 'police')"
        document = "coalesce(body::jsonb -> 'document' ->> 'digest', '')"
    by_police = f"({authority} <> 'police' OR length({document}) > 0)"
    walls = [*said, *lists, by_police, "(state <> 'in_force' OR due_at IS NOT NULL)"]
    return "kind <> 'order' OR (" + " AND ".join(walls) + ")"


def _histories() -> None:
    op.create_table(
        "history",
        sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
        _text("kind", 32),
        _text("id", 96),
        _whole("version"),
        _text("act", 32),
        _text("actor", 64),
        _text("purpose", 200),
        _whole("at"),
        sa.Column("image", sa.Text, nullable=False),
        _text("sealed", 64),
        sa.Column("prev_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "chain_head",
        sa.Column("one", sa.SmallInteger, primary_key=True, autoincrement=False),
        _whole("seq"),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("one = 1", name="one_head"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        _whole("at"),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
    )


def _rest() -> None:
    op.create_table(
        "sealed",
        _text("digest", 64, primary_key=True),
        _text("kind", 32),
        _text("id", 96),
        _text("key_id", 32),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "done",
        _text("key", 160, primary_key=True),
        sa.Column("result", sa.Text, nullable=False),
        _whole("at"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", _LONG, primary_key=True, autoincrement=True),
        _text("key", 160, unique=True),
        _text("topic", 32),
        _text("record_kind", 32),
        _text("record_id", 96),
        sa.Column("body", sa.Text, nullable=False),
        _text("state", 16),
        _whole("made_at"),
        _whole("due_at"),
        sa.Column("attempts", sa.Integer, nullable=False),
        _text("claimed_by", 64),
        _whole("sent_at", nullable=True),
        _text("fault", 200),
    )
    op.create_table("about", _text("name", 32, primary_key=True), _text("value", 200))


def _indexes() -> None:
    heaviest = sa.text("weight DESC")
    op.create_index("record_queue", "record", ["kind", "is_open", heaviest, "id"])
    op.create_index(
        "record_queue_of_institution",
        "record",
        ["kind", "is_open", "institution_id", heaviest, "id"],
    )
    op.create_index("record_due", "record", ["kind", "state", "due_at"])
    op.create_index("record_about", "record", ["kind", "about"])
    op.create_index("record_parent", "record", ["kind", "parent_id"])
    op.create_index("record_assigned", "record", ["assigned_to", "kind", "is_open"])
    op.create_index("history_of_record", "history", ["kind", "id", "version"])
    op.create_index("history_by_act", "history", ["act", "seq"])
    op.create_index("sealed_of_record", "sealed", ["kind", "id"])
    op.create_index("sealed_by_key", "sealed", ["key_id"])
    op.create_index("outbox_waiting", "outbox", ["state", "due_at"])


_SQLITE = [
    f"CREATE TRIGGER {table}_takes_no_{act} BEFORE {act} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in _FOREVER
    for act in ("UPDATE", "DELETE")
]
_FUNCTION = """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""
_POSTGRES = [_FUNCTION]
for _table in _FOREVER:
    _POSTGRES += [
        (
            f"CREATE TRIGGER {_table}_takes_no_change BEFORE UPDATE OR DELETE ON {_table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        ),
        (
            f"CREATE TRIGGER {_table}_is_not_emptied BEFORE TRUNCATE ON {_table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        ),
    ]
