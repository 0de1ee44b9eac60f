"""How suspicion spreads over what cards share: hosts by the suspicious share of those on them, cards by their hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import CARD, EVIDENCE, HOST, KIND
from duanka.network.resolve import owner_of
from duanka.network.rules import TIES
from duanka.network.suspicion import BELIEF

if TYPE_CHECKING:
    from duanka.network.rules import Rules

NEEDS_TWO = ("online_from", "opened_at", "paid")
"""Relations over which one suspected holder alone says nothing about the others."""
ROUNDS = 2


@dataclass(frozen=True)
class Spread:
    """What cards are believed to be once their company is looked at.

    Columns:
        belief: card_kind, card_id, belief 0 to 1.
        ties: evidence with belief and owner of its card, and `purity`: the suspicious share of the
            host's sharers, honest ones taken for granted; `suspects`: how many of them are suspected.
    """

    belief: pl.DataFrame
    ties: pl.DataFrame


def spread(
    evidence: pl.DataFrame, belief: pl.DataFrame, register: pl.DataFrame, *, rules: Rules
) -> Spread:
    """The beliefs after two rounds over the evidence; cards that stand in no evidence keep theirs.

    A host counts each holder once, whatever number of cards; a card is never its own witness, and
    neither are its holder's other cards. Within one relation only the strongest host counts.
    """
    kept = evidence.filter(pl.col("relation").cast(pl.String).is_in(TIES))
    owned = owner_of(kept, register, kind="left_kind", key="left_id").join(
        pl.DataFrame(
            {
                "relation": pl.Series(list(rules.ties), dtype=EVIDENCE["relation"]),
                "strength": [tie.strength for tie in rules.ties.values()],
                "strangers": [tie.strangers for tie in rules.ties.values()],
            }
        ),
        on="relation",
        how="left",
        maintain_order="left",
    )
    now = belief
    for _ in range(ROUNDS):
        now = _round(_judged(owned, now, rules), belief, register)
    return Spread(now, _judged(owned, now, rules))


def _judged(owned: pl.DataFrame, belief: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The ties with their card's belief and what the host is worth, with all and without the card's holder."""
    known = belief.rename({"card_kind": "left_kind", "card_id": "left_id"})
    ties = owned.join(known, on=["left_kind", "left_id"], how="left", maintain_order="left").with_columns(
        pl.col("belief").fill_null(0.0)
    )  # fmt: skip
    sharers = ties.group_by(*HOST, "owner").agg(
        pl.col("weight").max().alias("owner_weight"),
        (pl.col("weight") * pl.col("belief")).max().alias("owner_bad"),
        (pl.col("belief").max() >= rules.seed).alias("suspect"),
    )
    hosts = sharers.sort(*HOST, "owner").group_by(HOST, maintain_order=True).agg(
        pl.col("owner_weight").sum().alias("sharers"),
        pl.col("owner_bad").sum().alias("bad"),
        pl.col("suspect").sum().cast(pl.Int64).alias("suspects"),
    )  # fmt: skip
    joined = ties.join(sharers, on=[*HOST, "owner"], how="left", maintain_order="left").join(
        hosts, on=HOST, how="left", maintain_order="left"
    )
    others = pl.col("suspects") - pl.col("suspect").cast(pl.Int64)
    enough = pl.when(pl.col("relation").cast(pl.String).is_in(NEEDS_TWO)).then(2).otherwise(1)
    rest = (pl.col("bad") - pl.col("owner_bad")).clip(lower_bound=0.0)
    around = pl.col("sharers") - pl.col("owner_weight") + pl.col("strangers")
    return joined.with_columns(
        (pl.col("bad") / (pl.col("sharers") + pl.col("strangers"))).alias("purity"),
        (pl.col("bad") / pl.col("sharers")).alias("bad_share"),
        pl.when(others >= enough).then(rest / around).otherwise(0.0).alias("purity_of_others"),
    )


def _round(ties: pl.DataFrame, prior: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    upward = ties.filter(pl.col("relation") != "paid").select(
        pl.col("left_kind").alias("card_kind"),
        pl.col("left_id").alias("card_id"),
        "relation",
        (pl.col("strength") * pl.col("weight") * pl.col("purity_of_others")).alias("support"),
    )
    support = (
        pl.concat([upward, _downstream(ties, register)])
        .filter(pl.col("support") > 0)
        .group_by(*CARD, "relation")
        .agg(pl.col("support").max())
        .sort(*CARD, "relation")
        .group_by(CARD, maintain_order=True)
        .agg((1.0 - (1.0 - pl.col("support")).product()).alias("support"))
    )
    return (
        prior.join(support, on=CARD, how="full", coalesce=True)
        .with_columns(
            (
                1.0 - (1.0 - pl.col("belief").fill_null(0.0)) * (1.0 - pl.col("support").fill_null(0.0))
            ).alias("belief")
        )
        .select(pl.col(name).cast(kind) for name, kind in BELIEF.items())
        .sort(CARD)
    )  # fmt: skip


def _downstream(ties: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """What payees get from several suspected payers; a payer gets nothing from a payee."""
    paid = ties.filter(pl.col("relation") == "paid")
    payee = owner_of(
        paid.select(
            pl.col("right_kind").alias("card_kind"), pl.col("right_id").alias("card_id"),
            "relation", "strength", "strangers", "sharers", "suspects", "bad", "owner", "owner_bad",
            "owner_weight", "suspect",
        ).rename({"owner": "payer"}),
        register, kind="card_kind", key="card_id",
    )  # fmt: skip
    own = pl.col("payer") == pl.col("owner")
    mine = payee.group_by(*CARD, "relation").agg(
        pl.col("strength", "strangers", "sharers", "suspects", "bad").first(),
        pl.col("owner_bad").filter(own).max().fill_null(0.0).alias("own_bad"),
        pl.col("owner_weight").filter(own).max().fill_null(0.0).alias("own_weight"),
        (own & pl.col("suspect")).any().cast(pl.Int64).alias("own_suspect"),
    )
    several = pl.col("suspects") - pl.col("own_suspect") >= 2
    share = (pl.col("bad") - pl.col("own_bad")).clip(lower_bound=0.0) / (
        pl.col("sharers") - pl.col("own_weight") + pl.col("strangers")
    )
    return mine.filter(several).select(
        pl.col("card_kind").cast(KIND),
        "card_id",
        "relation",
        (pl.col("strength") * share).alias("support"),
    )
