"""Who sees what, as SQL: every read of records goes through these conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from duanka.store.ledger_rows import EVERY, Viewer, micros, stem
from duanka.store.ledger_tables import HISTORY, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

COLUMNS = tuple(RECORD.c)
_FEW = 24
"""Up to so many institutions are asked one by one, each by its own index, then merged."""


@dataclass(frozen=True)
class Wanted:
    """Which records are asked for; what is left out is not asked about."""

    kind: str
    states: tuple[str, ...] = ()
    about: str = ""
    parent_id: str = ""
    assigned_to: str = ""
    due_before: datetime | None = None
    open_only: bool = False
    sealed_and_closed_before: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What was asked, as SQL."""
        asked: list[sa.ColumnElement[bool]] = [RECORD.c.kind == self.kind]
        if self.states:
            asked.append(RECORD.c.state.in_(self.states))
        told = ((name, getattr(self, name)) for name in ("about", "parent_id", "assigned_to"))
        asked.extend(RECORD.c[name] == value for name, value in told if value)
        if self.due_before is not None:
            asked.append(RECORD.c.due_at < micros(self.due_before))
        if self.open_only:
            asked.append(RECORD.c.is_open == 1)
        if self.sealed_and_closed_before is not None:
            asked += [RECORD.c.is_open == 0, RECORD.c.sealed != ""]
            asked.append(RECORD.c.changed_at < micros(self.sealed_and_closed_before))
        return asked


def within(viewer: Viewer) -> list[sa.ColumnElement[bool]]:
    """The conditions a record must meet to be seen by the viewer; none that is seen by nobody else."""
    conditions: list[sa.ColumnElement[bool]] = []
    if EVERY not in viewer.institutions:
        conditions.append(RECORD.c.institution_id.in_(viewer.institutions))
    return conditions + _regions(viewer)


def _regions(viewer: Viewer) -> list[sa.ColumnElement[bool]]:
    if EVERY in viewer.regions:
        return []
    # from 991100 to 991199 rather than like '9911%': so an index is asked, whatever the collation
    inside = [
        RECORD.c.region_code.between(stem(code).ljust(6, "0"), stem(code).ljust(6, "9"))
        for code in viewer.regions
    ]
    return [sa.or_(sa.false(), *inside)]


def one(viewer: Viewer, kind: str, id_: str) -> sa.Select[Any]:
    """The record of this id, if the viewer may see it."""
    return sa.select(*COLUMNS).where(RECORD.c.kind == kind, RECORD.c.id == id_, *within(viewer))


def listed(viewer: Viewer, wanted: Wanted, *, limit: int, after: str = "") -> sa.Select[Any]:
    """The records wanted, in the order of their ids, from the one after `after`."""
    asked = [*wanted.conditions(), *within(viewer), RECORD.c.id > after]
    return sa.select(*COLUMNS).where(*asked).order_by(RECORD.c.id).limit(limit)


def counted(viewer: Viewer, wanted: Wanted) -> sa.Select[Any]:
    """How many records are wanted, by state."""
    asked = [*wanted.conditions(), *within(viewer)]
    return sa.select(RECORD.c.state, sa.func.count()).where(*asked).group_by(RECORD.c.state)


def acts(viewer: Viewer, names: Sequence[str], by_column: str = "purpose") -> sa.Select[Any]:
    """How often these acts were done to records that the viewer may see: by act, kind, and purpose or actor.

    Acts that are about no single record are told to who sees every institution and region.
    """
    same = (RECORD.c.kind == HISTORY.c.kind) & (RECORD.c.id == HISTORY.c.id)
    by = (HISTORY.c.act, HISTORY.c.kind, HISTORY.c[by_column])
    mine = sa.and_(RECORD.c.id.is_not(None), *within(viewer))
    if EVERY in viewer.institutions and EVERY in viewer.regions:
        mine = sa.or_(mine, HISTORY.c.kind == "ledger")
    return (
        sa.select(*by, sa.func.count())
        .select_from(HISTORY.join(RECORD, same, isouter=True))
        .where(HISTORY.c.act.in_(names), mine)
        .group_by(*by)
        .order_by(*by)
    )


def latest(viewer: Viewer, act: str, *, before: int | None, limit: int) -> sa.Select[Any]:
    """The last rows of an act, before a row where one is named, as a page of who did it to what and why.

    One act is asked at a time, so that the rows come in order from the index of acts.
    """
    same = (RECORD.c.kind == HISTORY.c.kind) & (RECORD.c.id == HISTORY.c.id)
    asked = [HISTORY.c.act == act] + ([] if before is None else [HISTORY.c.seq < before])
    rows = sa.select(*HISTORY.c)
    if EVERY not in viewer.institutions or EVERY not in viewer.regions:
        rows = rows.select_from(HISTORY.join(RECORD, same)).where(*within(viewer))
    return rows.where(*asked).order_by(HISTORY.c.seq.desc()).limit(limit)


def lately(viewer: Viewer, act: str, since: datetime, *, most: int) -> sa.Select[Any]:
    """How many of the last rows of an act are not before an instant, by kind of record; at most `most` are counted."""
    rows = latest(viewer, act, before=None, limit=most).subquery()
    asked = sa.select(rows.c.kind, sa.func.count()).where(rows.c.at >= micros(since))
    return asked.group_by(rows.c.kind)


def heaviest(viewer: Viewer, wanted: Wanted, *, limit: int) -> sa.Select[Any]:
    """What is left to do, the heaviest first, as a page of a queue.

    A few institutions are asked one by one, so that each answer comes in order from an index; the
    best of each are then merged.
    """
    wanted_here = [*wanted.conditions(), RECORD.c.is_open == 1]
    order = (RECORD.c.weight.desc(), RECORD.c.id)
    if EVERY in viewer.institutions or not 1 < len(viewer.institutions) <= _FEW:
        return (
            sa.select(*COLUMNS).where(*wanted_here, *within(viewer)).order_by(*order).limit(limit)
        )
    parts = [
        sa.select(*COLUMNS)
        .where(*wanted_here, RECORD.c.institution_id == name, *_regions(viewer))
        .order_by(*order)
        .limit(limit)
        for name in viewer.institutions
    ]
    return _merged(parts, limit)


def _merged(parts: Sequence[sa.Select[Any]], limit: int) -> sa.Select[Any]:
    # a LIMIT inside a UNION needs a select around it on SQLite
    every = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(every).order_by(every.c.weight.desc(), every.c.id).limit(limit)
