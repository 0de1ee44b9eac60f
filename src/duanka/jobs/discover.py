"""Networks of what a run judged: the table `network`, and the network of each judged card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka import tables
from duanka.network import identity
from duanka.network.communities import Networks, find_networks
from duanka.network.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime


@dataclass(frozen=True)
class Discovered:
    """What was found.

    Columns:
        network: the `network` output: members strong enough to be listed.
        networks: members with candidates and strengths, and links: what roles are told from.
        history: what became of earlier networks (`network.identity.follow`); empty without any.
    """

    network: pl.DataFrame
    networks: Networks
    history: pl.DataFrame


def found_tables(
    dataset: Dataset, score: pl.DataFrame, regime: Regime, say: Progress
) -> tuple[Discovered, dict[str, pl.DataFrame]]:
    """What was discovered in a run's dataset, and its tables: `network`, and `score` with network ids."""
    with say.stage("发现团伙 finding networks"):
        found = discover(dataset.frames, scores=score, as_of=dataset.as_of, regime=regime)
    return found, {"network": found.network, "score": with_networks(score, found.network)}


def discover(
    frames: Mapping[str, pl.DataFrame],
    *,
    scores: pl.DataFrame | None,
    as_of: datetime,
    regime: Regime,
    earlier: pl.DataFrame | None = None,
) -> Discovered:
    """The networks known before the instant, under the ids of `earlier` ones where they continue them.

    Columns: frames: tables of the contract as `jobs.dataset.known_before` gives them. scores: the
        `score` table, or None for labels and leads alone. earlier: a `network` table of a run before.
    """
    found = find_networks(frames, scores=scores, as_of=as_of, regime=regime)
    if earlier is None:
        return Discovered(_listed(found, regime), found, pl.DataFrame(schema=identity.HISTORY))
    followed = identity.follow(earlier, _listed(found, regime))
    same = Networks(
        identity.renamed(found.members, followed.ids), identity.renamed(found.links, followed.ids)
    )
    return Discovered(_listed(same, regime), same, followed.history)


def _listed(found: Networks, regime: Regime) -> pl.DataFrame:
    strong = found.members.filter(pl.col("strength") >= rules_of(regime).member)
    table = strong.with_columns(pl.col("subject_kind").cast(pl.String))
    return tables.typed("network", table).sort("network_id", "subject_kind", "subject_id")


def with_networks(score: pl.DataFrame, network: pl.DataFrame) -> pl.DataFrame:
    """The `score` table with the network of each card that is a member of one."""
    cards = network.select(
        pl.col("subject_kind").cast(pl.String).alias("card_kind"),
        pl.col("subject_id").alias("card_id"),
        pl.col("network_id").alias("found_id"),
    ).unique(["card_kind", "card_id"], keep="first", maintain_order=True)
    plain = score.with_columns(pl.col("card_kind").cast(pl.String))
    joined = plain.join(cards, on=["card_kind", "card_id"], how="left", maintain_order="left")
    return tables.typed(
        "score",
        joined.with_columns(pl.coalesce("found_id", "network_id").alias("network_id")),
    )
