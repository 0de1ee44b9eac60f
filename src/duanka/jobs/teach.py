"""What a model can learn from a dataset: questions in the past, and what became known of them later.

Unlabelled is not innocent, only unknown: unlabelled cards weigh as the many they stand for, cards
that were labelled soon after are left out rather than called innocent, and the model corrects for
how few of the bad are ever labelled. A card is asked about only before its own label was known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import flags as f
from duanka.features import vectors
from duanka.features.records import UNKNOWN_AT, micros
from duanka.features.spec import DAY
from duanka.jobs.days_past import Moments, heaviest_days
from duanka.models.examples import Examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.features.records import Cards
    from duanka.jobs.dataset import Dataset

    Ints = NDArray[np.int64]

NEVER = 1 << 62
# How long before its label a bad card is asked about, in days, and how many others stand for the rest.
TICKS_DAYS = (0.0, 1.0, 3.0, 7.0)
MOST_OTHERS = 15_000
MOST_EVENTS = 20_000
# Where misuse is known, cards are also asked about on the heaviest of so many days, as they are judged.
HEAVY_DAYS = 90


@dataclass(frozen=True)
class Known:
    """When each card was first known bad and from when it was misused, as far as anybody can tell.

    Shapes: one entry a dense card of both kinds. Units: UTC microseconds; NEVER where it was not.
    `sure` tells that misuse is known (a town's truth), not guessed from the label. `left_out` are
    cards that are neither: a dealer's own, never misused themselves.
    """

    bad_at: Ints
    known_at: Ints
    cleared: NDArray[np.bool_]
    sure: bool = False
    left_out: NDArray[np.bool_] | None = None


def known_from_labels(dataset: Dataset, misuse_days: int) -> Known:
    """What the dataset's own labels tell; misuse is taken to reach `misuse_days` back from the label."""
    r = dataset.asker.records
    size = r.accounts.index.size + r.sims.index.size
    known_at = np.full(size, NEVER, dtype=np.int64)
    cleared = np.zeros(size, dtype=np.bool_)
    labels = r.frames["label"].sort("known_at", maintain_order=True)
    is_sim = (labels["card_kind"].cast(pl.String) == "sim").to_numpy()
    account, sim = r.accounts.index.find(labels["card_id"]), r.sims.index.find(labels["card_id"])
    card = np.where(is_sim, sim + r.accounts.index.size, account)
    implicated, at = labels["implicated"].to_numpy(), micros(labels["known_at"])
    # the last word on a card stands: a cleared card is known innocent, not unknown
    for c, bad, when in zip(card, implicated, at, strict=True):
        if bad:
            known_at[c] = min(known_at[c], when)
            cleared[c] = False
        else:
            known_at[c] = NEVER
            cleared[c] = True
    bad_at = np.where(known_at == NEVER, NEVER, known_at - misuse_days * DAY)
    return Known(bad_at, known_at, cleared)


def card_examples(dataset: Dataset, known: Known, kind: Subject, seed: int) -> Examples:
    """Cards of a kind as they stood before their label was known, and others at like instants."""
    r = dataset.asker.records
    cards = r.accounts if kind == "account" else r.sims
    judged = cards.judged
    of = r.card(kind, judged)
    rng = np.random.default_rng(seed)
    bad_at, known_at = known.bad_at[of], known.known_at[of]
    bad = np.flatnonzero(bad_at < r.as_of)
    which, at = _ticks(bad, bad_at, np.minimum(known_at, r.as_of), known, rng)
    innocent = bad_at >= r.as_of
    if known.left_out is not None:
        innocent &= ~known.left_out[of]
    others = np.flatnonzero(innocent)
    picked = rng.choice(others, min(others.size, MOST_OTHERS), replace=False)
    kept = np.flatnonzero(innocent & known.cleared[of] & ~np.isin(np.arange(of.size), picked))
    picked = np.sort(np.concatenate([picked, kept]))
    when = rng.choice(at, picked.size) if at.size else np.full(picked.size, r.as_of)
    # a card is asked about only once it exists
    when = np.maximum(
        when,
        np.where(cards.since[judged[picked]] == UNKNOWN_AT, when, cards.since[judged[picked]] + 1),
    )
    if known.sure:
        until = np.minimum(known_at, r.as_of)
        heavy = _heavy_days(dataset, kind)
        ill = (bad_at[heavy.card] < heavy.at) & (heavy.at <= until[heavy.card])
        which, at = np.append(which, heavy.card[ill]), np.append(at, heavy.at[ill])
        well = np.isin(heavy.card, picked)
        picked, when = np.append(picked, heavy.card[well]), np.append(when, heavy.at[well])
    card, when_all = np.concatenate([judged[which], judged[picked]]), np.concatenate([at, when])
    per = np.bincount(which, minlength=of.size)[which]
    weight = np.concatenate([1.0 / per, np.full(picked.size, others.size / max(picked.size, 1))])
    y = np.concatenate([np.ones(which.size), np.zeros(picked.size)]).astype(np.int8)
    ask = vectors.account_vectors if kind == "account" else vectors.sim_vectors
    group = _groups(cards, card)
    return Examples(ask(dataset.asker, card, when_all), y, weight, group, when_all)


def _heavy_days(dataset: Dataset, kind: Subject) -> Moments:
    """The instants just after the heaviest day of the cards judged; the cards by their place among those."""
    r = dataset.asker.records
    judged = (r.accounts if kind == "account" else r.sims).judged
    heavy = heaviest_days(r, kind, days=HEAVY_DAYS, most=1)
    place = np.searchsorted(judged, heavy.card)
    known = judged[np.minimum(place, judged.size - 1)] == heavy.card
    return Moments(place[known], heavy.at[known])


def _ticks(
    bad: Ints, bad_at: Ints, until: Ints, known: Known, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The instants at which bad cards are asked about: after misuse began, before the label."""
    if not known.sure:
        back = np.array([int(d * DAY) for d in TICKS_DAYS])
        at = until[bad][:, None] - back[None, :]
        return np.repeat(bad, back.size), at.ravel()
    span = np.minimum(until[bad] - bad_at[bad], 60 * DAY)
    alive = span > 0
    drawn = bad_at[bad][alive][:, None] + (
        rng.random((int(alive.sum()), 4)) * span[alive][:, None]
    ).astype(np.int64)
    return np.repeat(bad[alive], 4), drawn.ravel() + 1


def _groups(cards: Cards, card: Ints) -> Ints:
    """The holder, or the card itself where its holder is unknown."""
    holder = cards.holder[card]
    return np.where(holder >= 0, holder, cards.holder.size + card + holder.max(initial=0) + 1)


@dataclass(frozen=True)
class EventTruth:
    """Events known bad and events that may stand for the rest; positions in time order."""

    bad: Ints
    others: Ints


def events_from_labels(dataset: Dataset, known: Known, kind: Subject, days: int) -> EventTruth:
    """Events that touched a bad card in the `days` before its label, and those that touched none ever.

    Own money, protected payments and purchases of a bad card's holder are neither.
    """
    r = dataset.asker.records
    moves = r.transfers if kind == "transfer" else r.calls
    bad = np.zeros(moves.at.size, dtype=np.bool_)
    touched = np.zeros(moves.at.size, dtype=np.bool_)
    sides = (moves.giver, moves.taker) if kind == "transfer" else (moves.giver,)
    for side in sides:
        card = np.maximum(r.card("account" if kind == "transfer" else "sim", side), 0)
        until = np.where(side >= 0, known.known_at[card], NEVER)
        lately = (moves.at < until) & (moves.at >= until - days * DAY)
        bad |= lately
        touched |= until < r.as_of
    if kind == "transfer":
        ordinary = (moves.flags & (f.OWN | f.PROTECTED | f.MERCHANT)) != 0
        touched |= bad & ordinary
        bad &= ~ordinary
    return EventTruth(np.flatnonzero(bad), np.flatnonzero(~touched))


def event_examples(
    dataset: Dataset, truth: EventTruth, kind: Subject, *, seed: int, most: int = MOST_EVENTS
) -> Examples:
    """Transfers or calls as they stood when each was made, at most `most` others and a fourth as many bad."""
    rng = np.random.default_rng(seed)
    r = dataset.asker.records
    moves = r.transfers if kind == "transfer" else r.calls
    bad = truth.bad
    if bad.size > most // 4:
        bad = np.sort(rng.choice(bad, most // 4, replace=False))
    others = np.sort(rng.choice(truth.others, min(truth.others.size, most), replace=False))
    which = np.concatenate([bad, others])
    ask = vectors.transfer_vectors if kind == "transfer" else vectors.call_vectors
    y = np.concatenate([np.ones(bad.size), np.zeros(others.size)]).astype(np.int8)
    share = [truth.bad.size / max(bad.size, 1), truth.others.size / max(others.size, 1)]
    weight = np.concatenate([np.full(bad.size, share[0]), np.full(others.size, share[1])])
    cards = r.accounts if kind == "transfer" else r.sims
    side = moves.taker if kind == "transfer" else moves.giver
    holder = cards.holder[side[which]]
    group = np.where(holder >= 0, holder, cards.holder.size + side[which])
    return Examples(ask(dataset.asker, which), y, weight, group, moves.at[which])


def opening_examples(
    dataset: Dataset, bad: NDArray[np.bool_], usable: NDArray[np.bool_]
) -> Examples:
    """Applications as they stood when each was made; `bad` where the card was misused afterwards."""
    o = dataset.asker.records.openings
    X = vectors.opening_vectors(dataset.asker)[usable]
    y = bad[usable].astype(np.int8)
    return Examples(X, y, np.ones(y.size), o["applicant"][usable], o["at"][usable])


def openings_from_labels(
    dataset: Dataset, known: Known
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which applications led to a card confirmed bad, and which led to a card at all."""
    card = dataset.asker.records.openings["card"]
    granted = card >= 0
    bad = np.zeros(card.size, dtype=np.bool_)
    bad[granted] = known.known_at[card[granted]] < dataset.asker.records.as_of
    return bad, granted
