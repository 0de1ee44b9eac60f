"""Beside the scorecards: how fast leads were acted on, who was restricted wrongly, who was refused.

So that no institution looks good by refusing, by restricting everybody, or by letting leads lie.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from duanka.governance.months import begins_at, ends_at
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from duanka.store.ledger_desk import Desk

    Floats = NDArray[np.float64]
    Frames = Mapping[str, pl.DataFrame]

WRONGFUL = ("appeal_granted", "review", "reverification_passed")
"""Why a restriction ends that should not have been, or not so long."""
_INSTANT = pl.Datetime("us", "UTC")
ACTED: dict[str, type[pl.DataType] | pl.DataType] = {
    "institution_id": pl.String,
    "received_at": _INSTANT,
    "controlled_at": _INSTANT,
    "due_at": _INSTANT,
}
RESTRICTED: dict[str, type[pl.DataType] | pl.DataType] = {
    "institution_id": pl.String,
    "starts_at": _INSTANT,
    "ended_at": _INSTANT,
    "ended_because": pl.String,
}


def of_ledger(desk: Desk) -> dict[str, pl.DataFrame]:
    """What the ledger says of leads and orders, without anybody's name.

    Columns: `acted`: institution_id, received_at, controlled_at, due_at; `restricted`: institution_id, starts_at,
        ended_at, ended_because.
    """
    acted, restricted = [], []
    for one in desk.each(Wanted("lead")):
        body = one.body
        acted.append(
            (
                one.institution_id,
                body["received_at"],
                body.get("controlled_at"),
                body.get("deadline_at"),
            )
        )
    for one in desk.each(Wanted("order")):
        body = one.body
        if one.state not in {"proposed", "decided", "dropped"}:
            told = (body["starts_at"], body.get("ended_at"), body.get("ended_because"))
            restricted.append((one.institution_id, *told))
    return {"acted": _typed(acted, ACTED), "restricted": _typed(restricted, RESTRICTED)}


def conduct(attributed: pl.DataFrame, frames: Frames, seen: Frames, *, month: int) -> pl.DataFrame:
    """What each institution did in the month besides opening cards; null where nothing says anything of it.

    Columns:
        attributed: as `governance.attribution.attribute`.
        seen: as `of_ledger`, or empty where no ledger is given.
        returns: institution_id; opening_count, refused_count, refused_share with bounds; lead_count and
            paid_after_count (leads after whose deadline money still left the card); acted_count, late_count,
            late_share with bounds, half_within_hours, most_within_hours (nine in ten); restricted_count (ended
            in the month), wrongful_count, wrongful_share with bounds; cleared_count (cards that an appeal cleared).
    """
    since, until = begins_at(month), ends_at(month)

    def inside(time: str) -> pl.Expr:
        return (pl.col(time) >= since) & (pl.col(time) < until)

    card = attributed.select("card_kind", "card_id", "institution_id")
    parts = [
        _refused(frames, inside("at")),
        _paid_after(frames, card, inside("issued_at"), until=until),
        _acted(seen.get("acted"), inside("received_at")),
        _wrongful(seen.get("restricted"), inside("ended_at")),
        _cleared(frames, card, inside("known_at")),
    ]
    names = attributed["institution_id"].drop_nulls().unique().sort()
    out = pl.DataFrame({"institution_id": names})
    for part in parts:
        out = out.join(part, on="institution_id", how="left")
    for hits, of, name in (
        ("refused_count", "opening_count", "refused"),
        ("late_count", "acted_count", "late"),
        ("wrongful_count", "restricted_count", "wrongful"),
    ):
        out = _shared(out, hits, of, name)
    return out.select(_ORDER).sort("institution_id")


_ORDER = (
    "institution_id", "opening_count", "refused_count", "refused_share", "refused_lower", "refused_upper",
    "lead_count", "paid_after_count", "acted_count", "late_count", "late_share", "late_lower", "late_upper",
    "half_within_hours", "most_within_hours", "restricted_count", "wrongful_count", "wrongful_share",
    "wrongful_lower", "wrongful_upper", "cleared_count",
)  # fmt: skip


def share_bounds(
    hits: Floats, of: Floats, *, interval_share: float = 0.95
) -> tuple[Floats, Floats]:
    """Between what the true share lies.

    Source: Clopper and Pearson 1934, the exact interval.
    """
    tail = (1.0 - interval_share) / 2.0
    low = np.where(hits > 0, stats.beta.ppf(tail, np.maximum(hits, 1), of - hits + 1), 0.0)
    high = np.where(hits < of, stats.beta.ppf(1.0 - tail, hits + 1, np.maximum(of - hits, 1)), 1.0)
    return np.asarray(low), np.asarray(high)


def _shared(out: pl.DataFrame, hits: str, of: str, name: str) -> pl.DataFrame:
    n, k = (out[c].fill_null(0).to_numpy().astype(np.float64) for c in (of, hits))
    known = n > 0
    low, high = share_bounds(k, np.maximum(n, 1.0))
    figures = {"share": k / np.maximum(n, 1.0), "lower": low, "upper": high}
    return out.with_columns(
        pl.Series(f"{name}_{part}", np.where(known, values, np.nan)).fill_nan(None)
        for part, values in figures.items()
    )


def _refused(frames: Frames, inside: pl.Expr) -> pl.DataFrame:
    opening, outlet = frames.get("opening"), frames.get("outlet")
    if opening is None or outlet is None:
        return _nothing("opening_count", "refused_count")
    desk = outlet.select("outlet_id", "institution_id").unique("outlet_id", keep="first")
    return (
        opening.filter(inside)
        .join(desk, on="outlet_id")
        .group_by("institution_id")
        .agg(
            opening_count=pl.len().cast(pl.Int64),
            refused_count=(pl.col("outcome").cast(pl.String) == "refused").sum().cast(pl.Int64),
        )
    )


def _paid_after(
    frames: Frames, card: pl.DataFrame, inside: pl.Expr, *, until: datetime
) -> pl.DataFrame:
    """Leads about its accounts, and those after whose deadline money still left the account within a day."""
    lead, transfer = frames.get("lead"), frames.get("transfer")
    if lead is None or lead.is_empty():
        return _nothing("lead_count", "paid_after_count")
    told = (
        lead.filter(inside)
        .with_columns(pl.col("card_kind").cast(pl.String))
        .join(card, on=["card_kind", "card_id"])
        .with_columns(by=pl.coalesce("deadline_at", "issued_at"))
    )
    left = set()
    if transfer is not None:
        paid = transfer.filter(
            pl.col("outcome").cast(pl.String).ne_missing("failed") & (pl.col("at") < until)
        )
        late = told.join(paid.select(card_id="payer_id", at="at"), on="card_id").filter(
            (pl.col("at") > pl.col("by")) & (pl.col("at") <= pl.col("by") + timedelta(days=1))
        )
        left = set(late["lead_id"])
    return told.group_by("institution_id").agg(
        lead_count=pl.len().cast(pl.Int64),
        paid_after_count=pl.col("lead_id").is_in(sorted(left)).sum().cast(pl.Int64),
    )


def _acted(acted: pl.DataFrame | None, inside: pl.Expr) -> pl.DataFrame:
    if acted is None:
        return _nothing("acted_count", "late_count", "half_within_hours", "most_within_hours")
    took = (pl.col("controlled_at") - pl.col("received_at")).dt.total_seconds() / 3_600
    late = pl.col("due_at").is_not_null() & pl.col("controlled_at").fill_null(pl.col("due_at") + timedelta(1)).gt(pl.col("due_at"))  # fmt: skip
    return (
        acted.filter(inside)
        .group_by("institution_id")
        .agg(
            acted_count=pl.len().cast(pl.Int64),
            late_count=late.sum().cast(pl.Int64),
            half_within_hours=took.median(),
            most_within_hours=took.quantile(0.9),
        )
    )


def _wrongful(restricted: pl.DataFrame | None, inside: pl.Expr) -> pl.DataFrame:
    if restricted is None:
        return _nothing("restricted_count", "wrongful_count")
    return (
        restricted.filter(inside)
        .group_by("institution_id")
        .agg(
            restricted_count=pl.len().cast(pl.Int64),
            wrongful_count=pl.col("ended_because").is_in(WRONGFUL).sum().cast(pl.Int64),
        )
    )


def _cleared(frames: Frames, card: pl.DataFrame, inside: pl.Expr) -> pl.DataFrame:
    label = frames.get("label")
    if label is None:
        return _nothing("cleared_count")
    appeal = (pl.col("source").cast(pl.String) == "appeal") & ~pl.col("implicated")
    return (
        label.filter(inside & appeal)
        .with_columns(pl.col("card_kind").cast(pl.String))
        .unique(["card_kind", "card_id"])
        .join(card, on=["card_kind", "card_id"])
        .group_by("institution_id")
        .agg(cleared_count=pl.len().cast(pl.Int64))
    )


def _nothing(*counts: str) -> pl.DataFrame:
    schema: dict[str, type[pl.DataType]] = {"institution_id": pl.String}
    for name in counts:
        schema[name] = pl.Float64 if name.endswith("hours") else pl.Int64
    return pl.DataFrame(schema=schema)


def _typed(
    rows: Sequence[tuple[object, ...]], schema: dict[str, type[pl.DataType] | pl.DataType]
) -> pl.DataFrame:
    """The rows with instants that records tell as text."""
    text: dict[str, type[pl.DataType]] = dict.fromkeys(schema, pl.String)
    times = [name for name, kind in schema.items() if kind == _INSTANT]
    frame = pl.DataFrame(rows, schema=text, orient="row")
    return frame.with_columns(pl.col(times).str.to_datetime(time_unit="us", time_zone="UTC"))
