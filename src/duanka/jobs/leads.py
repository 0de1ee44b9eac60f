"""`duanka lead`: leads read from a file, to be kept or told, and the clocks of all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from duanka.cases.order_terms import instant
from duanka.cases.order_wall import BURDENS as HOLDS
from duanka.errors import BadInput
from duanka.leads import asking, authority, lead, sheet, told
from duanka.store.ledger import SYSTEM, Wanted
from duanka.tables.check import check
from duanka.tables.read import batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime
    from duanka.store.ledger import Desk, Ledger, Viewer

AT_ONCE = 500
"""Leads kept in one transaction."""


@dataclass(frozen=True)
class Acting:
    """Who does it, and what for; the system, where nobody is named."""

    viewer: Viewer = SYSTEM
    purpose: str = "leads of a file"


BY_SYSTEM = Acting()


@dataclass(frozen=True)
class Took:
    """How many leads of a file were new, known before, and refused; where the refused ones are."""

    fresh: int
    known: int
    refused: int
    returned: Path | None


@dataclass(frozen=True)
class Sender:
    """Who sent the file, and which unit here (institution, region) answers for what is in it."""

    sender_id: str
    unit: tuple[str, str]


@dataclass(frozen=True)
class Telling:
    """To whom the leads of a file go, which unit here answers for them, who may know, and whether hidden."""

    party_id: str
    unit: tuple[str, str]
    handling: str
    hidden: bool


def take_file(
    path: Path,
    book: Ledger,
    sender: Sender,
    *,
    at: datetime,
    regime: Regime,
    say: Progress,
    by: Acting = BY_SYSTEM,
) -> Took:
    """What came of a file of leads (CSV, XLSX, JSON lines; headings of the contract or in Chinese).

    Refused rows are written beside it as a workbook to be mended and sent again.
    Raises: BadInput if the file cannot be read.
    """

    def keep(desk: Desk, data: dict[str, Any]) -> bool:
        before = desk.done(lead.key_of(sender.sender_id, data["lead_id"]))
        lead.receive(desk, data, unit=sender.unit, sender_id=sender.sender_id, regime=regime)
        return before is None

    return _each_row(path, lambda: book.desk(by.viewer, at=at, purpose=by.purpose), keep, say)


def tell_file(
    path: Path,
    book: Ledger,
    how: Telling,
    *,
    at: datetime,
    regime: Regime,
    say: Progress,
    by: Acting = BY_SYSTEM,
) -> Took:
    """What came of a file of leads to be told to a partner; `duanka lead send` sends them.

    Raises: BadInput if the file cannot be read; NotFound if there is no such partner; NotAllowed if the
        handling does not let leads go there.
    """
    with book.read(by.viewer, at=at) as desk:
        to = desk.get("partner", how.party_id)
    told.may_go_to(how.handling, to.body["party_kind"])

    def keep(desk: Desk, data: dict[str, Any]) -> bool:
        known = desk.has("told_lead", lead.record_id(to.id, data["lead_id"]))
        more = {"handling": how.handling, "hidden": how.hidden}
        told.tell(desk, data | more, to=to, unit=how.unit, regime=regime)
        return not known

    return _each_row(path, lambda: book.desk(by.viewer, at=at, purpose=by.purpose), keep, say)


def _each_row(
    path: Path,
    sit: Callable[[], AbstractContextManager[Desk]],
    keep: Callable[[Desk, dict[str, Any]], bool],
    say: Progress,
) -> Took:
    """What came of the rows of a file, each kept by `keep`, which says whether it was new."""
    count = {True: 0, False: 0}
    refused = 0
    wrong: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    with say.stage("读取线索 reading leads"):
        for batch in batches(path):
            rows = sheet.in_our_words(batch.rows)
            found = check(rows, "lead", file=path.name)
            if not found.taken:
                faults = ", ".join(found.rejects["column"].drop_nulls().to_list())
                raise BadInput(f"columns are missing: {faults}", where=path.name, fix="use the template of `duanka lead template`")  # fmt: skip
            refused += found.refused
            if found.refused:
                wrong.append((rows, found.rejects))
            for begin in range(0, found.rows.height, AT_ONCE):
                with sit() as desk:
                    for row in found.rows[begin : begin + AT_ONCE].iter_rows(named=True):
                        told_ = {n: _said(v) for n, v in row.items() if v is not None}
                        count[keep(desk, told_)] += 1
    return Took(count[True], count[False], refused, _returned(path, wrong))


def _said(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _returned(path: Path, wrong: list[tuple[pl.DataFrame, pl.DataFrame]]) -> Path | None:
    if not wrong:
        return None
    rows = pl.concat([r for r, _ in wrong], how="diagonal_relaxed")
    rejects = pl.concat([r for _, r in wrong])
    place = path.with_name(f"{path.stem}-returned.xlsx")
    place.write_bytes(sheet.error_return(rows, rejects))
    return place


def clocks(book: Ledger, *, at: datetime, regime: Regime) -> dict[str, int]:
    """How many leads came under control, were reminded of and expired, and how many stops and freezes of the police ended; safe to run twice."""
    with book.desk(SYSTEM, at=at, purpose="clocks of leads") as desk:
        controlled = under_control(desk)
        expired = lead.expire(desk, regime=regime)
        return {
            "controlled": controlled,
            "expired": expired,
            "reminded": lead.remind(desk, regime=regime),
            "holds_ended": authority.expire(desk),
            "told_overdue": told.overdue(desk, regime=regime),
            "answers_void": asking.forget(desk),
        }


def under_control(desk: Desk) -> int:
    """How many matched leads have their card under control now: by an order in force, or held by the police's document."""
    count = 0
    for one in list(desk.each(Wanted("lead", states=("matched",)))):
        if (found := _control(desk, one.about)) is not None:
            by, measure, since = found
            lead.controlled(desk, one, order_id=by, measure=measure, since=since)
            count += 1
    return count


def _control(desk: Desk, about: str) -> tuple[str, str, datetime] | None:
    """What holds the card the longest already, its measure, and since when; None if nothing does."""
    orders = desk.find(Wanted("order", states=("in_force",), about=about))
    found = [
        (instant(one.body["starts_at"]), one.id, str(one.body["measure"]))
        for one in orders
        if one.body["measure"] in HOLDS and one.due_at is not None and one.due_at > desk.at
    ]
    for one in desk.find(Wanted("hold", states=("stop_payment", "freeze"), about=about)):
        begun = datetime.fromisoformat(one.body["acts"][-1]["carried_out_at"])
        found.append((begun, one.id, one.state))
    if not found:
        return None
    since, by, measure = min(found)
    return by, measure, since


def introduced(path: Path) -> Any:
    """What a partner's file of introduction holds; whether it is one, `leads.partner.enrol` says.

    Raises: BadInput if it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise BadInput(
            "the introduction cannot be read",
            where=path.name,
            fix="name the file that the partner's `duanka lead introduce` wrote",
        ) from error


def document_of(path: Path, *, number: str, issuer_id: str, issued_at: str) -> authority.Document:
    """The authority's document as it is kept: the file stays where it is, its digest says which it was.

    Raises: BadInput if the file cannot be read, or the instant is none with an offset.
    """
    try:
        at = datetime.fromisoformat(issued_at)
        held = path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadInput(
            "the document or its instant cannot be read",
            where=path.name,
            fix="name the file, and write the instant like 2026-06-01T09:00:00+08:00",
        ) from error
    if at.tzinfo is None or not held:
        raise BadInput(
            "an instant without offset, or an empty file", where=path.name, fix="give both whole"
        )
    return authority.Document(number, issuer_id, at, hashlib.sha256(held).hexdigest())
