"""A town: every table of the contract, and the truth that no institution holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import dealings, entities, finish, truth
from duanka.simulate.calls import everyday_calls, everyday_messages
from duanka.simulate.cards import build_cards
from duanka.simulate.dial import dial
from duanka.simulate.habits import ALL_HABITS, HELD_OUT_HABITS, TRAIN_HABITS
from duanka.simulate.journal import Calls, Messages, Moves, Record, Sightings, join, keep
from duanka.simulate.labels import find_labels, find_leads
from duanka.simulate.launder import Spree, launder
from duanka.simulate.money import everyday
from duanka.simulate.people import build_people
from duanka.simulate.places import build_places
from duanka.simulate.plan import Plan, Ways
from duanka.simulate.rings import build_rings
from duanka.simulate.scene import OUTSIDE, Scene
from duanka.simulate.sightings import everyday_sightings
from duanka.simulate.stops import stopped, stopped_moves, stops_of
from duanka.simulate.ties import build_ties
from duanka.simulate.trades import trades
from duanka.tables import typed

if TYPE_CHECKING:
    import polars as pl

    from duanka.simulate.rhythm import Flags, Ints
    from duanka.simulate.roster import Ring

__all__ = ["ALL_HABITS", "HELD_OUT_HABITS", "TRAIN_HABITS", "Plan", "Town", "Ways", "build"]


@dataclass(frozen=True)
class Town:
    """The 14 input tables by name, and the truth beside them."""

    tables: dict[str, pl.DataFrame]
    truth: dict[str, pl.DataFrame]


def build(plan: Plan) -> Town:
    """The town of a plan; the same plan gives the same bytes.

    Columns:
        tables: the inputs of the table contract.
        truth: truth_card, truth_role, truth_event, truth_opening, truth_victim.
    """
    rng = np.random.default_rng([plan.seed, plan.shard])
    scene, rings = settle(plan, rng)
    ties = build_ties(scene, rng)
    traded, talked_of = trades(scene, rng)
    money = join(Moves, [everyday(scene, rng, ties), traded])
    spoken = join(Calls, [everyday_calls(scene, rng, ties), talked_of])
    moves = [_lived(scene, money, ("payer", "payee"))]
    calls = [_lived(scene, spoken, ("caller", "callee"))]
    messages = [_lived(scene, everyday_messages(scene, rng, ties), ("sender", "receiver"))]
    seen = [_lived_seen(scene, everyday_sightings(scene, rng))]
    sprees = []
    for ring in rings:
        more, spree = launder(scene, rng, ring)
        sprees.append(spree)
        moves += [more, dealings.payments(scene, rng, ring, spree)]
        for into, got in zip(
            (calls, messages, seen), dial(scene, rng, ring, spree.scams), strict=True
        ):
            into.append(got)  # type: ignore[attr-defined]
        talked, written = dealings.talk(scene, rng, ring)
        calls.append(talked)
        messages.append(written)
        seen.append(dealings.logins(scene, rng, ring))
    return _write(
        scene, rng, rings, sprees,
        (
            _held(scene, join(Moves, moves), ("payer", "payee")),
            _held(scene, join(Calls, calls), ("caller", "callee")),
            _held(scene, join(Messages, messages), ("sender", "receiver")),
            join(Sightings, seen),
        ),
    )  # fmt: skip


def settle(plan: Plan, rng: np.random.Generator) -> tuple[Scene, tuple[Ring, ...]]:
    """The town before anything happens, and the rings in it."""
    people, organisations = build_people(plan, rng)
    places = build_places(plan, rng)
    accounts, sims, wallets = build_cards(
        plan, rng, people=people, organisations=organisations, places=places
    )
    return build_rings(Scene(plan, people, organisations, places, accounts, sims, wallets), rng)


def _alive(scene: Scene, card: Ints, at: Ints, sim: bool) -> Flags:  # noqa: FBT001
    cards = scene.sims if sim else scene.accounts
    own = card < OUTSIDE
    number = np.where(own, card, 0)
    return ~own | ((at >= cards.from_at[number]) & (at < cards.until_at[number]))


def _held(scene: Scene, record: Record, sides: tuple[str, ...]) -> Record:
    """Events on cards that existed at the time."""
    cards = scene.accounts if isinstance(record, Moves) else scene.sims
    fits = record.at >= 0
    for side in sides:
        card = getattr(record, side)
        fits &= (card >= OUTSIDE) | (record.at >= cards.opened[np.where(card < OUTSIDE, card, 0)])
    return keep(record, fits)


def _lived(scene: Scene, record: Record, sides: tuple[str, str]) -> Record:
    """Ordinary events on cards that their holders had at the time."""
    sim = not isinstance(record, Moves)
    fits = record.at >= 0
    for side in sides:
        fits &= _alive(scene, getattr(record, side), record.at, sim)
    fits &= getattr(record, sides[0]) != getattr(record, sides[1])
    return keep(record, fits)


def _lived_seen(scene: Scene, seen: Sightings) -> Sightings:
    fits = np.where(
        seen.sim,
        _alive(scene, np.where(seen.sim, seen.card, 0), seen.at, True),
        _alive(scene, np.where(seen.sim, 0, seen.card), seen.at, False),
    )
    return keep(seen, fits)


def _write(
    scene: Scene, rng: np.random.Generator, rings: tuple[Ring, ...], sprees: list[Spree],
    events: tuple[Moves, Calls, Messages, Sightings],
) -> Town:  # fmt: skip
    bad = [card for ring in rings for card in ring.cards]
    first = truth.first_misuse(scene, events)
    bad = [card for card in bad if (card.sim, card.number) in first]
    scams = [scam for spree in sprees for scam in spree.scams if scam.at < scene.seconds]
    payees = np.unique(events[0].payee[events[0].part > 0])
    found = find_labels(scene, rng, bad, first, payees)
    told = find_leads(scene, rng, scams, bad, first)
    stops = stops_of(rng, found, [spree.block for spree in sprees])
    moves = stopped_moves(scene, rng, stops, finish.fill_moves(scene, events[0]))
    calls = stopped(scene, stops, finish.fill_calls(scene, events[1]), ("caller", "callee"))
    messages = stopped(scene, stops, finish.fill_messages(scene, events[2]), ("sender",))
    seen = stopped(scene, stops, events[3], ("card",))
    moves, calls = finish.in_order(scene, rng, moves), finish.in_order(scene, rng, calls)
    messages, seen = finish.in_order(scene, rng, messages), finish.in_order(scene, rng, seen)
    devices = np.concatenate([moves.device, calls.device, messages.device, seen.device])
    names = finish.build_names(scene, devices, seen.network)
    flags = truth.bad_flags(scene, bad)
    status = truth.status(scene, rng, found, (moves, calls))
    tables = entities.parties(scene, rng, names)
    tables |= entities.cards(scene, rng, names, status)
    tables["opening"], true_openings = entities.openings(scene, rng, names, flags)
    tables["transfer"] = finish.transfer_table(scene, rng, moves, names)
    tables["call"] = finish.call_table(scene, rng, calls, names)
    tables["message"] = finish.message_table(scene, rng, messages, names)
    tables["device_use"] = finish.sighting_table(scene, rng, seen, names)
    tables["label"] = truth.label_table(scene, found, names)
    tables["lead"], victims = truth.lead_table(scene, told, scams, names)
    return Town({name: typed(name, frame) for name, frame in tables.items()}, {
        "truth_card": truth.card_table(scene, rings, bad, first, names),
        "truth_role": truth.role_table(scene, rings, scams, names),
        "truth_event": truth.event_table(names, (moves, calls, messages), tables),
        "truth_opening": true_openings,
        "truth_victim": victims,
    })  # fmt: skip
