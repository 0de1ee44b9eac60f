"""Cards linked with one that a lead names: suggestions to verify again, each with its tie; never findings.

Having such a card is no guilt, and being near one is none either: a suggestion decides nothing, enters no
score, and a victim is never suggested for being near.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput, Conflict
from duanka.leads.match import linked
from duanka.network.sightings import seen
from duanka.store.ledger_rows import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk

TIES = ("same_holder", "same_device", "same_network")
OUTCOMES = ("to_verify", "dismissed")
"""What a person makes of a suggestion: the holder is asked to verify again, or nothing."""
_KEYS = ("lead_id", "card_kind", "card_id")


def suggestions(
    named: pl.DataFrame, frames: Mapping[str, pl.DataFrame], *, as_of: datetime, regime: Regime
) -> pl.DataFrame:
    """The cards of ours that hang together with a named one, and by what.

    A device links cards if few people use it; a network is one that a run found. Victims are linked by
    their holder alone.
    Columns:
        named: as `leads.match.cards_named` gives.
        frames: account, sim; device_use, and network and role of a run, where there are any.
        returns: lead_id, card_kind, card_id, ties (list of same_holder, same_device, same_network).
    """
    cards = _held(frames)
    away = _victims(frames, cards)
    named = named.select(pl.col("lead_id", "card_kind", "card_id", "holder_id").cast(pl.String))
    parts = [
        linked(named, frames).select(*_KEYS, tie=pl.lit("same_holder")),
        _by_device(named, cards, frames, as_of, regime).join(away, on=_KEYS[1:], how="anti"),
        _by_network(named, frames).join(away, on=_KEYS[1:], how="anti"),
    ]
    found = pl.concat(parts).join(cards, on=_KEYS[1:], how="semi")
    others = found.join(named, on=list(_KEYS), how="anti")
    order = pl.col("tie").cast(pl.Enum(TIES))
    return (
        others.unique()
        .with_columns(order)
        .sort(*_KEYS, "tie")
        .group_by(*_KEYS, maintain_order=True)
        .agg(ties=pl.col("tie").cast(pl.String))
    )


def suggest(
    desk: Desk, lead: Record, card: tuple[str, str], ties: list[str], *, regime: Regime
) -> bool:
    """Whether the card was suggested now, for the unit that answers for the lead; again is once.

    `card` is kind and id. The holder's other cards have the term of policy to be verified again.
    """
    about = f"{card[0]}:{card[1]}"
    id_ = hashlib.sha256(f"{lead.id}|{about}".encode()).hexdigest()[:32]
    if desk.has("suggestion", id_):
        return False
    term = timedelta(days=regime.number("leads.reverify_other_accounts_days"))
    made = Record(
        "suggestion",
        id_,
        lead.institution_id,
        lead.region_code,
        "suggested",
        {"ties": ties, "suggested_at": desk.at.isoformat()},
        about=about,
        parent_id=lead.id,
        due_at=desk.at + term if "same_holder" in ties else None,
        weight=lead.weight,
    )
    desk.write(made, act="suggest")
    return True


def close(desk: Desk, suggestion: Record, outcome: str, *, because: str) -> Record:
    """The suggestion as a person closed it; whoever is to verify again is asked by that flow, not by this.

    Raises: BadInput without a reason or such an outcome; Conflict if it was closed before.
    """
    if outcome not in OUTCOMES:
        raise BadInput("no such outcome", where=suggestion.id, fix=f"one of {', '.join(OUTCOMES)}")
    if not because.strip():
        raise BadInput("closed without a reason", where=suggestion.id, fix="say why")
    if suggestion.state != "suggested":
        raise Conflict(f"it is {suggestion.state}", where=suggestion.id, fix="look again")
    done = suggestion.but(outcome, because=because)
    return desk.write(replace(done, is_open=False, due_at=None), act=outcome)


def _held(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    kinds = {"card_kind": pl.String, "card_id": pl.String, "holder_id": pl.String}
    parts = [
        frames[kind].select(
            pl.lit(kind).alias("card_kind"),
            pl.col(f"{kind}_id").cast(pl.String).alias("card_id"),
            pl.col("holder_id").cast(pl.String),
        )
        for kind in ("account", "sim")
        if kind in frames
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=kinds)


def _victims(frames: Mapping[str, pl.DataFrame], cards: pl.DataFrame) -> pl.DataFrame:
    """The cards of whoever a run takes for a victim."""
    if (role := frames.get("role")) is None:
        return cards.clear()
    told = role.filter(pl.col("role").cast(pl.String) == "victim")
    who = told.select(kind=pl.col("subject_kind").cast(pl.String), who="subject_id")
    by_card = cards.join(
        who, left_on=["card_kind", "card_id"], right_on=["kind", "who"], how="semi"
    )
    people = who.filter(~pl.col("kind").is_in(["account", "sim"]))
    return pl.concat([by_card, cards.join(people, left_on="holder_id", right_on="who", how="semi")])


def _by_device(
    named: pl.DataFrame,
    cards: pl.DataFrame,
    frames: Mapping[str, pl.DataFrame],
    as_of: datetime,
    regime: Regime,
) -> pl.DataFrame:
    """Cards that were on a device of the named card's lately, which few people use."""
    since = as_of - timedelta(days=regime.number("leads.linked_days"))
    uses = seen(frames, since=since).filter(pl.col("at") < as_of)
    met = (
        uses.select(pl.col("card_kind", "card_id").cast(pl.String), "device_id")
        .unique()
        .join(cards.lazy(), on=["card_kind", "card_id"], how="left")
        # a card of another institution has a holder of its own, as far as we know
        .with_columns(pl.col("holder_id").fill_null(pl.col("card_id")))
        .collect()
    )
    most = int(regime.number("leads.shared_device_people_most"))
    few = met.group_by("device_id").agg(people=pl.col("holder_id").n_unique())
    met = met.join(few.filter(pl.col("people") <= most), on="device_id", how="semi")
    devices = named.join(met, on=["card_kind", "card_id"]).select("lead_id", "device_id").unique()
    return devices.join(met, on="device_id").select(*_KEYS, tie=pl.lit("same_device"))


def _by_network(named: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Cards of a network that the named card belongs to, as a run found it."""
    if (network := frames.get("network")) is None:
        return named.select(*_KEYS, tie=pl.lit("same_network")).clear()
    told = network.select(
        "network_id",
        card_kind=pl.col("subject_kind").cast(pl.String),
        card_id=pl.col("subject_id").cast(pl.String),
    ).filter(pl.col("card_kind").is_in(["account", "sim"]))
    of = named.join(told, on=["card_kind", "card_id"]).select("lead_id", "network_id").unique()
    return of.join(told, on="network_id").select(*_KEYS, tie=pl.lit("same_network"))
