"""Networks: who belongs together by evidence of common control, and by what that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka.network import (
    applied,
    bonds,
    contacts,
    evidence,
    members,
    payments,
    sightings,
    suspicion,
)
from duanka.network.evidence import AT, CARD, KIND, RELATION
from duanka.network.graph import numbered
from duanka.network.partition import groups
from duanka.network.resolve import register
from duanka.network.rules import Numbers, Rules, rules_of
from duanka.network.spread import Spread, spread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MEMBERS: dict[str, pl.DataType | type[pl.DataType]] = {
    "network_id": pl.String,
    "subject_kind": KIND,
    "subject_id": pl.String,
    "strength": pl.Float64,
    "since": AT,
    "until": AT,
}
LINKS: dict[str, pl.DataType | type[pl.DataType]] = {
    "network_id": pl.String,
    "left_kind": KIND,
    "left_id": pl.String,
    "right_kind": KIND,
    "right_id": pl.String,
    "relation": RELATION,
    "weight": pl.Float64,
    "count": pl.Int64,
    "first_at": AT,
    "last_at": AT,
}
GROWTH = 2
"""How often seeds gather evidence: what shares a host with them, and what shares one with those."""


@dataclass(frozen=True)
class Acts:
    """What cards did since an instant, read once however often it is asked.

    Columns: money as `payments.moved`, talk as `contacts.spoken`, seen as `sightings.seen`.
    """

    money: pl.LazyFrame
    talk: pl.LazyFrame
    seen: pl.LazyFrame


@dataclass(frozen=True)
class Networks:
    """What was found.

    Columns:
        members: network_id, subject_kind, subject_id, strength (0 to 1; below `member_strength` a
            candidate only), since, until: first and last evidence.
        links: network_id, left and right by kind and id, relation, weight (evidence of common
            control, 0 for mere contact), count, first_at, last_at.
    """

    members: pl.DataFrame
    links: pl.DataFrame


def find_networks(
    frames: Mapping[str, pl.DataFrame],
    *,
    scores: pl.DataFrame | None,
    as_of: datetime,
    regime: Numbers,
) -> Networks:
    """The networks that were known before the instant, grown from suspected cards over common control.

    Without `scores`, labels and leads alone are seeds. A payer is never drawn in by whom it paid, nor
    anybody by a call: those are contact. A card that was cleared is no member.

    Columns: frames: tables of the contract, cut to what was known before `as_of`. scores: card_kind,
        card_id, score.
    Raises: BadPolicy if a parameter of networks is absent.
    """
    rules = rules_of(regime)
    since = as_of - rules.horizon
    held = register(frames)
    prior = suspicion.prior(frames, scores=scores, rules=rules)
    found, acts = Spread(prior, pl.DataFrame()), acted(frames, since=since)
    pieces = evidence.none()
    for _ in range(GROWTH):
        seeds = found.belief.filter(pl.col("belief") >= rules.seed)
        pieces = gather(acts, frames, held, seeds, since=since, rules=rules)
        found = spread(pieces, prior, held, rules=rules)
        free = suspicion.cleared(frames.get("label"))
        found = Spread(found.belief.join(free, on=CARD, how="anti"), found.ties)
    return _together(held, found, pieces, since, rules)


def acted(frames: Mapping[str, pl.DataFrame], *, since: datetime) -> Acts:
    """What the frames say that cards did since the instant."""
    asked = (
        payments.moved(frames, since=since),
        contacts.spoken(frames, since=since),
        sightings.seen(frames, since=since),
    )
    return Acts(*(rows.collect().lazy() for rows in asked))


def gather(
    acts: Acts,
    frames: Mapping[str, pl.DataFrame],
    held: pl.DataFrame,
    seeds: pl.DataFrame,
    *,
    since: datetime,
    rules: Rules,
) -> pl.DataFrame:
    """All evidence around the seeds: what they share with anybody, and who touches their holders."""
    return evidence.together(
        (
            sightings.shared(acts.seen, seeds),
            applied.opened(frames, seeds, since=since, rules=rules),
            applied.bound(held, seeds),
            applied.run(frames, held, seeds),
            payments.beneficiaries(acts.money, seeds, rules=rules),
            payments.buyers(acts.money, held, seeds, rules=rules),
            contacts.courted(acts.talk, held, seeds),
            contacts.before_payments(acts.talk, acts.money, held, seeds, rules=rules),
        )
    )


def _together(
    held: pl.DataFrame,
    found: Spread,
    pieces: pl.DataFrame,
    since: datetime,
    rules: Rules,
) -> Networks:
    bad = found.belief.filter(pl.col("belief") >= rules.member)
    tied = bonds.control(found, pieces, bad, held, rules=rules)
    once = bonds.pairs(tied)
    left, right, nodes = numbered(once)
    group = groups(
        left, right, once["weight"].to_numpy(), nodes=nodes.height, bottleneck=rules.bottleneck
    )
    named = members.named(nodes.with_columns(pl.Series("group", group)), pieces, held, rules=rules)
    listed = members.all_members(named, found, pieces, held, since=since, rules=rules)
    links = members.all_links(listed, tied, pieces, held)
    return Networks(
        members.dated(listed, links).select(pl.col(c).cast(t) for c, t in MEMBERS.items()),
        links.select(pl.col(c).cast(t) for c, t in LINKS.items()),
    )
