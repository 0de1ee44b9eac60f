"""`duanka open-cases`: what a run found becomes cases and orders in the ledger; run twice, it does nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka import tables
from duanka.cases import case, order, reverification
from duanka.cases.case import Alerts
from duanka.cases.ids import card
from duanka.cases.order_terms import Finding, iso
from duanka.cases.reverification import Card
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.jobs.load import find
from duanka.store.ledger import SYSTEM
from duanka.tables import kinds
from duanka.tables.check import check
from duanka.tables.read import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy
    from duanka.store.ledger import Desk, Ledger, Record

PURPOSE = "open cases from a run"
_CARDS = ("card_kind", "card_id", "holder_id", "institution_id", "region_code", "status")
_IDLE = ("suspended", "closed")


@dataclass(frozen=True)
class Judged:
    """What a run wrote (`out`), what it read (`data`, if it is still there), and whose cards those are otherwise.

    Columns: `institution_id` stands for cards whose institution `data` does not tell.
    """

    out: Path
    data: Path | None = None
    institution_id: str = ""


@dataclass
class Opened:
    """What came of it: cases and orders there now, and cards left alone, with why."""

    cases: int = 0
    in_force: int = 0
    proposed: int = 0
    asked: int = 0
    left_alone: int = 0


def open_cases(
    judged: Judged, ledger: Ledger, policy: Policy, *, now: datetime, say: Progress
) -> Opened:
    """The cards that a run would act on, as cases with orders: in force where the system may, else proposed.

    Each case is one transaction, so that a job that was stopped goes on where it stopped.

    Raises: BadInput if there is no table of scores.
    """
    with say.stage("读取评判结果 reading"):
        known = register(judged)
        groups = list(_groups(_findings(judged, known), _at_stake(judged.out)))
    done = Opened()
    with say.stage("立案 opening cases"):
        for i, alerts in enumerate(groups, start=1):
            _again(lambda: _open(ledger, alerts, known, done, policy=policy, now=now))  # noqa: B023
            say.advance(i, len(groups))
    return done


def _open(
    ledger: Ledger,
    alerts: Alerts,
    register: pl.DataFrame,
    done: Opened,
    *,
    policy: Policy,
    now: datetime,
) -> None:
    """One case with its orders, all of it or nothing."""
    mine = Opened(cases=1)
    with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
        opened = case.open_case(desk, alerts, policy)
        for one in alerts.findings:
            try:
                made = order.propose(desk, one, policy, case_id=opened.id)
            except (NotAllowed, BadInput):
                mine.left_alone += (
                    1  # cleared by an appeal, or the law of the day knows no such measure
                )
                continue
            mine.in_force += made.state == "in_force"
            mine.proposed += made.state == "proposed"
            mine.asked += _ask(desk, one, made, register, policy)
    for name, count in vars(mine).items():
        setattr(done, name, getattr(done, name) + count)


def _again(work: Callable[[], None]) -> None:
    """Nothing; the work is done once more if somebody else was at the same record."""
    try:
        work()
    except Conflict:
        work()


def _ask(desk: Desk, one: Finding, made: Record, register: pl.DataFrame, policy: Policy) -> int:
    """How many holders were asked to verify again: of this card, or of the other cards of its holder."""
    if one.measure == "reverify_identity" and made.state == "in_force":
        place = (one.institution_id, one.region_code)
        mine = Card(one.card_kind, one.card_id, *place, one.holder_id)
        reverification.ask(desk, mine, policy, why=one.because, of_id=made.id)
        return 1
    if one.because == "implicated" and one.holder_id:
        held = register.filter(
            (pl.col("holder_id") == one.holder_id)
            & (pl.col("card_kind") == one.card_kind)
            & (pl.col("institution_id") == one.institution_id)
            & ~pl.col("status").is_in(_IDLE)
        )
        cards = [
            Card(row["card_kind"], row["card_id"], *_placed(row), row["holder_id"])
            for row in held.iter_rows(named=True)
        ]
        return len(reverification.others(desk, made, cards, policy))
    return 0


def _placed(row: dict[str, Any]) -> tuple[str, str]:
    return row["institution_id"], row["region_code"]


def _findings(judged: Judged, register: pl.DataFrame) -> list[Finding]:
    """What the run would do to whom, the gravest first."""
    score = _table(judged.out, "score")
    if score is None:
        raise BadInput(
            "there is no table of scores",
            where=judged.out.name,
            fix="give the folder that `duanka run` wrote with --out",
        )
    acted = score.filter(pl.col("measure") != "allow").with_columns(
        pl.col("card_kind").cast(pl.String)
    )
    told = acted.join(register, on=["card_kind", "card_id"], how="left")
    told = told.with_columns(
        pl.col("institution_id").fill_null(judged.institution_id),
        pl.col("holder_id", "region_code").fill_null(""),
    )
    told = told.sort(["score", "card_kind", "card_id"], descending=[True, False, False])
    sims = _sims_in_use(register, score)
    return [_finding(row, sims) for row in told.iter_rows(named=True)]


def _finding(row: dict[str, Any], sims: dict[str, list[str]]) -> Finding:
    holder, reasons = row["holder_id"], tuple(row["reasons"] or ())
    others = [one for one in sims.get(holder, ()) if one != row["card_id"]]
    known = holder and row["card_kind"] == "sim"
    return Finding(
        card_kind=row["card_kind"],
        card_id=row["card_id"],
        institution_id=row["institution_id"],
        region_code=row["region_code"],
        measure=str(row["measure"]),
        because=_because(row["tier"], reasons),
        reasons=reasons,
        as_of=iso(row["as_of"]),
        policy_version=row["policy_version"],
        tier=str(row["tier"]),
        score=float(row["score"]),
        model_version=row["model_version"],
        holder_id=holder,
        network_id=row["network_id"] or "",
        other_sims=tuple(others) if known else None,
    )


def _because(tier: str, reasons: Sequence[str]) -> str:
    """What led to the measure: a fact that the rules give, else the tier."""
    facts = ("implicated", "looks_like_victim", "suspicious_dormant", "reverification_failed")
    return next((code for code in reasons if code in facts), f"{tier}_card")


def _sims_in_use(register: pl.DataFrame, score: pl.DataFrame) -> dict[str, list[str]]:
    """The SIMs of each holder that are in use and not in doubt."""
    doubtful = score.filter(pl.col("measure") != "allow").select(
        pl.col("card_kind").cast(pl.String), "card_id"
    )
    sims = register.filter(pl.col("card_kind") == "sim", ~pl.col("status").is_in(_IDLE))
    free = sims.join(doubtful, on=["card_kind", "card_id"], how="anti").sort("card_id")
    held = free.group_by("holder_id", maintain_order=True).agg("card_id")
    return dict(held.iter_rows())


def _groups(findings: Sequence[Finding], at_stake: dict[str, int]) -> Iterator[Alerts]:
    """Findings by network, else by holder, else alone; each institution has its own case."""
    by_group: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        if one.network_id:
            by, group = "network", one.network_id
        elif one.holder_id:
            by, group = "holder", one.holder_id
        else:
            by, group = "card", card(one.card_kind, one.card_id)
        by_group.setdefault((by, group, one.institution_id), []).append(one)
    for (by, group, _), mine in by_group.items():
        fen = sum(at_stake.get(one.card_id, 0) for one in mine if one.card_kind == "account")
        yield Alerts(by, group, tuple(mine), fen)


def _at_stake(out: Path) -> dict[str, int]:
    """Traced money that still lies where it was last seen, by account."""
    flow = _table(out, "flow")
    if flow is None or flow.is_empty():
        return {}
    last = flow.filter(pl.col("terminal")).group_by("payee_id").agg(pl.col("tainted_fen").sum())
    return dict(last.iter_rows())


def _table(out: Path, name: str) -> pl.DataFrame | None:
    """A table of a run, whichever way it was written."""
    if (path := out / f"{name}.parquet").exists():
        return pl.read_parquet(path)
    if not (path := out / f"{name}.csv").exists():
        return None
    frame = pl.read_csv(path, infer_schema=False)
    plain = [one for one in tables.columns(name) if one.kind != "list" and one.name in frame]
    lists = [one.name for one in tables.columns(name) if one.kind == "list"]
    read = [kinds.read(frame[one.name], one)[0].alias(one.name) for one in plain]
    return tables.typed(name, frame.with_columns(*read, pl.col(lists).fill_null("").str.split(";")))


def register(judged: Judged) -> pl.DataFrame:
    """Every card of the folder with holder, institution, place and status; none without a folder."""
    empty = pl.DataFrame(schema=dict.fromkeys(_CARDS, pl.String))
    data = judged.data
    if data is None:
        return empty
    frames = {name: read_table(data, name) for name in ("account", "sim", "outlet")}
    places = frames["outlet"].select("outlet_id", "region_code")
    parts = [empty]
    for kind in ("account", "sim"):
        cards = frames[kind].join(places, on="outlet_id", how="left")
        named = cards.rename({f"{kind}_id": "card_id"}).with_columns(
            pl.lit(kind).alias("card_kind"), pl.col("status").cast(pl.String).fill_null("active")
        )
        parts.append(named.select(pl.col(_CARDS).fill_null("")))
    return pl.concat(parts).unique(["card_kind", "card_id"], keep="first", maintain_order=True)


def read_table(data: Path, table: str, names: Sequence[str] = ()) -> pl.DataFrame:
    """The rows of a folder's table that hold what the contract asks, all columns or those named; none if it is absent."""
    empty = tables.typed(table, tables.empty(table))
    wanted = list(names) or empty.columns
    found = [
        tables.typed(table, check(batch.rows, table).rows).select(wanted)
        for name, path in find(data)
        if name == table
        for batch in batches(path)
    ]
    return pl.concat([empty.select(wanted), *found])
