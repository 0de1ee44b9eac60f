"""The outbox: what must be sent, claimed by one sender at a time, retried until it is sent or given up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from duanka.store.chain import canonical
from duanka.store.ledger_rows import Message, instant, micros
from duanka.store.ledger_tables import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

WAITING, CLAIMED, SENT, GIVEN_UP = "waiting", "claimed", "sent", "given_up"
SIGNED = "exchange"
LEASE_S = 60
"""Whoever claims a message has so long to send it; then another may."""
MOST_ATTEMPTS = 12
NEVER_GIVEN_UP = (
    "order_in_force",
    "order_lifted",
    "label",
    "discipline_in_force",
    "discipline_ended",
    "discipline_door",
)
"""What a live door must hear however long it was away: a lift that it never hears of is no lift."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 3600
_LONGEST_WAIT_OF_DOOR_S = 30


def put(connection: sa.Connection, message: Message, at: datetime) -> None:
    """Writes the message down to be sent, unless its key is there already."""
    if connection.scalar(sa.select(OUTBOX.c.id).where(OUTBOX.c.key == message.key)) is not None:
        return
    row = {
        "key": message.key,
        "topic": message.topic,
        "record_kind": message.record_kind,
        "record_id": message.record_id,
        "body": canonical(dict(message.body)),
        "state": WAITING,
        "made_at": micros(at),
        "due_at": micros(message.due_at or at),
        "attempts": 0,
        "claimed_by": "",
        "sent_at": None,
        "fault": "",
    }
    connection.execute(sa.insert(OUTBOX), row)


def claim(
    connection: sa.Connection, sender: str, at: datetime, *, topics: Sequence[str], limit: int
) -> list[Message]:
    """Messages that are due and now this sender's for a minute; a lease that ran out is open again."""
    now = micros(at)
    free = OUTBOX.c.state.in_((WAITING, CLAIMED)) & (OUTBOX.c.due_at <= now)
    asked = sa.select(*OUTBOX.c).where(free, ~_behind(now)).order_by(OUTBOX.c.id).limit(limit)
    # what partners exchange must be signed by who sends it: claimed by name, never with the rest
    wanted = OUTBOX.c.topic.in_(topics) if topics else OUTBOX.c.topic != SIGNED
    asked = asked.where(wanted)
    mine = []
    until = micros(at + timedelta(seconds=LEASE_S))
    for row in connection.execute(asked).mappings().all():
        same = (OUTBOX.c.id == row["id"]) & (OUTBOX.c.state == row["state"])
        taken = sa.update(OUTBOX).where(same & (OUTBOX.c.due_at == row["due_at"]))
        got = connection.execute(taken.values(state=CLAIMED, due_at=until, claimed_by=sender))
        if got.rowcount == 1:
            mine.append(_message(row))
    return mine


def _behind(now: int) -> sa.ColumnElement[bool]:
    """Whether an earlier word for the door about the same record is on its way with another sender.

    A lift that overtook its order would be undone by it.
    """
    earlier = OUTBOX.alias("earlier")
    return sa.and_(
        OUTBOX.c.topic.in_(NEVER_GIVEN_UP),
        sa.exists().where(
            earlier.c.record_kind == OUTBOX.c.record_kind,
            earlier.c.record_id == OUTBOX.c.record_id,
            earlier.c.state == CLAIMED,
            earlier.c.due_at > now,
            earlier.c.id < OUTBOX.c.id,
        ),
    )


def sent(connection: sa.Connection, message: Message, at: datetime) -> None:
    """Writes down that the message has gone."""
    done = {"state": SENT, "sent_at": micros(at), "fault": ""}
    same = OUTBOX.c.id == message.id
    connection.execute(sa.update(OUTBOX).where(same).values(attempts=OUTBOX.c.attempts + 1, **done))


def failed(connection: sa.Connection, message: Message, at: datetime, fault: str) -> str:
    """The state after a failure: waiting a while longer each time, and given up in the end."""
    attempts = message.attempts + 1
    for_door = message.topic in NEVER_GIVEN_UP
    longest_s = _LONGEST_WAIT_OF_DOOR_S if for_door else _LONGEST_WAIT_S
    wait_s = min(_FIRST_WAIT_S * 2 ** min(message.attempts, MOST_ATTEMPTS), longest_s)
    state = GIVEN_UP if attempts >= MOST_ATTEMPTS and not for_door else WAITING
    after = {
        "state": state,
        "attempts": attempts,
        "due_at": micros(at + timedelta(seconds=wait_s)),
        "claimed_by": "",
        "fault": fault[:200],
    }
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.id == message.id).values(after))
    return state


def counts(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """How many messages stand in which state, by topic."""
    asked = sa.select(OUTBOX.c.topic, OUTBOX.c.state, sa.func.count())
    rows = connection.execute(asked.group_by(OUTBOX.c.topic, OUTBOX.c.state))
    return {(topic, state): count for topic, state, count in rows}


def _message(row: sa.RowMapping | dict[str, Any]) -> Message:
    return Message(
        key=row["key"],
        topic=row["topic"],
        body=json.loads(row["body"]),
        record_kind=row["record_kind"],
        record_id=row["record_id"],
        due_at=instant(row["due_at"]),
        id=row["id"],
        attempts=row["attempts"],
    )
