"""Who plays which part in the trade: thirteen roles, each on its own evidence, none beyond suspicion (疑似)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka.network import (
    role_couriers,
    role_insiders,
    role_layers,
    role_losses,
    role_money,
    role_openings,
    role_scores,
    role_talk,
    role_use,
)
from duanka.network.role_evidence import evidence
from duanka.network.role_places import placed
from duanka.network.role_signals import gathered, merged, none_found, said
from duanka.tables import typed
from duanka.tables.words import ROLES

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

KEY = role_scores.KEY


@dataclass(frozen=True)
class Suspected:
    """Who is suspected of which part, before it is asked to which network that belongs.

    Columns:
        found: subject_kind, subject_id, role, score, families, apart, rung (`role_scores.kept`).
        signals: as `role_signals` has them, of everybody.
    """

    found: pl.DataFrame
    signals: pl.DataFrame


def suspect(known: Known, flow: pl.DataFrame) -> Suspected:
    """The roles worth telling, and the signals that they rest on."""
    signals = find_signals(known, flow)
    return Suspected(role_scores.kept(known, role_scores.scored(known, signals, ROLES)), signals)


def find_roles(known: Known, *, flow: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """The table `role`: who is suspected of which part, with the evidence for and against.

    Columns: `flow` as in the table `flow`; `members` network_id, subject_kind, subject_id, and
        strength where it is known, as in the table `network`. What an absent table would tell is not told, which speaks neither way.
    """
    return told(known, suspect(known, flow), members)


def told(known: Known, suspected: Suspected, members: pl.DataFrame) -> pl.DataFrame:
    """The table `role` of those suspected, each with the network of its own or of its evidence."""
    found = evidence(known, suspected.found, suspected.signals)
    where = placed(known, found, suspected.signals, members)
    # a victim belongs to nobody's network, however near its members stand
    robbed = pl.col("role") == "victim"
    network = pl.when(~robbed).then("network_id").alias("network_id")
    table = typed("role", where.with_columns(network))
    return table.sort(
        "score", "subject_kind", "subject_id", "role", descending=[True, False, False, False]
    )


def find_signals(known: Known, flow: pl.DataFrame) -> pl.DataFrame:
    """Every signal of every subject: first what needs no role, then what stands near those found by it."""
    losses = role_losses.lost(flow)
    talk = role_talk.spoken(known)
    first = gathered(_first(known, talk, losses))
    core = _core(known, first, ("dealer",))
    second = gathered([first, *_near_core(known, talk, core, losses)])
    heads = _core(known, second, ("head_dealer",))
    if heads.is_empty():
        return second
    return gathered(
        [
            second,
            role_money.funds(known, heads, "pays_head", losses=losses),
            role_money.before_purchase(known, heads, core),
            role_talk.contacts_core(known, talk, heads, "contacts_head"),
        ]
    )


def _first(known: Known, talk: pl.DataFrame, losses: pl.Series) -> list[pl.DataFrame]:
    sightings = role_use.seen(known)
    prices = role_money.sellers_paid(known, losses=losses)
    openings = role_openings.opened(known)
    of_cards = gathered(
        [_suspected(known), _confirmed(known), *role_use.control(known, sightings), *role_use.flow_through(known)]
    )  # fmt: skip
    return [
        of_cards,
        _of_holders(known, of_cards),
        *role_use.serves(known, sightings),
        role_money.pays_sellers(known, prices),
        role_money.sold(known, prices),
        role_money.funded(known, prices, "funded_to_buy"),
        *role_talk.contacts_sellers(known, talk),
        role_openings.companions(known, openings),
        role_openings.accompanied(known, openings),
        *role_openings.firms(known),
        *role_openings.staff(known),
        role_insiders.one_buyer(known, paid=prices, sightings=sightings),
        role_losses.reported(known, losses),
        *role_losses.victims(known, role_losses.paid_suspected(known)),
        role_layers.after_layers(known),
        role_layers.exits(known),
        role_layers.withdrawals(known),
        role_layers.cash_of_many(known),
        *role_layers.abroad(known),
        role_couriers.near_cash(known),
        role_couriers.first_on_handset(known, sightings),
    ]


def _near_core(
    known: Known, talk: pl.DataFrame, core: pl.DataFrame, losses: pl.Series
) -> list[pl.DataFrame]:
    if core.is_empty():
        return [none_found()]
    return [
        role_money.wages(known, core, losses=losses),
        role_money.funds(known, core, "pays_core", losses=losses),
        role_money.funded_to_fund(known, core, losses=losses),
        role_talk.contacts_core(known, talk, core, "contacts_core"),
    ]


def _core(known: Known, signals: pl.DataFrame, roles: tuple[str, ...]) -> pl.DataFrame:
    """Who is suspected of these roles so far: holder_id, weight (the score), from (when it began)."""
    found = role_scores.scored(known, signals, roles).filter(
        pl.col("families") >= known.number("least_families"),
        pl.col("score") >= known.number("suspicion_score"),
    )
    began = role_scores.weighed(known, signals, roles).filter(pl.col("adds") > 0)
    began = began.group_by(KEY).agg(pl.col("first_at").min())
    ahead = pl.duration(days=known.number("core_days_before"))
    return (
        found.join(began, on=KEY)
        .group_by(pl.col("subject_id").alias("holder_id"))
        .agg(
            pl.col("score").max().alias("weight"), (pl.col("first_at").min() - ahead).alias("from")
        )
        .sort("holder_id")
    )


def _suspected(known: Known) -> pl.DataFrame:
    return said(
        known.suspects.select(
            pl.col("card_kind").alias("subject_kind"), pl.col("card_id").alias("subject_id"),
            pl.col("p").alias("value"), pl.col("since").alias("first_at"),
        ),
        "own_card_suspected",
    )  # fmt: skip


def _confirmed(known: Known) -> pl.DataFrame:
    """Signal `confirmed`: police or court told us that the card is implicated, and nobody cleared it since."""
    if not known.has("label"):
        return none_found()
    last = (
        known.frames["label"]
        .sort("known_at", maintain_order=True)
        .unique(["card_kind", "card_id"], keep="last", maintain_order=True)
    )
    official = pl.col("source").cast(pl.String).is_in(["police", "court"])
    found = last.filter(pl.col("implicated") & official).select(
        pl.col("card_kind").cast(pl.String).alias("subject_kind"),
        pl.col("card_id").alias("subject_id"),
        pl.lit(1.0).alias("value"), pl.col("known_at").alias("first_at"),
    )  # fmt: skip
    return said(found, "confirmed")


def _of_holders(known: Known, of_cards: pl.DataFrame) -> pl.DataFrame:
    """The signals of suspected cards as signals of their holders: the strongest of each name."""
    cards = known.suspects.select(
        pl.col("card_kind").alias("subject_kind"), pl.col("card_id").alias("subject_id"),
        "holder_id", "holder_kind",
    )  # fmt: skip
    return (
        of_cards.join(cards, on=KEY)
        .filter(pl.col("holder_id").is_not_null())
        .group_by(
            pl.col("holder_kind").alias("subject_kind"),
            pl.col("holder_id").alias("subject_id"),
            "signal",
        )
        .agg(pl.col("value").max(), *merged())
        .select(of_cards.columns)
    )
