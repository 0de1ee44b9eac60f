"""Where did this money go: from a reported loss, payment by payment, in time order, to the fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from duanka.errors import BadInput
from duanka.network import book as books
from duanka.network.loss import MATCHES, NO_AMOUNT, Losses, Reports, losses
from duanka.network.purse import FIFO, PRO_RATA
from duanka.network.walk import Found, Limits, walk
from duanka.tables import typed

if TYPE_CHECKING:
    from datetime import datetime

HOLDING: dict[str, pl.DataType | type[pl.DataType]] = {
    "lead_id": pl.String,
    "account_id": pl.String,
    "in_fen": pl.Int64,
    "out_fen": pl.Int64,
    "left_fen": pl.Int64,
    "untraced_fen": pl.Int64,
}
WALK: dict[str, pl.DataType | type[pl.DataType]] = {
    "lead_id": pl.String,
    "found_fen": pl.Int64,
    "match": pl.Enum(MATCHES),
    "edges_count": pl.Int64,
    "cut": pl.Boolean,
}
ATTRIBUTION = {"fifo": FIFO, "pro_rata": PRO_RATA}


@dataclass(frozen=True)
class TraceSettings:
    """How far lost money is followed, and how it is told apart from an account's other money.

    Units: `horizon_days` how long before the lead was issued its loss may lie; `budget_edges`
    payments looked at for one lead; `min_tainted_fen` the least lost money that is followed on.
    """

    max_hops: int = 6
    budget_edges: int = 20_000
    horizon_days: int = 30
    min_tainted_fen: int = 1_00
    attribution: Literal["fifo", "pro_rata"] = "fifo"

    def __post_init__(self) -> None:
        least = {"max_hops": 1, "budget_edges": 0, "horizon_days": 0, "min_tainted_fen": 0}
        low = [name for name, value in least.items() if getattr(self, name) < value]
        if low or self.attribution not in ATTRIBUTION:
            raise BadInput(
                f"{', '.join(low) or 'attribution'} of the tracing is out of range",
                where="settings of the tracing",
                fix=f"at least {least}, attribution one of {sorted(ATTRIBUTION)}",
            )


@dataclass(frozen=True)
class Traced:
    """The flow of lost money, who held it, and how far each lead was followed.

    Columns:
        flow: the `flow` output, ordered by lead_id, hop, at, transfer_id.
        holding: lead_id, account_id, in_fen, out_fen, left_fen, untraced_fen of every account that
            held lost money, where in = out + left + untraced. Untraced is what left in ways that
            were not followed: past the last hop, under the least amount, or by payments that the
            balances show but no row tells.
        cut: lead_id, found_fen (the loss found in the transfers), match (how it was found, from
            exact to none: `network.loss`), edges_count (payments looked at) and cut (the budget
            ended before the money did); one row a lead on an account.
    """

    flow: pl.DataFrame
    holding: pl.DataFrame
    cut: pl.DataFrame


def trace(
    transfers: pl.DataFrame,
    leads: pl.DataFrame,
    *,
    as_of: datetime,
    settings: TraceSettings | None = None,
) -> Traced:
    """Where the money of each reported loss went until `as_of`, hop by hop.

    Hop 1 is the victim's own payment into the reported account (`network.loss` says which). From
    there every payment of an account that holds lost money takes its part along: first in first
    out, the account's own money included, or pro-rata, rounded down to the fen. A payment's hop is
    one more than the fewest by which lost money had reached its payer. Reserved ids, accounts that
    pay nothing, and the victim end a path (`terminal`); what a victim gets back is not followed.
    A payment appears once a lead, however many paths lead through it; leads do not share taint.

    Columns: `transfer` and `lead` tables in; transfers in time order, those of one instant in the
        order of arrival. Only leads on accounts issued before `as_of` and transfers before it.
        Of a lead told twice under one id the first is traced.
    """
    settings = settings or TraceSettings()
    rows = books.moved(transfers, as_of=as_of)
    asked = _asked(leads, as_of)
    book, ids = books.build(rows)
    asked = asked.join(
        pl.DataFrame({"card_id": ids}).with_row_index("account"),
        on="card_id",
        how="left",
        maintain_order="left",
    )
    known = asked.filter(pl.col("account").is_not_null())
    lost = losses(book, _reports(known, settings))
    found = walk(book, lost, _limits(settings))
    return Traced(
        flow=_flow(found, known, rows),
        holding=_holding(found, known, ids),
        cut=_cut(found, lost, known, asked),
    )


def still_there(traced: Traced) -> pl.DataFrame:
    """What of each loss is still in which account: what can be stopped now.

    Columns: lead_id, account_id, left_fen; ordered by lead, most money first. Money in cash, with
        merchants, abroad or back with the victim is not among it. Of a lead whose budget was cut
        (`traced.cut`) left_fen is what had arrived and was not seen to leave: at most so much.
    """
    return (
        traced.holding.filter(pl.col("left_fen") > 0)
        .select("lead_id", "account_id", "left_fen")
        .sort(["lead_id", "left_fen", "account_id"], descending=[False, True, False])
    )


def _asked(leads: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    return (
        leads.filter(
            pl.col("card_kind").cast(pl.String) == "account",
            pl.col("issued_at") < as_of,
            ~books.is_exit(pl.col("card_id")),
        )
        .select("lead_id", "issued_at", "card_id", "loss_fen")
        .sort("issued_at", maintain_order=True)
        .unique("lead_id", keep="first", maintain_order=True)
        .sort("lead_id")
    )


def _reports(known: pl.DataFrame, settings: TraceSettings) -> Reports:
    until = known["issued_at"].dt.timestamp("us").to_numpy()
    window = np.int64(timedelta(days=settings.horizon_days) // timedelta(microseconds=1))
    return Reports(
        account=known["account"].cast(pl.Int32).to_numpy(),
        since=until - window,
        until=until,
        loss=known["loss_fen"].clip(lower_bound=0).fill_null(int(NO_AMOUNT)).to_numpy(),
    )


def _limits(settings: TraceSettings) -> Limits:
    attribution = ATTRIBUTION[settings.attribution]
    return Limits(settings.max_hops, settings.budget_edges, settings.min_tainted_fen, attribution)


def _flow(found: Found, known: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    lead, hop, row, tainted, terminal = found.flow.T
    flow = rows.select("transfer_id", "payer_id", "payee_id", "at", "amount_fen")[row]
    flow = flow.with_columns(
        known["lead_id"].gather(lead),
        pl.Series("hop", hop),
        pl.Series("tainted_fen", tainted),
        pl.Series("terminal", terminal.astype(np.bool_)),
    )
    return typed("flow", flow).sort("lead_id", "hop", "at", "transfer_id", maintain_order=True)


def _holding(found: Found, known: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    lead, account, came, went, left, untraced = found.holding.T
    return pl.DataFrame(
        {
            "lead_id": known["lead_id"].gather(lead),
            "account_id": ids.gather(account),
            "in_fen": came,
            "out_fen": went,
            "left_fen": left,
            "untraced_fen": untraced,
        },
        schema=HOLDING,
    ).sort("lead_id", "account_id")


def _cut(found: Found, lost: Losses, known: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(lost.fen)])
    walked = pl.DataFrame(
        {
            "lead_id": known["lead_id"],
            "found_fen": np.diff(sums[lost.start]),
            "match": [MATCHES[m] for m in lost.match],
            "edges_count": found.ends[:, 0],
            "cut": found.ends[:, 1].astype(np.bool_),
        },
        schema=WALK,
    )
    return (
        asked.select("lead_id")
        .join(walked, on="lead_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("found_fen", "edges_count").fill_null(0),
            pl.col("match").fill_null("none"),
            pl.col("cut").fill_null(value=False),
        )
    )
