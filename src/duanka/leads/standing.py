"""How right each sender's leads were, with the doubt of small numbers, and how long each step took."""

from __future__ import annotations

import math

import polars as pl

Z = 1.959964
"""Of a two-sided interval of 95 %."""
_AT = pl.Datetime("us", "UTC")
_TEXTS = [(name, pl.String()) for name in ("sender_id", "state", "outcome")]
_INSTANTS = [(name, _AT) for name in ("issued_at", "received_at", "controlled_at")]
COLUMNS = pl.Schema([*_TEXTS, ("lifted_on_appeal", pl.Boolean()), *_INSTANTS])


def standing(leads: pl.DataFrame) -> pl.DataFrame:
    """One row a sender, the one with most leads first: what became of them, precision, minutes of each step.

    Right is a lead that led to control; it is wrong if nothing was found, if it was a wrong lead, or if the
    order was lifted because an appeal was granted. What was not our card says nothing of the sender.
    Columns:
        leads: sender_id, state, outcome, lifted_on_appeal, issued_at, received_at, controlled_at.
        returns: sender_id, leads, answered, right, wrong, not_ours, expired, precision_share, lower_share,
            upper_share, known_to_received_minutes, received_to_control_minutes (medians).
    Source: Wilson's score interval, 95 %.
    """
    upheld = (pl.col("outcome") == "controlled") & ~pl.col("lifted_on_appeal")
    refuted = pl.col("outcome").is_in(["nothing_found", "wrong"]) | (
        (pl.col("outcome") == "controlled") & pl.col("lifted_on_appeal")
    )
    came = (pl.col("received_at") - pl.col("issued_at")).dt.total_seconds() / 60
    held = (pl.col("controlled_at") - pl.col("received_at")).dt.total_seconds() / 60
    told = leads.group_by("sender_id").agg(
        leads=pl.len(),
        answered=pl.col("outcome").is_not_null().sum(),
        right=upheld.fill_null(value=False).sum(),
        wrong=refuted.fill_null(value=False).sum(),
        not_ours=(pl.col("outcome") == "not_ours").fill_null(value=False).sum(),
        expired=(pl.col("state") == "expired").sum(),
        known_to_received_minutes=came.median(),
        received_to_control_minutes=held.median(),
    )
    bounds = [wilson(right, right + wrong) for right, wrong in told.select("right", "wrong").rows()]
    named = ("precision_share", "lower_share", "upper_share")
    shares = pl.DataFrame(bounds, schema=dict.fromkeys(named, pl.Float64), orient="row")
    found = pl.concat([told, shares], how="horizontal")
    minutes = ("known_to_received_minutes", "received_to_control_minutes")
    counts = ("leads", "answered", "right", "wrong", "not_ours", "expired")
    return found.select("sender_id", *counts, *named, *minutes).sort(
        "leads", "sender_id", descending=[True, False]
    )


def wilson(right: int, whole: int) -> tuple[float | None, float, float]:
    """The share, and between what it lies with 95 %; of nothing the share is not known.

    Example:
        >>> [round(x, 3) for x in wilson(9, 10)]
        [0.9, 0.596, 0.982]
    """
    if whole == 0:
        return None, 0.0, 1.0
    share = right / whole
    middle = share + Z * Z / (2 * whole)
    wide = Z * math.sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole))
    under = 1 + Z * Z / whole
    return share, max(0.0, (middle - wide) / under), min(1.0, (middle + wide) / under)
