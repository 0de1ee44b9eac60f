"""Threshold facts (供公安参考的计数): what the law's lines count, counted for holders of implicated cards.

Counting is all that is done here. Whether anybody broke a law is for police and courts; a fact says nothing of it.

Source: 联合惩戒办法 第三条; 两高2019年解释 第十二条; 两高一部2021年6月意见（二）、2025年7月意见 (marks in the policy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from duanka.policy.dated import Regime

SAYS = "供公安参考的事实，不是认定 a fact for the police, no finding"
_COUNTED = {
    "threshold_facts.recognised_cards": ("cards", None),
    "threshold_facts.accounts": ("cards", "account"),
    "threshold_facts.sims": ("cards", "sim"),
    "threshold_facts.inflow_fen": ("inflow", None),
}
COLUMNS = {
    "holder_id": pl.String, "fact": pl.String, "told": pl.String, "count": pl.Int64, "line": pl.Int64,
    "unit": pl.String, "reached": pl.Boolean, "reference": pl.String, "mark": pl.String, "says": pl.String,
}  # fmt: skip


def facts(implicated: pl.DataFrame, transfers: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """Every count of every holder beside the line of the regime's day, whether it is reached, and by which text.

    Columns: implicated: holder_id, card_kind, card_id of cards that police or court found implicated;
        transfers: payee_id, amount_fen; returns: one row a holder and fact, as `COLUMNS` has it.
    Units: inflow is fen, into implicated accounts.
    """
    cards = implicated.unique(["card_kind", "card_id"]).filter(pl.col("holder_id") != "")
    accounts = cards.filter(pl.col("card_kind") == "account")
    into = transfers.join(accounts, left_on="payee_id", right_on="card_id", how="inner")
    parts = [pl.DataFrame(schema=COLUMNS)]
    for name, (what, kind) in _COUNTED.items():
        if not regime.has(name):
            continue
        if what == "inflow":
            found = into.group_by("holder_id").agg(pl.col("amount_fen").sum().alias("count"))
        else:
            mine = cards if kind is None else cards.filter(pl.col("card_kind") == kind)
            found = mine.group_by("holder_id").agg(pl.len().alias("count"))
        parts.append(_beside(found, name, regime))
    return pl.concat(parts).sort("holder_id", "fact")


def _beside(found: pl.DataFrame, name: str, regime: Regime) -> pl.DataFrame:
    """The counts beside the line that the policy has for them."""
    line = regime.parameter(name)
    told = {
        "fact": name.partition(".")[2],
        "told": f"{line.label.zh} {line.label.en}",
        "unit": line.unit,
        "reference": line.reference,
        "mark": line.mark,
        "says": SAYS,
    }
    most = int(regime.number(name))
    return found.with_columns(
        pl.col("count").cast(pl.Int64),
        pl.lit(most, pl.Int64).alias("line"),
        (pl.col("count") >= most).alias("reached"),
        *(pl.lit(text).alias(column) for column, text in told.items()),
    ).select(pl.col(column).cast(kind) for column, kind in COLUMNS.items())
