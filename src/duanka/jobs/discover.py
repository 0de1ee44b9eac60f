"""Networks of what a run judged: the table `network`, and the network of each judged card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka import tables
from duanka.errors import BadInput
from duanka.network import identity
from duanka.network.communities import Networks, find_networks
from duanka.network.enlist import enlisted
from duanka.network.role_cards import know
from duanka.network.roles import suspect
from duanka.network.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.network.roles import Suspected
    from duanka.policy.dated import Regime


@dataclass(frozen=True)
class Discovered:
    """What was found.

    `suspected` is who plays a part, as the networks were told it; None where no scores say whom to ask about.

    Columns:
        network: the `network` output: members strong enough to be listed.
        networks: members with candidates and strengths, and links: what roles are told from.
        history: what became of earlier networks (`network.identity.follow`); empty without any.
    """

    network: pl.DataFrame
    networks: Networks
    history: pl.DataFrame
    suspected: Suspected | None = None


def found_tables(
    dataset: Dataset,
    written: Mapping[str, pl.DataFrame],
    regime: Regime,
    say: Progress,
    *,
    earlier: pl.DataFrame | None = None,
) -> tuple[Discovered, dict[str, pl.DataFrame]]:
    """What was discovered in a run's dataset, and its tables: `network`, and `score` with network ids.

    Columns: `written` holds the tables `score` and `flow`; `earlier` as in `discover`.
    """
    with say.stage("发现团伙 finding networks"):
        found = discover(
            dataset.frames, scores=written["score"], as_of=dataset.as_of, regime=regime,
            earlier=earlier, flow=written["flow"],
        )  # fmt: skip
    return found, {
        "network": found.network,
        "score": with_networks(written["score"], found.network),
    }


def discover(
    frames: Mapping[str, pl.DataFrame],
    *,
    scores: pl.DataFrame | None,
    as_of: datetime,
    regime: Regime,
    earlier: pl.DataFrame | None = None,
    flow: pl.DataFrame | None = None,
) -> Discovered:
    """The networks known before the instant with the people behind them, under the ids of `earlier` ones where they continue them.

    Columns: frames: tables of the contract as `jobs.dataset.known_before` gives them. scores: the
        `score` table, or None for labels and leads alone, which lead to cards and to nobody behind
        them. earlier: a `network` table of a run before. flow: the `flow` table, where money was traced.
    """
    found = find_networks(frames, scores=scores, as_of=as_of, regime=regime)
    suspected = None
    if scores is not None:
        known = know(frames, scores, as_of=as_of, rules=regime)
        suspected = suspect(known, tables.empty("flow") if flow is None else flow)
        found = enlisted(found, known, suspected, rules=rules_of(regime))
    if earlier is None:
        none = pl.DataFrame(schema=identity.HISTORY)
        return Discovered(_listed(found, regime), found, none, suspected)
    followed = identity.follow(earlier, _listed(found, regime))
    same = Networks(
        identity.renamed(found.members, followed.ids), identity.renamed(found.links, followed.ids)
    )
    return Discovered(_listed(same, regime), same, followed.history, suspected)


def _listed(found: Networks, regime: Regime) -> pl.DataFrame:
    strong = found.members.filter(pl.col("strength") >= rules_of(regime).member)
    table = strong.with_columns(pl.col("subject_kind").cast(pl.String))
    return tables.typed("network", table).sort("network_id", "subject_kind", "subject_id")


def networks_of(run: Path) -> pl.DataFrame:
    """The `network` table that a run before wrote, in either format.

    Raises: BadInput if the folder holds none.
    """
    for suffix, read in (("parquet", pl.read_parquet), ("csv", pl.read_csv)):
        path = run / f"network.{suffix}"
        if path.is_file():
            return tables.typed("network", read(path))
    raise BadInput(
        f"{run.name} holds no table network",
        where="--earlier",
        fix="name the folder that an earlier run wrote, or leave it out on the first day",
    )


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
