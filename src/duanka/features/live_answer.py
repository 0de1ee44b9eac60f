"""The vectors of a transfer, a call, an application, written as one line from the rows of those concerned."""

# ruff: noqa: ANN001, ANN201, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

import numba as nb
import numpy as np

from duanka.features import flags as f
from duanka.features import live_plan as p
from duanka.features import live_state as s
from duanka.features.cards import UNKNOWN_AT
from duanka.features.event_vectors import CARRIED, TOLD_BY_BIT
from duanka.features.live_around import hour_of
from duanka.features.live_links import find
from duanka.features.live_rows import NOTHING, ask
from duanka.features.register import LATELY
from duanka.features.shares import MOST
from duanka.features.spec import DAY

MASKS = np.array(list(TOLD_BY_BIT.values()), dtype=np.int64)
SHIFTS = np.array(list(CARRIED.values()), dtype=np.int64)
TRANSFER, CALL, OPENING, AGAINST_AT = p.TRANSFER, p.CALL, p.OPENING, p.AGAINST_AT
# a closed application may carry the card it led to; it stands here in the event
W_CARD = s.W_SOURCE2


@nb.njit(nogil=True, error_model="numpy")
def share(part, whole):  # type: ignore[no-untyped-def]
    """Part of the whole, at most 9; NaN where there is no whole: shares.share for one pair."""
    if not whole > 0:
        return np.nan
    found = part / whole
    # NaN stays NaN, which min() does not promise
    return MOST if found > MOST else found  # noqa: FURB136


@nb.njit(nogil=True, error_model="numpy")
def derive(derived, line):  # type: ignore[no-untyped-def]
    """Each derived value of a line from two that stand in it."""
    for n in range(len(derived)):
        a, b = np.float64(line[derived[n, 1]]), np.float64(line[derived[n, 2]])
        if derived[n, 0] == p.SHARE:
            found = share(a, b)
        elif derived[n, 0] == p.BOTH_WAYS:
            found = np.nan if np.isnan(a + b) else share(min(a, b), max(a, b))
        else:
            found = share(a, a + b)
        line[derived[n, 3]] = np.float32(found)


@nb.njit(nogil=True)
def lay_out(take, lacking, bounds, book, at, line, out):  # type: ignore[no-untyped-def]
    """The vector in catalogue order; unknown where the deployment has not told of such things yet."""
    for n in range(take.size):
        out[n] = line[take[n]]
    for what in range(bounds.size - 1):
        if at <= book[s.TOLD + what]:
            for n in range(bounds[what], bounds[what + 1]):
                out[lacking[n]] = NOTHING


@nb.njit(nogil=True)
def age_days(cards, card, at):  # type: ignore[no-untyped-def]
    """The age of the card at the instant; NaN where the register does not list it yet."""
    since = cards[card, s.C_SINCE]
    if since == UNKNOWN_AT or since >= at:
        return np.nan
    return (at - since) / DAY


@nb.njit(nogil=True, error_model="numpy")
def answer(st, w, now, ints, line, out):  # type: ignore[no-untyped-def]
    """The vector of a transfer, a call or an application, from what is known before `now`."""
    table = w[s.W_TABLE]
    asks = TRANSFER.asks if table == s.TRANSFER else CALL.asks if table == s.CALL else OPENING.asks
    for n in range(len(asks)):
        ask(st, asks[n, 0], w[asks[n, 1]], now, ints, line, asks[n, 2])
    if table == s.TRANSFER:
        derive(TRANSFER.derived, line)
        of_transfer(st, w, now, line, TRANSFER.place)
        lay_out(TRANSFER.take, TRANSFER.lacking, TRANSFER.bounds, st.book, now, line, out)
    elif table == s.CALL:
        derive(CALL.derived, line)
        of_call(st, w, now, line, CALL.place)
        lay_out(CALL.take, CALL.lacking, CALL.bounds, st.book, now, line, out)
    else:
        of_opening(st, w, now, line, OPENING.place)
        lay_out(OPENING.take, OPENING.lacking, OPENING.bounds, st.book, now, line, out)


@nb.njit(nogil=True, error_model="numpy")
def of_transfer(st, w, now, line, at):  # type: ignore[no-untyped-def]
    """What is read off the transfer itself, in the order of TRANSFER_SINGLE."""
    bits, amount, cards = w[s.W_FLAGS], w[s.W_VALUE], st.cards
    line[at] = amount
    line[at + 1] = hour_of(w[s.W_AT])
    line[at + 2] = w[s.W_FIRST]
    line[at + 3] = NOTHING if w[s.W_GAP_S] < 0 else np.float32(w[s.W_GAP_S])
    age = age_days(cards, w[s.W_B], now)
    line[at + 4] = np.float32(age_days(cards, w[s.W_A], now))
    line[at + 5] = np.float32(age)
    line[at + 6] = 0 if np.isnan(age) else 1
    at += 7
    for n in range(MASKS.size):
        line[at + n] = 1 if bits & MASKS[n] else 0
    at += MASKS.size
    for n in range(SHIFTS.size):
        line[at + n] = (bits >> SHIFTS[n]) & f.FIELD
    at += SHIFTS.size
    for n in range(AGAINST_AT.size):
        whole = np.float64(line[AGAINST_AT[n]])
        line[at + n] = np.float32(share(np.float64(amount), whole))


@nb.njit(nogil=True, error_model="numpy")
def of_call(st, w, now, line, at):  # type: ignore[no-untyped-def]
    """What is read off the call itself, in the order of CALL_SINGLE."""
    line[at] = hour_of(w[s.W_AT])
    line[at + 1] = 1 if find(st.links, st.slots, w[s.W_A], w[s.W_B]) == s.NONE else 0
    line[at + 2] = 1 if w[s.W_FLAGS] & f.ROAMING else 0
    line[at + 3] = np.float32(age_days(st.cards, w[s.W_A], now))
    first, total = np.float64(line[p.FIRST_OF_CALLEE]), np.float64(line[p.OUT_OF_CALLEE])
    line[at + 4] = np.float32(share(first, total))


@nb.njit(nogil=True, error_model="numpy")
def of_opening(st, w, now, line, at):  # type: ignore[no-untyped-def]
    """What is read off the application itself and the register, in the order of OPENING_SINGLE."""
    line[at] = hour_of(w[s.W_AT])
    line[at + 1] = 1 if w[s.W_FLAGS] & f.SIM else 0
    line[at + 2] = 1 if w[s.W_SOURCE] >= 0 else 0
    accounts, sims, lately = holding(st, w[s.W_A], w[W_CARD], now)
    line[at + 3] = accounts
    line[at + 4] = sims
    line[at + 5] = lately
    line[at + 6] = NOTHING


@nb.njit(nogil=True)
def holding(st, holder, card, now):  # type: ignore[no-untyped-def]
    """How many accounts, phone cards and cards opened lately the holder had before `now`, the application's own left out."""
    cards = st.cards
    counts = np.zeros(2, dtype=np.int64)
    counts[0], counts[1] = st.holders[holder, s.H_ACCOUNTS], st.holders[holder, s.H_SIMS]
    lately, one = 0, st.holders[holder, s.H_CARDS]
    while one != s.NONE and cards[one, s.C_SINCE] >= now:
        counts[cards[one, s.C_KIND]] -= 1
        one = cards[one, s.C_NEXT_HELD]
    while one != s.NONE and cards[one, s.C_SINCE] >= now - LATELY:
        lately += 1
        one = cards[one, s.C_NEXT_HELD]
    if card >= 0 and cards[card, s.C_HOLDER] == holder and cards[card, s.C_SINCE] < now:
        counts[cards[card, s.C_KIND]] -= 1
        lately -= 1
    return counts[0], counts[1], lately
