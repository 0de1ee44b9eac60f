"""What a transfer comes with, live: the money behind it, a new device, a stranger's call just before."""

# ruff: noqa: ANN001, ANN201, ANN202 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

import numba as nb

from duanka.features import carry
from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features.asking import EAST_H
from duanka.features.circumstances import CALL_SPAN_S
from duanka.features.live_links import find
from duanka.features.live_sights import on_new_device
from duanka.features.moves import LARGE_FEN, LONG_S, ROUND_FEN, SHORT_S, SMALL_FEN
from duanka.features.spec import HOUR, SECOND

NIGHT_FROM_H, NIGHT_UNTIL_H = 23, 6
# bits that a card's own id says of every transfer to it, and from it
OF_PAYEE = f.CASH | f.MERCHANT | f.OVERSEAS | f.CRYPTO
STRANGER = -2


@nb.njit(nogil=True)
def hour_of(at):  # type: ignore[no-untyped-def]
    """The hour of the day in Asia/Shanghai."""
    return (at // HOUR + EAST_H) % 24


@nb.njit(nogil=True)
def night_bit(at):  # type: ignore[no-untyped-def]
    """NIGHT from 23:00 to 06:00 in Asia/Shanghai, else no bit."""
    hour = hour_of(at)
    return f.NIGHT if hour >= NIGHT_FROM_H or hour < NIGHT_UNTIL_H else 0


@nb.njit(nogil=True)
def said_holder(cards, card, at):  # type: ignore[no-untyped-def]
    """The holder that the register named before the instant, else -1."""
    return cards[card, s.C_HOLDER] if cards[card, s.C_SINCE] < at else s.NONE


@nb.njit(nogil=True)
def about_call(w):  # type: ignore[no-untyped-def]
    """The call's flags: how long it was, when it was; `w` comes with OK and ROAMING set."""
    w[s.W_FLAGS] |= night_bit(w[s.W_AT])
    if w[s.W_FLAGS] & f.OK and w[s.W_VALUE] < SHORT_S:
        w[s.W_FLAGS] |= f.SHORT
    if w[s.W_FLAGS] & f.OK and w[s.W_VALUE] >= LONG_S:
        w[s.W_FLAGS] |= f.LONG


@nb.njit(nogil=True)
def about_transfer(st, w, now):  # type: ignore[no-untyped-def]
    """The transfer's flags (payer's side), the source of its money, the stranger's call before it."""
    cards, payer, payee = st.cards, w[s.W_A], w[s.W_B]
    amount, at = w[s.W_VALUE], w[s.W_AT]
    w[s.W_USE] = night_bit(at)
    flags = w[s.W_FLAGS] | w[s.W_USE]
    flags |= cards[payee, s.C_BITS] & OF_PAYEE
    flags |= cards[payer, s.C_BITS] & (f.CASH | f.FROM_CRYPTO)
    if amount <= SMALL_FEN:
        flags |= f.SMALL
    if amount >= LARGE_FEN:
        flags |= f.LARGE
    if amount % ROUND_FEN == 0:
        flags |= f.ROUND
    mine = said_holder(cards, payer, now)
    if mine >= 0 and mine == said_holder(cards, payee, now):
        flags |= f.OWN
    if on_new_device(st, payer, w[s.W_DEVICE], at):
        flags |= f.NEW_DEVICE
    w[s.W_FIRST] = 1 if find(st.links, st.slots, payer, payee) == s.NONE else 0
    w[s.W_GAP_S], w[s.W_CALLER] = call_before(st, mine, at)
    if w[s.W_GAP_S] >= 0 and w[s.W_FIRST]:
        flags |= f.CALLED
    w[s.W_FLAGS] = flags | _carried(st, w)


@nb.njit(nogil=True)
def _carried(st, w):  # type: ignore[no-untyped-def]
    cards, payer, payee = st.cards, w[s.W_A], w[s.W_B]
    w[s.W_SOURCE], w[s.W_SOURCE2] = s.NONE, s.NONE
    if cards[payer, s.C_RESERVED] or payer == payee:
        return 0
    mine = cards[payer, s.C_LOTS]
    theirs = cards[payee, s.C_LOTS]
    asked = STRANGER if cards[payee, s.C_RESERVED] else payee
    fields, w[s.W_SOURCE], w[s.W_SOURCE2] = carry.look(
        st.rows[mine : mine + carry.WIDTH],
        st.rows[theirs : theirs + carry.WIDTH],
        payer,
        asked,
        w[s.W_AT],
        w[s.W_VALUE],
    )
    return fields


@nb.njit(nogil=True)
def learn_carried(st, w):  # type: ignore[no-untyped-def]
    """The payee's lots know of the money; reserved accounts remember nothing."""
    cards, payer, payee = st.cards, w[s.W_A], w[s.W_B]
    if not w[s.W_FLAGS] & f.OK or payer == payee:
        return
    if cards[payer, s.C_RESERVED] or cards[payee, s.C_RESERVED]:
        return
    begin = cards[payee, s.C_LOTS]
    if begin == 0:
        begin = st.book[s.END]
        st.book[s.END] += carry.WIDTH
        cards[payee, s.C_LOTS] = begin
        st.rows[begin : begin + carry.WIDTH] = st.rows[: carry.WIDTH]
    lots = st.rows[begin : begin + carry.WIDTH]
    source = (w[s.W_SOURCE], w[s.W_SOURCE2])
    carry.learn(lots, payer, w[s.W_AT], w[s.W_VALUE], w[s.W_FLAGS], source)


@nb.njit(nogil=True)
def call_before(st, holder, at):  # type: ignore[no-untyped-def]
    """Seconds since a stranger's long call to the holder ended, and its caller; -1, -1 if none in two hours."""
    if holder < 0:
        return s.NONE, s.NONE
    now_s = at // SECOND
    spot = st.holders[holder, s.H_HEARD]
    while spot != s.NONE and st.heard[spot, s.K_END_S] >= now_s:
        spot = st.heard[spot, s.K_NEXT]
    if spot == s.NONE or now_s - st.heard[spot, s.K_END_S] > CALL_SPAN_S:
        return s.NONE, s.NONE
    return now_s - st.heard[spot, s.K_END_S], st.heard[spot, s.K_CALLER]


@nb.njit(nogil=True)
def hear(st, holder, end_s, caller, now):  # type: ignore[no-untyped-def]
    """The holder has been called at length by a stranger; calls no question can reach any more are let go.

    Kept latest end first, of one end the one told last first: all that have not ended, and the last that has.
    """
    book, heard = st.book, st.heard
    new = book[s.HEARD_FREE]
    if new == s.NONE:
        new = book[s.HEARD]
        book[s.HEARD] += 1
    else:
        book[s.HEARD_FREE] = heard[new, s.K_NEXT]
    heard[new, s.K_END_S], heard[new, s.K_CALLER] = end_s, caller
    before, spot = s.NONE, st.holders[holder, s.H_HEARD]
    while spot != s.NONE and heard[spot, s.K_END_S] > end_s:
        before, spot = spot, heard[spot, s.K_NEXT]
    heard[new, s.K_NEXT] = spot
    if before == s.NONE:
        st.holders[holder, s.H_HEARD] = new
    else:
        heard[before, s.K_NEXT] = new
    _let_go(st, st.holders[holder, s.H_HEARD], now // SECOND)


@nb.njit(nogil=True)
def _let_go(st, spot, now_s):  # type: ignore[no-untyped-def]
    heard = st.heard
    while spot != s.NONE and heard[spot, s.K_END_S] >= now_s:
        spot = heard[spot, s.K_NEXT]
    if spot == s.NONE:
        return
    gone = heard[spot, s.K_NEXT]
    heard[spot, s.K_NEXT] = s.NONE
    while gone != s.NONE:
        after = heard[gone, s.K_NEXT]
        heard[gone, s.K_NEXT] = st.book[s.HEARD_FREE]
        st.book[s.HEARD_FREE] = gone
        gone = after
