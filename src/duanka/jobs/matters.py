"""`duanka matter`: what a published month proposes becomes matters in the ledger; their clocks; their letters."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.errors import BadInput, Conflict
from duanka.governance import conduct, docket_steps, letters, stock
from duanka.governance.docket import INSIDER, KIND, Proposal, owed, propose, regime_at
from duanka.governance.docket_letters import letter_of
from duanka.governance.docket_seen import seen
from duanka.governance.inspection import BECAUSE
from duanka.jobs.publish_pdf import pdf
from duanka.store.ledger import SYSTEM, Wanted
from duanka.tables import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy
    from duanka.store.ledger import Desk, Ledger, Record, Viewer

PURPOSE = "supervise what was proposed about units"
PENALTIES = ("suspend_openings", "refer")
"""Rungs that restrict or punish: heard by 行政处罚法 before anything happens."""
_INSPECTS = "反电信网络诈骗法 第三十九条、第四十条；行政处罚法 第五十四条、第五十五条"
_AT_ONCE = 200


@dataclass
class Opened:
    """How many proposals a month makes, and how many matters are new, said again or about employees."""

    proposals: int = 0
    opened: int = 0
    again: int = 0
    insiders: int = 0


@dataclass
class Supervised:
    """How many matters ended by themselves, went one level up, or whose owners were reminded."""

    ended: int = 0
    escalated: int = 0
    reminded: int = 0


def open_matters(
    folder: Path, ledger: Ledger, policy: Policy, *, now: datetime, office: str, say: Progress
) -> Opened:
    """What became of a published month's proposals; run twice, nothing is opened twice.

    Raises: BadInput if the folder is no published month, or a file is not what was published.
    """
    done = Opened()
    said = list(_proposals(folder, office))
    done.proposals = len(said)
    with say.stage("立项督办 opening matters"):
        for begin in range(0, len(said), _AT_ONCE):
            with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
                for one in said[begin : begin + _AT_ONCE]:
                    _opened(desk, one, policy, done)
            say.advance(min(begin + _AT_ONCE, len(said)), len(said))
    return done


def _opened(desk: Desk, said: Proposal, policy: Policy, done: Opened) -> None:
    made = propose(desk, said, policy)
    fresh = made.version == 1 and made.changed_at == desk.at
    done.opened += fresh
    done.again += not fresh
    done.insiders += fresh and made.kind == INSIDER


def supervise(ledger: Ledger, policy: Policy, *, now: datetime, say: Progress) -> Supervised:
    """What the clock does: terms that are over end, what is let lie goes up, owners hear before they are late."""
    done = Supervised()
    with say.stage("到期 terms that are over"):
        done.ended = _each(ledger, now, docket_steps.end)
    with say.stage("上移 let lie"):
        done.escalated = _each(ledger, now, lambda d, one: docket_steps.escalate(d, one, policy))
    with say.stage("提醒 reminding"):
        done.reminded = _each(ledger, now, lambda d, one: docket_steps.remind(d, one, policy))
    return done


def ledger_says(ledger: Ledger, *, now: datetime) -> dict[str, pl.DataFrame]:
    """What a month's publication takes from the ledger: what is owed, clean-ups, leads acted on, restrictions that ended."""
    with ledger.desk(SYSTEM, at=now, purpose="publication of a month") as desk:
        return {
            "owed": owed(desk),
            "asked": stock.asked_again(desk),
            **conduct.of_ledger(desk),
        }


def write_letter(
    matter_id: str, out: Path, ledger: Ledger, policy: Policy, *, viewer: Viewer, now: datetime
) -> str:
    """The digest of the letter that fits the matter's state, written to a .docx or .pdf file; it stands in history.

    Raises: NotFound; BadInput for another kind of file, or about an employee.
    """
    if out.suffix.lower() not in {".docx", ".pdf"}:
        raise BadInput("a letter is a .docx or .pdf", where=str(out), fix="name it so")
    with ledger.desk(viewer, at=now, purpose=PURPOSE) as desk:
        one = seen(desk, desk.get(docket_steps.kind_of(matter_id), matter_id))
        letter, figures = letter_of(desk, one, regime_at(policy, now))
        if out.suffix.lower() == ".pdf":
            content = pdf(letters.typ(letter, figures))
        else:
            content = letters.docx(letter, figures)
        digest = hashlib.sha256(content).hexdigest()
        desk.note(one, act="letter", details={"letter": letter.kind, "digest": digest})
        out.write_bytes(content)
    return digest


def _each(ledger: Ledger, now: datetime, work: Callable[[Desk, Record], bool]) -> int:
    """To how many open matters the work did something, each in a transaction of its own."""
    with ledger.read(SYSTEM, at=now) as desk:
        found = [one for kind in (KIND, INSIDER) for one in desk.each(Wanted(kind, open_only=True))]
    count = 0
    for one in found:
        try:
            with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
                count += work(desk, one)
        except Conflict:
            continue  # somebody took the step meanwhile
    return count


def _proposals(folder: Path, office: str) -> Iterator[Proposal]:
    """The proposals of a published month, the worst first, employees last and apart."""
    manifest = manifest_of(folder)
    tables = {
        name: read_month(folder, name, manifest)
        for name in (
            "listing.csv",
            "evidence.csv",
            "units.csv",
            "inspections.csv",
            "restricted/insiders.csv",
        )
    }
    keys = ["unit_kind", "unit_id"]
    where = tables["units.csv"].join(tables["evidence.csv"], on=keys, how="right")
    figures = {(row["unit_kind"], row["unit_id"]): row for row in where.iter_rows(named=True)}
    for row in tables["listing.csv"].iter_rows(named=True):
        if row["listing"] != "none" and row["unit_kind"] != "staff":
            yield _of_unit(row, figures[row["unit_kind"], row["unit_id"]], office)
    for row in tables["inspections.csv"].iter_rows(named=True):
        told = row | {"listing": "inspection", "because": BECAUSE, "legal_basis": _INSPECTS}
        yield _of_unit(
            told, figures[row["unit_kind"], row["unit_id"]] | {"why": row["why"]}, office
        )
    places = {
        row["unit_id"]: row
        for row in tables["units.csv"].filter(pl.col("unit_kind") == "outlet").iter_rows(named=True)
    }
    for row in tables["restricted/insiders.csv"].iter_rows(named=True):
        yield _of_staff(row, places.get(row["outlet_id"], {}), manifest["period"], office)


def _of_unit(row: dict[str, Any], found: dict[str, Any], office: str) -> Proposal:
    at = {n: found.get(n) or "" for n in ("institution_id", "region_code", "name")}
    known = {info.name for info in columns("listing")} | {
        *at,
        "sector",
        "proposed",
        "stayed",
        "calm",
    }
    return Proposal(
        kind=_kind(row["listing"]),
        unit_kind=row["unit_kind"],
        unit_id=row["unit_id"],
        institution_id=at["institution_id"],
        region_code=at["region_code"],
        listing=row["listing"],
        period=row["period"],
        because=row["because"],
        legal_basis=row["legal_basis"] or "",
        figures={n: v for n, v in found.items() if n not in known and v not in {None, ""}},
        office=office,
        unit_name=at["name"],
    )


def _kind(listing: str) -> str:
    if listing == "inspection":
        return listing
    return "penalty" if listing in PENALTIES else "listing"


def _of_staff(row: dict[str, Any], place: dict[str, Any], period: str, office: str) -> Proposal:
    return Proposal(
        kind="insider",
        unit_kind="staff",
        unit_id=row["staff_id"],
        institution_id=place.get("institution_id") or "",
        region_code=place.get("region_code") or "",
        listing="refer",
        period=period,
        because="rate_high",
        legal_basis="本机构内部核查；本人有申辩权",
        figures={n: v for n, v in row.items() if v not in {None, ""}},
        office=office,
    )


def manifest_of(folder: Path) -> dict[str, Any]:
    """What a published month says of itself.

    Raises: BadInput if the folder is none.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise BadInput(
            "this is no published month",
            where=str(folder),
            fix="give a folder that `publish` wrote",
        )
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def read_month(folder: Path, name: str, manifest: dict[str, Any]) -> pl.DataFrame:
    """A table of the month as text, if it is what was published.

    Raises: BadInput if it is not.
    """
    path = folder / name
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != manifest["files"].get(name):
        raise BadInput(
            f"{name} is not what was published",
            where=str(folder),
            fix="publish the month again: nothing is proposed on figures that were changed",
        )
    frame = pl.read_csv(content, infer_schema=False)
    return (
        frame
        if frame.width
        else pl.DataFrame(schema={"unit_kind": pl.String, "unit_id": pl.String})
    )
