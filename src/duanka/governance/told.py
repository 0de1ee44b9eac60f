"""Who was told and taught, kept in the ledger: drawn by lot, delivered, held out; the tables that effects are computed from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import Conflict, NotAllowed
from duanka.governance.docket import iso
from duanka.governance.docket_steps import RESTRICTED, WORKERS
from duanka.governance.months import SHANGHAI, month_of
from duanka.store.ledger_rows import Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.store.ledger_desk import Desk

KIND, TRAINING = "outreach", "training"
"""Kinds of record: a group and its message; an employee and a course. Who it is stands sealed in both."""
_INSTANT = pl.Datetime("us", "UTC")
TOLD: dict[str, type[pl.DataType] | pl.DataType] = {
    "group": pl.String,
    "message_id": pl.String,
    "person_id": pl.String,
    "held_out": pl.Boolean,
    "told_at": _INSTANT,
}
TAUGHT: dict[str, type[pl.DataType]] = {
    "staff_id": pl.String,
    "held_out": pl.Boolean,
    "taught_month": pl.Int32,
    "done": pl.Boolean,
}


@dataclass(frozen=True)
class Group:
    """A row of the table `outreach` of a month, with the people of the group."""

    period: str
    group: str
    channel: str
    message_id: str
    people: tuple[str, ...]
    region_code: str = ""


@dataclass(frozen=True)
class Learner:
    """An employee whose openings turned bad, to be taught."""

    staff_id: str
    institution_id: str
    region_code: str
    period: str
    course: str = "checks_at_opening"


def lot(message_id: str, person_id: str) -> float:
    """The lot of a person for a message, 0…1: the same at any time and in any group.

    Example:
        >>> 0 <= lot("pause", "p-1") < 1, lot("pause", "p-1") == lot("pause", "p-1")
        (True, True)
    """
    drawn = hashlib.sha256(f"{message_id}\x1f{person_id}".encode()).digest()
    return int.from_bytes(drawn[:6], "big") / 2**48


def assign(desk: Desk, said: Group, *, share: float) -> Record:
    """The record of a group and its message, once: who is told and who is held out is drawn by lot and sealed."""
    outreach_id = _id("o", said.group, said.message_id, said.channel)
    if desk.has(KIND, outreach_id):
        return desk.get(KIND, outreach_id)
    held = [one for one in said.people if lot(said.message_id, one) < share]
    told = sorted(set(said.people) - set(held))
    body = {
        "group": said.group,
        "channel": said.channel,
        "message_id": said.message_id,
        "period": said.period,
        "assigned_at": iso(desk.at),
        "told_count": len(told),
        "held_count": len(held),
        "delivered_at": "",
        "delivered_count": 0,
    }
    made = Record(KIND, outreach_id, "", said.region_code, "assigned", body, about=said.group)
    return desk.write(made, act="assign", personal={"told": told, "held": held})


def deliver(desk: Desk, one: Record, *, delivered_count: int) -> Record:
    """The record once those told were told: how many of them the channel reached.

    Raises: Conflict if it was delivered before, or reached more than there are; NotAllowed in another role.
    """
    _may(desk, WORKERS)
    if one.state != "assigned" or not 0 <= delivered_count <= one.body["told_count"]:
        raise Conflict(
            f"it is {one.state}, and {one.body['told_count']} people are to be told",
            where=one.id,
            fix="say how many of them were reached, once",
        )
    told = one.but("delivered", delivered_at=iso(desk.at), delivered_count=delivered_count)
    return desk.write(replace(told, is_open=False), act="deliver")


def assign_training(desk: Desk, cohort: Sequence[Learner], *, share: float) -> list[Record]:
    """The records of employees to be taught; a share of those not drawn before is held out, by lot."""
    fresh = [one for one in cohort if not desk.has(TRAINING, _id("t", one.staff_id, one.course))]
    drawn = sorted(fresh, key=lambda one: (lot(one.course, one.staff_id), one.staff_id))
    held = {one.staff_id for one in drawn[: round(share * len(drawn) + 0.499)]}
    made = []
    for one in fresh:
        body = {
            "course": one.course,
            "period": one.period,
            "assigned_at": iso(desk.at),
            "done_at": "",
        }
        state = "held_out" if one.staff_id in held else "assigned"
        record = Record(
            TRAINING, _id("t", one.staff_id, one.course), one.institution_id, one.region_code, state, body,
            is_open=state == "assigned",
        )  # fmt: skip
        made.append(desk.write(record, act="assign", personal={"staff_id": one.staff_id}))
    return made


def done(desk: Desk, one: Record) -> Record:
    """The record of an employee who has taken the course.

    Raises: Conflict if they were held out or have taken it; NotAllowed in another role.
    """
    _may(desk, WORKERS)
    if one.state != "assigned":
        raise Conflict(f"it is {one.state}", where=one.id, fix="see who is to be taught")
    told = one.but("done", done_at=iso(desk.at))
    return desk.write(replace(told, is_open=False), act="done")


def told_of(desk: Desk) -> pl.DataFrame:
    """Who was told what when, and who was held out, of all that was delivered; each look is written down.

    Who is told in one group and held out in another for the same message is left out: nothing could be compared.

    Columns: as TOLD.
    """
    _may(desk, (*RESTRICTED, "system"))
    rows = []
    for one in desk.each(Wanted(KIND, states=("delivered",))):
        at, body = datetime.fromisoformat(one.body["delivered_at"]), one.body
        sealed = desk.look(KIND, one.id).personal or {}
        for name, held_out in (("told", False), ("held", True)):
            rows += [
                (body["group"], body["message_id"], who, held_out, at)
                for who in sealed.get(name, [])
            ]
    frame = pl.DataFrame(rows, schema=TOLD, orient="row")
    return frame.filter(pl.col("held_out").n_unique().over("message_id", "person_id") == 1)


def taught_of(desk: Desk) -> pl.DataFrame:
    """Employees to be taught and those held out, from the month after they were drawn; each look is written down.

    Everybody who was to be taught counts, whether they took the course or not: who takes it is no lot.

    Columns: as TAUGHT.
    """
    _may(desk, (*RESTRICTED, "system"))
    rows = []
    for one in desk.each(Wanted(TRAINING)):
        at = datetime.fromisoformat(one.body["assigned_at"]).astimezone(SHANGHAI)
        sealed = desk.look(TRAINING, one.id).personal or {}
        if staff_id := sealed.get("staff_id"):
            month = month_of(at.date()) + 1
            rows.append((staff_id, one.state == "held_out", month, one.state == "done"))
    return pl.DataFrame(rows, schema=TAUGHT, orient="row")


def _may(desk: Desk, roles: tuple[str, ...]) -> None:
    if not desk.viewer.has(*roles):
        raise NotAllowed(
            "this is not yours to do", where="role of the user", fix=f"ask one of {', '.join(roles)}"
        )  # fmt: skip


def _id(begins: str, *parts: str) -> str:
    return f"{begins}-{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:24]}"
