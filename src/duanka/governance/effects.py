"""What publicity and training brought about: those told beside those held out, with the interval of the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from scipy import stats

from duanka.errors import BadInput
from duanka.governance.outreach import uplift

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TOLD = ("group", "message_id", "person_id", "held_out", "told_at")
_FIGURES = ("difference", "lower", "upper")


def of_outreach(
    told: pl.DataFrame,
    frames: Mapping[str, pl.DataFrame],
    *,
    until: datetime,
    interval_share: float,
) -> pl.DataFrame:
    """By group and message: the share of people harmed after they were told, beside those held out.

    Harmed is whose card became known as implicated, victims' roles included: both are what the message warns of.

    Columns:
        told: group, message_id, person_id, held_out, told_at.
        returns: group, message_id, told_count, told_harmed, held_count, held_harmed, difference (by how much the
            share was lower among those told), lower, upper; figures are null without anybody on both sides.
    Raises: BadInput if a column is lacking.
    """
    _has(told, TOLD)
    harmed = _harmed(frames, until)
    rows = (
        told.filter(pl.col("told_at") < until)
        .join(harmed, on="person_id", how="left")
        .with_columns(hit=(pl.col("known_at") >= pl.col("told_at")).fill_null(value=False))
        .group_by("group", "message_id", "person_id", "held_out")
        .agg(pl.col("hit").any())
    )
    counted = rows.group_by("group", "message_id").agg(
        told_count=(~pl.col("held_out")).sum().cast(pl.Int64),
        told_harmed=(~pl.col("held_out") & pl.col("hit")).sum().cast(pl.Int64),
        held_count=pl.col("held_out").sum().cast(pl.Int64),
        held_harmed=(pl.col("held_out") & pl.col("hit")).sum().cast(pl.Int64),
    )
    figures = [
        uplift((row[1], row[0]), (row[3], row[2]), interval_share=interval_share)
        if row[0] and row[2]
        else (None, None, None)
        for row in counted.select("told_count", "told_harmed", "held_count", "held_harmed").iter_rows()
    ]  # fmt: skip
    schema = dict.fromkeys(_FIGURES, pl.Float64)
    return counted.hstack(pl.DataFrame(figures, schema=schema, orient="row")).sort(
        "group", "message_id"
    )


def of_training(
    taught: pl.DataFrame,
    attributed: pl.DataFrame,
    *,
    month: int,
    months_after: int,
    interval_share: float,
) -> dict[str, float | int | None]:
    """How the implicated share of later openings differs between employees who were taught and those held out.

    Cards opened in the month of teaching or later, by the end of `month`, implicated within `months_after`.
    The ratio of both rates is exact given the sum; each employee counts with all their cards, so that the
    interval is too narrow where single employees bring many: `employees` says how many stand behind it.

    Columns: `taught`: staff_id, held_out, taught_month (months since year 0).
    Raises: BadInput if a column is lacking.
    """
    _has(taught, ("staff_id", "held_out", "taught_month"))
    cards = attributed.join(taught, on="staff_id").filter(
        (pl.col("opened_month") >= pl.col("taught_month"))
        & (pl.col("opened_month") + months_after <= month)
    )
    soon = (pl.col("known_month") - pl.col("opened_month") < months_after).fill_null(value=False)
    sides = {
        held: cards.filter(pl.col("held_out") == held).select(n=pl.len(), bad=soon.sum()).row(0)
        for held in (False, True)
    }
    (n, bad), (n_held, bad_held) = sides[False], sides[True]
    out: dict[str, float | int | None] = {
        "taught_cards": n, "taught_implicated": bad, "held_cards": n_held, "held_implicated": bad_held,
        "employees": taught.height, "ratio": None, "lower": None, "upper": None,
    }  # fmt: skip
    if n and n_held and bad_held and bad + bad_held:
        tail = (1.0 - interval_share) / 2.0
        low = stats.beta.ppf(tail, bad, bad_held + 1) if bad else 0.0
        high = stats.beta.ppf(1.0 - tail, bad + 1, bad_held)
        scale = n_held / n
        out |= {
            "ratio": bad / bad_held * scale,
            "lower": float(low / (1.0 - low) * scale),
            "upper": float(high / (1.0 - high) * scale),
        }
    return out


def _harmed(frames: Mapping[str, pl.DataFrame], until: datetime) -> pl.DataFrame:
    """When a card of each person became known as implicated, or as a victim's."""
    label = frames["label"].filter(pl.col("implicated") & (pl.col("known_at") < until))
    cards = [
        frames[kind].select(
            card_kind=pl.lit(kind), card_id=pl.col(f"{kind}_id"), person_id="holder_id"
        )
        for kind in ("account", "sim")
        if kind in frames
    ]
    known = label.select(pl.col("card_kind").cast(pl.String), "card_id", "known_at")
    return known.join(pl.concat(cards), on=["card_kind", "card_id"]).select("person_id", "known_at")


def _has(frame: pl.DataFrame, names: tuple[str, ...]) -> None:
    lacking = [name for name in names if name not in frame.columns]
    if lacking:
        raise BadInput(
            f"lacks {', '.join(lacking)}", where="table of who was told", fix="give all its columns"
        )
