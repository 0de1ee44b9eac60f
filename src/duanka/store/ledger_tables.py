"""The tables of the ledger as SQLAlchemy knows them; the migrations make them, with the walls around them."""

from __future__ import annotations

import sqlalchemy as sa

META = sa.MetaData()
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Only a column declared INTEGER is SQLite's own row number."""

RECORD = sa.Table(
    "record",
    META,
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("id", sa.String(96), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("institution_id", sa.String(64), nullable=False),
    sa.Column("region_code", sa.String(6), nullable=False),
    sa.Column("state", sa.String(32), nullable=False),
    sa.Column("is_open", sa.SmallInteger, nullable=False),
    sa.Column("due_at", sa.BigInteger),
    sa.Column("weight", sa.BigInteger, nullable=False),
    sa.Column("about", sa.String(160), nullable=False),
    sa.Column("parent_id", sa.String(96), nullable=False),
    sa.Column("assigned_to", sa.String(64), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sealed", sa.String(64), nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)
"""What stands now: one row a record, with the scope it belongs to and what is due when."""
sa.Index(
    "record_queue",
    *(RECORD.c[n] for n in ("kind", "is_open")),
    RECORD.c.weight.desc(),
    *(RECORD.c[n] for n in ("id", "region_code")),
)
sa.Index(
    "record_queue_of_institution",
    *(RECORD.c[n] for n in ("kind", "is_open", "institution_id")),
    RECORD.c.weight.desc(),
    *(RECORD.c[n] for n in ("id", "region_code")),
)
sa.Index("record_due", RECORD.c.kind, RECORD.c.state, RECORD.c.due_at)
sa.Index("record_about", RECORD.c.kind, RECORD.c.about)
sa.Index("record_parent", RECORD.c.kind, RECORD.c.parent_id)
sa.Index("record_assigned", RECORD.c.assigned_to, RECORD.c.kind, RECORD.c.is_open)

HISTORY = sa.Table(
    "history",
    META,
    sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("id", sa.String(96), nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("act", sa.String(32), nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("purpose", sa.String(200), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("sealed", sa.String(64), nullable=False),
    sa.Column("prev_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
)
"""What was ever done, append-only: triggers refuse to change or delete a row."""
sa.Index("history_of_record", HISTORY.c.kind, HISTORY.c.id, HISTORY.c.version)
sa.Index("history_by_act", HISTORY.c.act, HISTORY.c.seq)

HEAD = sa.Table(
    "chain_head",
    META,
    sa.Column("one", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
)
"""Where history ends; whoever appends holds this row."""

CHECKPOINT = sa.Table(
    "checkpoint",
    META,
    sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),
)
"""Signed words that history had reached a row with a hash; append-only."""

SEALED = sa.Table(
    "sealed",
    META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("id", sa.String(96), nullable=False),
    sa.Column("key_id", sa.String(32), nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
)
"""Personal fields as ciphertext, apart from history, so that keys can turn and retention can end."""
sa.Index("sealed_of_record", SEALED.c.kind, SEALED.c.id)
sa.Index("sealed_by_key", SEALED.c.key_id)

DONE = sa.Table(
    "done",
    META,
    sa.Column("key", sa.String(160), primary_key=True),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""What was done once and is not done again: idempotency keys with what came of them."""

OUTBOX = sa.Table(
    "outbox",
    META,
    sa.Column("id", _LONG, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    sa.Column("topic", sa.String(32), nullable=False),
    sa.Column("record_kind", sa.String(32), nullable=False),
    sa.Column("record_id", sa.String(96), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.String(64), nullable=False),
    sa.Column("sent_at", sa.BigInteger),
    sa.Column("fault", sa.String(200), nullable=False),
)
"""What must be sent, written in the transaction that made it so."""
sa.Index("outbox_waiting", OUTBOX.c.state, OUTBOX.c.due_at)
sa.Index("outbox_of_record", OUTBOX.c.record_kind, OUTBOX.c.record_id, OUTBOX.c.state)

ABOUT = sa.Table(
    "about",
    META,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
)
"""What the ledger knows of itself: its suite, and which key ring belongs to it."""
