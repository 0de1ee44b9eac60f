"""`duanka campaign start`: which cards of a folder a clean-up asks about, and the asking, a few hundred at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from duanka.cases import reverification
from duanka.cases.order_terms import regime_at
from duanka.cases.reverification import Card
from duanka.errors import BadInput
from duanka.jobs.dataset import parse_instant
from duanka.jobs.open_cases import Judged, read_table, register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy, Regime
    from duanka.store.ledger import Desk, Record

AT_ONCE = 200
"""Holders asked in one transaction: nobody else waits long, and a job that was stopped goes on."""
_IN_USE = ("active", "dormant")
_USES = {
    "account": (("transfer", "payer_id", "at"), ("transfer", "payee_id", "at")),
    "sim": (("call", "caller_id", "at"), ("call", "callee_id", "at"), ("message", "sender_id", "at")),
}  # fmt: skip


def picked(
    data: Path,
    policy: Policy,
    pick: str,
    *,
    institution_id: str,
    as_of: str | None,
    say: Progress,
) -> list[Card]:
    """The institution's cards that a clean-up asks about: long unused (`dormant`), or too `many` in one name.

    A card counts as unused if its status says so, or the records reach back far enough and hold no use of it.

    Raises: BadInput if there are none.
    """
    at = datetime.now(UTC) if as_of is None else parse_instant(as_of)
    regime = regime_at(policy, at)
    with say.stage("选取 picking cards"):
        mine = register(Judged(data, data)).filter(
            pl.col("institution_id") == institution_id, pl.col("status").is_in(_IN_USE)
        )
        found = _dormant(mine, data, regime, at) if pick == "dormant" else _many(mine, regime)
    if found.is_empty():
        raise BadInput(
            f"no card of {institution_id} is {pick}",
            where=data.name,
            fix="see institution and folder",
        )
    names = ("card_kind", "card_id", "institution_id", "region_code", "holder_id")
    return [Card(*row) for row in found.sort("card_kind", "card_id").select(names).iter_rows()]


def start(
    act: Callable[[], AbstractContextManager[Desk]],
    name: str,
    cards: Sequence[Card],
    policy: Policy,
    *,
    say: Progress,
) -> Record:
    """The campaign, every holder asked once; started again, it goes on where it was stopped.

    Raises: BadInput without cards, or with cards of several institutions.
    """
    with act() as desk:
        made = reverification.begin(desk, name, cards)
    with say.stage("通知 asking holders"):
        for first in range(0, len(cards), AT_ONCE):
            with act() as desk:
                for one in cards[first : first + AT_ONCE]:
                    reverification.ask(desk, one, policy, why="clean_up", of_id=made.id)
            say.advance(min(first + AT_ONCE, len(cards)), len(cards))
    return made


def _dormant(mine: pl.DataFrame, data: Path, regime: Regime, at: datetime) -> pl.DataFrame:
    parts = [mine.filter(pl.col("status") == "dormant")]
    for kind, uses in _USES.items():
        since = at - timedelta(days=regime.number(f"reverification.dormant_{kind}_days"))
        seen = pl.concat(
            read_table(data, table, (card, time)).rename({card: "card_id", time: "at"})
            for table, card, time in uses
        ).filter(pl.col("at") < at)
        first = seen["at"].min()
        if not isinstance(first, datetime) or first > since:
            continue  # the records do not reach back so far: only the status can tell
        used = seen.filter(pl.col("at") >= since).select("card_id").unique()
        opened = _opened(data, kind).filter(pl.col("opened_at") < since)
        idle = mine.filter(pl.col("card_kind") == kind).join(used, on="card_id", how="anti")
        parts.append(idle.join(opened, on="card_id", how="semi"))
    return pl.concat(parts).unique(["card_kind", "card_id"])


def _opened(data: Path, kind: str) -> pl.DataFrame:
    time = "opened_at" if kind == "account" else "activated_at"
    return read_table(data, kind, (f"{kind}_id", time)).rename(
        {f"{kind}_id": "card_id"} | ({} if time == "opened_at" else {time: "opened_at"})
    )


def _many(mine: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """The cards of holders who have more of a kind with this institution than the rules allow."""
    parts = []
    for kind, name in (("account", "debit_cards_per_bank"), ("sim", "sims_per_company")):
        held = mine.filter(pl.col("card_kind") == kind, pl.col("holder_id") != "")
        counted = held.group_by("holder_id").agg(pl.len().alias("count"))
        over = counted.filter(pl.col("count") > int(regime.number(f"opening.{name}")))
        parts.append(held.join(over.select("holder_id"), on="holder_id", how="semi"))
    return pl.concat(parts)
