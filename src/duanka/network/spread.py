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
NUMBERS = ["host_n", "sharer"]
SAME = {"run_by": "bound_to"}
"""A company's contact phone is mostly the one bound to its account: two relations, one witness."""
SUPPORT: dict[str, pl.DataType | type[pl.DataType]] = {
    "card_kind": KIND,
    "card_id": pl.String,
    "relation": EVIDENCE["relation"],
    "support": pl.Float64,
}


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
    owned, support = _numbered(owned), pl.DataFrame(schema=SUPPORT)
    for _ in range(ROUNDS):
        support = _round(_judged(owned, belief, support, rules), register)
    ties = _judged(owned, belief, support, rules).drop(NUMBERS)
    return Spread(_believed(belief, support), ties)


def _numbered(owned: pl.DataFrame) -> pl.DataFrame:
    """The ties with each host and each of its sharers as a number in order of their names.

    Every round sorts and groups by them, which takes a fraction of the time that names would.
    """
    hosts = owned.select(HOST).unique().sort(HOST).with_row_index("host_n")
    owners = owned.select("owner").unique().sort("owner").with_row_index("owner_n")
    joined = owned.join(hosts, on=HOST, how="left", maintain_order="left").join(
        owners, on="owner", how="left", maintain_order="left"
    )
    sharer = (pl.col("host_n").cast(pl.UInt64) * (1 << 32)) + pl.col("owner_n").cast(pl.UInt64)
    return joined.with_columns(sharer.alias("sharer")).drop("owner_n")


def _witness(relation: pl.Expr) -> pl.Expr:
    return relation.cast(pl.String).replace(SAME).cast(EVIDENCE["relation"])


def _believed(prior: pl.DataFrame, support: pl.DataFrame) -> pl.DataFrame:
    """What cards are believed to be by themselves and by the strongest host of each relation."""
    around = (
        support.sort(*CARD, "relation")
        .group_by(CARD, maintain_order=True)
        .agg((1.0 - (1.0 - pl.col("support")).product()).alias("support"))
    )
    alone, company = (1.0 - pl.col(name).fill_null(0.0) for name in ("belief", "support"))
    return (
        prior.join(around, on=CARD, how="full", coalesce=True)
        .with_columns((1.0 - alone * company).alias("belief"))
        .select(pl.col(name).cast(kind) for name, kind in BELIEF.items())
        .sort(CARD)
    )


def _apart(ties: pl.DataFrame, prior: pl.DataFrame, support: pl.DataFrame) -> pl.DataFrame:
    """The ties with what each card is believed to be leaving out what their own relation said of it.

    Otherwise strangers on one device would make one another suspect by echo.
    """
    near = ties.select(
        pl.col("left_kind").alias("card_kind"), pl.col("left_id").alias("card_id"), "relation"
    ).unique()
    others = near.join(support, on=CARD, suffix="_other").filter(
        _witness(pl.col("relation")) != pl.col("relation_other")
    )
    rest = (
        others.sort(*CARD, "relation", "relation_other")
        .group_by(*CARD, "relation", maintain_order=True)
        .agg((1.0 - (1.0 - pl.col("support")).product()).alias("support"))
    )
    alone, company = (1.0 - pl.col(name).fill_null(0.0) for name in ("belief", "support"))
    known = (
        near.join(prior, on=CARD, how="left")
        .join(rest, on=[*CARD, "relation"], how="left")
        .select(
            pl.col("card_kind").alias("left_kind"),
            pl.col("card_id").alias("left_id"),
            "relation",
            (1.0 - alone * company).alias("belief"),
        )
    )
    return ties.join(
        known, on=["left_kind", "left_id", "relation"], how="left", maintain_order="left"
    )


def _judged(
    owned: pl.DataFrame, prior: pl.DataFrame, support: pl.DataFrame, rules: Rules
) -> pl.DataFrame:
    """The ties with their card's belief and what the host is worth, with all and without the card's holder."""
    ties = _apart(owned, prior, support)
    sharers = ties.group_by("sharer").agg(
        pl.col("host_n").first(),
        pl.col("weight").max().alias("owner_weight"),
        (pl.col("weight") * pl.col("belief")).max().alias("owner_bad"),
        (pl.col("belief").max() >= rules.seed).alias("suspect"),
    )
    hosts = sharers.sort("sharer").group_by("host_n", maintain_order=True).agg(
        pl.col("owner_weight").sum().alias("sharers"),
        pl.col("owner_bad").sum().alias("bad"),
        pl.col("suspect").sum().cast(pl.Int64).alias("suspects"),
    )  # fmt: skip
    joined = ties.join(sharers.drop("host_n"), on="sharer", how="left", maintain_order="left").join(
        hosts, on="host_n", how="left", maintain_order="left"
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


def _round(ties: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """What the strongest host of each relation says of each card."""
    upward = ties.filter(pl.col("relation") != "paid").select(
        pl.col("left_kind").alias("card_kind"),
        pl.col("left_id").alias("card_id"),
        "relation",
        (pl.col("strength") * pl.col("weight") * pl.col("purity_of_others")).alias("support"),
    )
    return (
        pl.concat([upward, _downstream(ties, register)])
        .filter(pl.col("support") > 0)
        .with_columns(_witness(pl.col("relation")))
        .group_by(*CARD, "relation")
        .agg(pl.col("support").max())
    )


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
