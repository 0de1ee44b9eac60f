"""What the register of cards says as of an instant: a card's age, and the cards its holder had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.features.cards import UNKNOWN_AT
from duanka.features.index import NONE
from duanka.features.spec import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.columns import Columns
    from duanka.features.records import Cards, Records

    Ints = NDArray[np.int64]

LATELY = 30 * DAY


def age_days(cards: Cards, of: Ints, at: Ints) -> NDArray[np.float64]:
    """The age of each card at the instant; NaN where the register does not list it yet."""
    since = cards.said(cards.since, of, at)
    return np.where((since == NONE) | (since == UNKNOWN_AT), np.nan, (at - since) / DAY)


def listed(cards: Cards, of: Ints, at: Ints) -> NDArray[np.bool_]:
    """True where the register listed the card before the instant."""
    return ~np.isnan(age_days(cards, of, at))


def count_before(owner: Ints, since: Ints, asked: Ints, at: Ints) -> Ints:
    """How many of the asked owner's cards were opened before `at`."""
    have = owner >= 0
    # a place among the sorted is as good a rank as one among the different, and quicker to come by
    owners, times = np.sort(owner[have]), np.sort(since[have])
    if owners.size == 0:
        return np.zeros(asked.size, dtype=np.int64)
    # owner and rank of time in one sortable number: exact, and flat for holders of many cards
    span = times.size + 1
    held = np.searchsorted(owners, owner[have]) * span + np.searchsorted(times, since[have])
    held.sort()
    who = np.searchsorted(owners, asked)
    known = owners[np.minimum(who, owners.size - 1)] == asked
    until = who * span + np.searchsorted(times, at)
    count = np.searchsorted(held, until) - np.searchsorted(held, who * span)
    return np.where(known, count, 0)


def own_counted(cards: Cards, of: Ints, at: Ints) -> Ints:
    """1 where the card itself stands on the register before `at`, so that a count has counted it."""
    listed_already: NDArray[np.bool_] = cards.said(cards.holder, of, at) != NONE
    return listed_already.astype(np.int64)


def put_holding(records: Records, out: Columns, holder: Ints, at: Ints) -> None:
    """How many cards the holder had, of each kind and opened lately, as of the instant."""
    lately = np.zeros(holder.size, dtype=np.int64)
    for name, cards in (
        ("holder_account_count", records.accounts),
        ("holder_sim_count", records.sims),
    ):
        held = count_before(cards.holder, cards.since, holder, at)
        lately += held - count_before(cards.holder, cards.since, holder, at - LATELY)
        out.put(name, np.where(holder < 0, np.nan, held))
    out.put("holder_opened_30d", np.where(holder < 0, np.nan, lately))


def put_at_company(out: Columns, cards: Cards, of: Ints, at: Ints) -> None:
    """How many cards of the kind the card's holder had at its institution as of the instant."""
    span = int(cards.institution.max(initial=0)) + 1

    def pair(holder: Ints, institution: Ints) -> Ints:
        return np.where((holder >= 0) & (institution >= 0), holder * span + institution, -1)

    holder, institution = (cards.said(c, of, at) for c in (cards.holder, cards.institution))
    asked = pair(holder, institution)
    held = count_before(pair(cards.holder, cards.institution), cards.since, asked, at)
    out.put("holder_company_count", np.where(asked < 0, np.nan, held))


def leave_out_own(records: Records, out: Columns, holder: Ints, card: Ints) -> None:
    """The card an application led to is not among those held: registers round its opening down."""
    size = records.accounts.index.size
    for name, cards, of in (
        ("holder_account_count", records.accounts, np.where(card < size, card, NONE)),
        ("holder_sim_count", records.sims, np.where(card >= size, card - size, NONE)),
    ):
        counted = own_counted(cards, of, out.at) * (cards.said(cards.holder, of, out.at) == holder)
        out.put(name, out.get(name) - counted)
        out.put("holder_opened_30d", out.get("holder_opened_30d") - counted)
