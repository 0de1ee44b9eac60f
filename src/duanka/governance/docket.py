"""Matters in the ledger (督办台账): opened from proposals with the figures behind them, one owner at any time.

Source: 行政处罚法 第四十四条、第四十五条、第六十二条; 反电信网络诈骗法 第三十五条.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.errors import BadInput
from duanka.governance import clocks
from duanka.governance.matter import MOVES, Matter, Moved, open_matter
from duanka.governance.months import SHANGHAI
from duanka.store.ledger_rows import Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Policy, Regime
    from duanka.store.ledger_desk import Desk

KIND, INSIDER = "matter", "insider"
"""Kinds of record: matters about units; suspicions about employees, apart and sealed."""

OWED: dict[str, type[pl.DataType] | pl.DataType] = {
    "unit_kind": pl.String,
    "unit_id": pl.String,
    "what": pl.String,
    "since": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True)
class Proposal:
    """What is proposed about a unit, with the figures behind it and who answers for whom.

    `superior` is who takes over a matter that its owner lets lie.
    """

    kind: str
    unit_kind: str
    unit_id: str
    institution_id: str
    region_code: str
    listing: str
    period: str
    because: str
    legal_basis: str
    figures: Mapping[str, Any]
    office: str = "反诈中心"
    superior: str = "联席会议办公室"
    area_wide: bool = False
    approval_id: str = ""
    parent_id: str = ""
    unit_name: str = ""


def propose(desk: Desk, said: Proposal, policy: Policy) -> Record:
    """The matter of a proposal; what is said again of a unit that has one is added to it.

    Raises: NotAllowed if it restricts an area without the approval of the State Council mechanism; BadInput
        if nothing stands behind it.
    """
    if not said.figures and said.kind in {"listing", "penalty", "insider"}:
        raise BadInput(
            "nothing is listed without its figures", where=said.unit_id, fix="give its evidence"
        )
    kind = INSIDER if said.kind == "insider" else KIND
    about = about_of(said.unit_kind, said.unit_id)
    for one in desk.find(Wanted(kind, about=about, open_only=True)):
        if one.body["kind"] == said.kind and one.parent_id == said.parent_id and not said.parent_id:
            return _again(desk, one, said)
    regime = regime_at(policy, desk.at)
    begins = next(iter(MOVES[said.kind]))
    turn = clocks.turn(said.kind, begins, regime, now=desk.at)
    matter_id = _id(kind, said)
    if desk.has(kind, matter_id):
        return desk.get(kind, matter_id)
    owner = said.office if turn.whose == "office" else about
    open_matter(
        Matter(
            matter_id, said.kind, said.unit_kind, said.unit_id, begins, owner, desk.at,
            turn.due_at or desk.at, said.because, said.area_wide, said.approval_id,
        )
    )  # fmt: skip
    made = Record(
        kind, matter_id, said.institution_id, said.region_code, begins, _body(said, policy, regime, desk.at),
        about=about, parent_id=said.parent_id, assigned_to=owner, due_at=turn.due_at, weight=_weight(said),
    )  # fmt: skip
    return desk.write(made, act="propose", personal=_sealed(said))


def matter_of(one: Record) -> Matter:
    """The matter that a record of the ledger holds, with its last move; all moves stand in the ledger's history."""
    body = one.body
    history: tuple[Moved, ...] = ()
    if body["moved_at"]:
        at = datetime.fromisoformat(body["moved_at"])
        history = (Moved("", one.state, at, body["moved_by"], tuple(body["papers"])),)
    kind, _, unit = one.about.partition(":")
    told = body.get("expires_at")
    return Matter(
        one.id, body["kind"], kind, unit, one.state, one.assigned_to,
        datetime.fromisoformat(body["opened_at"]), one.due_at or datetime.fromisoformat(body["opened_at"]),
        body["because"], body["area_wide"], body["approval_id"],
        datetime.fromisoformat(told) if told else None, history,
    )  # fmt: skip


def owed(desk: Desk) -> pl.DataFrame:
    """What still stands against leaving the ladder: things to rectify, and suspicions about an outlet's employees.

    A suspicion is looked at for it, which is written down.

    Columns: unit_kind, unit_id, what (rectify, insider), since and until (instants; null while it stands).
    """
    rows = []
    for one in desk.each(Wanted(KIND)):
        if one.body["kind"] == "rectification":
            kind, _, unit = one.about.partition(":")
            rows.append((kind, unit, "rectify", *_stood(one)))
    for one in desk.each(Wanted(INSIDER)):
        if one.state != "withdrawn":
            told = desk.look(INSIDER, one.id).personal or {}
            opened = datetime.fromisoformat(one.body["opened_at"])
            rows += [
                (kind, unit, "insider", opened, None)
                for kind, unit in (
                    ("staff", told.get("staff_id")),
                    ("outlet", told.get("figures", {}).get("outlet_id")),
                    ("institution", one.institution_id),
                )
                if unit
            ]
    return pl.DataFrame(rows, schema=OWED, orient="row")


def _stood(one: Record) -> tuple[datetime, datetime | None]:
    opened = datetime.fromisoformat(one.body["opened_at"])
    over = one.state in {"accepted", "closed", "withdrawn"}
    return opened, datetime.fromisoformat(one.body["moved_at"]) if over else None


def about_of(unit_kind: str, unit_id: str) -> str:
    """How a record says which unit it is about; an employee only by a digest.

    Example:
        >>> about_of("outlet", "o-1")
        'outlet:o-1'
    """
    if unit_kind == "staff":
        return f"staff:{hashlib.sha256(unit_id.encode()).hexdigest()[:24]}"
    return f"{unit_kind}:{unit_id}"


def regime_at(policy: Policy, at: datetime) -> Regime:
    """The rules in force at the instant."""
    return policy.at(at.astimezone(SHANGHAI).date())


def iso(at: datetime) -> str:
    """The instant as matters tell it: China's own time with its offset."""
    return at.astimezone(SHANGHAI).isoformat()


def _body(said: Proposal, policy: Policy, regime: Regime, at: datetime) -> dict[str, Any]:
    hidden = said.kind == "insider"
    return {
        "kind": said.kind,
        "listing": said.listing,
        "period": said.period,
        "unit_name": "" if hidden else said.unit_name,
        "because": said.because,
        "legal_basis": said.legal_basis,
        "figures": {} if hidden else dict(said.figures),
        "appeal_path": ", ".join(regime.words("matters.appeal_paths")),
        "policy_version": policy.version,
        "office": said.office,
        "superior": said.superior,
        "area_wide": said.area_wide,
        "approval_id": said.approval_id,
        "opened_at": iso(at),
        "papers": {},
        "moved_by": "",
        "moved_at": "",
        "expires_at": "",
        "later": [],
        "reminded_for": "",
        "raised_for": "",
    }


def _sealed(said: Proposal) -> dict[str, Any]:
    """What of an employee is sealed: who they are, and their figures."""
    if said.kind != "insider":
        return {}
    return {"staff_id": said.unit_id, "name": said.unit_name, "figures": dict(said.figures)}


def _again(desk: Desk, one: Record, said: Proposal) -> Record:
    """The open matter, told once of what a later month says; people decide what follows from it."""
    told = {"period": said.period, "listing": said.listing, "because": said.because}
    known = [{n: one.body[n] for n in told}, *({n: k[n] for n in told} for k in one.body["later"])]
    if told in known:
        return one
    later = {**told, "figures": {} if one.kind == INSIDER else dict(said.figures)}
    return desk.write(one.but(None, later=[*one.body["later"], later]), act="said_again")


def _weight(said: Proposal) -> int:
    """How far the unit lies beyond what is expected, in hundredths: the worst stand first."""
    ratio = said.figures.get("lower_ratio")
    return int(float(ratio) * 100) if ratio not in {None, ""} else 0


def _id(kind: str, said: Proposal) -> str:
    parts = (said.kind, said.unit_kind, said.unit_id, said.period, said.parent_id, said.because)
    return f"{kind[0]}-{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:24]}"
