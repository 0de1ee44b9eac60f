"""Walls around discipline, queues that know the region, and what waits in the outbox by its record.

The database refuses a discipline that lacks the authority's document, its basis, notice, appeal path or end,
whoever writes it. SQLite takes no constraint on a table that is there, so that a trigger stands for it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SAYS = ("legal_basis", "appeal_path", "notice_id", "starts_at", "expires_at", "because", "level")
_LISTS = ("measures", "kept")


def upgrade() -> None:
    """Makes the wall, and the two queues anew with the region behind them."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER discipline_wall_on_{act.lower()} BEFORE {act} ON record "
                f"WHEN NEW.kind = 'discipline' AND NOT ({_whole_on_sqlite()}) "
                "BEGIN SELECT RAISE(ABORT, 'discipline_lacks_nothing'); END"
            )
    else:
        op.create_check_constraint(
            "discipline_lacks_nothing",
            "record",
            sa.text(f"kind <> 'discipline' OR ({_whole_on_postgres()})"),
        )
    heaviest = sa.text("weight DESC")
    for name, first in (
        ("record_queue", ["kind", "is_open"]),
        ("record_queue_of_institution", ["kind", "is_open", "institution_id"]),
    ):
        op.drop_index(name, "record")
        op.create_index(name, "record", [*first, heaviest, "id", "region_code"])
    op.create_index("outbox_of_record", "outbox", ["record_kind", "record_id", "state"])


def _whole_on_sqlite() -> str:
    said = [f"length(coalesce(json_extract(NEW.body, '$.{name}'), '')) > 0" for name in _SAYS]
    lists = [f"coalesce(json_array_length(NEW.body, '$.{name}'), 0) > 0" for name in _LISTS]
    document = "length(coalesce(json_extract(NEW.body, '$.document.digest'), '')) > 0"
    ends = "(NEW.state <> 'in_force' OR NEW.due_at IS NOT NULL)"
    return " AND ".join([*said, *lists, document, ends])


def _whole_on_postgres() -> str:
    said = [f"length(coalesce(body::jsonb ->> '{name}', '')) > 0" for name in _SAYS]
    lists = [f"coalesce(jsonb_array_length(body::jsonb -> '{name}'), 0) > 0" for name in _LISTS]
    document = "length(coalesce(body::jsonb -> 'document' ->> 'digest', '')) > 0"
    return " AND ".join([*said, *lists, document, "(state <> 'in_force' OR due_at IS NOT NULL)"])
