"""Events enter what the live host remembers, once the instant at which they happened is over."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

import numba as nb

from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features import taint
from duanka.features.circumstances import CALL_S
from duanka.features.live_around import hear, learn_carried
from duanka.features.live_links import link, mark, met_at, set_met
from duanka.features.live_rows import tell
from duanka.features.live_sights import DROPPED, look_around, settle_in
from duanka.features.spec import SECOND

PAID_BITS = f.CALLED | f.OK
STRANGER_BITS = f.IN | f.FIRST | f.OK
# which notices the payer and the payee of a link have told each other of
PAYEE_LEAD, PAYEE_LABEL, PAYER_LEAD, PAYER_LABEL = 1, 2, 4, 8
DONE, UNORDERED = 0, 1
O_STREAM, O_KEY, O_OTHER, O_AT, O_VALUE, O_FLAGS = range(6)


@nb.njit(nogil=True)
def order(st, stream, key, w, other, flags):  # type: ignore[no-untyped-def]
    """One more that an event has to be told to: kept apart, so that the kernel is called in one place."""
    line = st.orders[st.book[s.ORDERS]]
    st.book[s.ORDERS] += 1
    line[O_STREAM], line[O_KEY], line[O_OTHER] = stream, key, other
    line[O_AT], line[O_VALUE], line[O_FLAGS] = w[s.W_AT], w[s.W_VALUE], flags


@nb.njit(nogil=True)
def enter_transfer(st, w):  # type: ignore[no-untyped-def]
    """Both sides know of the transfer, the lots of its money, the caller before it, and who is near a reported card."""
    payer, payee, at, bits = w[s.W_A], w[s.W_B], w[s.W_AT], w[s.W_FLAGS]
    if not st.cards[payer, s.C_RESERVED]:
        order(st, s.TRANSFERS, payer, w, payee, bits | f.OUT)
    if not st.cards[payee, s.C_RESERVED]:
        received = bits & ~(f.NEW_DEVICE | f.CRYPTO) | f.IN
        if bits & f.FROM_CRYPTO:
            received |= f.CRYPTO
        order(st, s.TRANSFERS, payee, w, payer, received)
    learn_carried(st, w)
    if (bits & PAID_BITS) == PAID_BITS and w[s.W_CALLER] >= 0:
        order(st, s.PAID, w[s.W_CALLER], w, payer, f.OUT | f.OK)
    line = paid_link(st, payer, payee)
    if bits & f.OK:
        set_met(st.links, line, max(met_at(st.links, line), at))
        _near_reported(st, line, at)


@nb.njit(nogil=True)
def paid_link(st, payer, payee):  # type: ignore[no-untyped-def]
    """The line of payer and payee, chained by both when it is made."""
    have = st.book[s.LINKS]
    line = link(st.book, st.links, st.slots, payer, payee)
    if line == have:
        st.links[line, s.L_NEXT_A] = st.cards[payer, s.C_OUT]
        st.cards[payer, s.C_OUT] = line
        st.links[line, s.L_NEXT_B] = st.cards[payee, s.C_IN]
        st.cards[payee, s.C_IN] = line
    return line


@nb.njit(nogil=True)
def _near_reported(st, line, at):  # type: ignore[no-untyped-def]
    """Money to or from a reported card: the other side is told, once, when the payment is known."""
    payer, payee = st.links[line, s.L_PAIR] >> 32, st.links[line, s.L_PAIR] & 0xFFFFFFFF
    lately = at - taint.SPAN
    if st.cards[payer, s.C_LEAD_AT] >= lately and mark(st.links, line, PAYEE_LEAD):
        leave(st, payee, payer, taint.PAYEE | f.LEAD, at + 1)
    if st.cards[payer, s.C_LABEL_AT] >= lately and mark(st.links, line, PAYEE_LABEL):
        leave(st, payee, payer, taint.PAYEE | f.LABEL, at + 1)
    if st.cards[payee, s.C_LEAD_AT] >= lately and mark(st.links, line, PAYER_LEAD):
        leave(st, payer, payee, taint.PAYER | f.LEAD, at + 1)
    if st.cards[payee, s.C_LABEL_AT] >= lately and mark(st.links, line, PAYER_LABEL):
        leave(st, payer, payee, taint.PAYER | f.LABEL, at + 1)


@nb.njit(nogil=True)
def leave(st, card, near, flags, at):  # type: ignore[no-untyped-def]
    """A notice near the card, left to be told when its instant is over."""
    trigger = st.triggers[st.book[s.TRIGGERS]]
    st.book[s.TRIGGERS] += 1
    trigger[s.T_CARD], trigger[s.T_NEAR], trigger[s.T_FLAGS], trigger[s.T_AT] = (
        card,
        near,
        flags,
        at,
    )


@nb.njit(nogil=True)
def enter_call(st, w):  # type: ignore[no-untyped-def]
    """Both sides know of the call."""
    caller, callee, bits = w[s.W_A], w[s.W_B], w[s.W_FLAGS]
    order(st, s.CALLS, caller, w, callee, bits | f.OUT)
    order(st, s.CALLS, callee, w, caller, bits | f.IN)
    link(st.book, st.links, st.slots, caller, callee)


@nb.njit(nogil=True)
def after_call(st, callee, at, length, caller, known_at):  # type: ignore[no-untyped-def]
    """A long call from a stranger is remembered by the holder called."""
    # a call is over when it counts, and so is the instant at which its phone card was registered
    holder = st.cards[callee, s.C_HOLDER]
    if length >= CALL_S and holder >= 0 and st.cards[callee, s.C_SINCE] <= at:
        hear(st, holder, at // SECOND + length, caller, known_at)


@nb.njit(nogil=True)
def enter_opening(st, w):  # type: ignore[no-untyped-def]
    """Applicant, companion, terminal and staff know of the application."""
    applicant, bits = w[s.W_A], w[s.W_FLAGS] | f.IN
    order(st, s.APPLICANTS, applicant, w, w[s.W_B], bits)
    if w[s.W_SOURCE] >= 0:
        order(st, s.COMPANIONS, w[s.W_SOURCE], w, applicant, bits)
    if w[s.W_DEVICE] >= 0:
        order(st, s.TERMINALS, w[s.W_DEVICE], w, applicant, bits)
    if w[s.W_NETWORK] >= 0:
        order(st, s.STAFF, w[s.W_NETWORK], w, applicant, bits)


@nb.njit(nogil=True)
def enter(st, w):  # type: ignore[no-untyped-def]
    """Everybody whom the event concerns is to know of it, save where it was seen."""
    table = w[s.W_TABLE]
    if table == s.TRANSFER:
        enter_transfer(st, w)
    elif table == s.CALL:
        enter_call(st, w)
    elif table == s.MESSAGE:
        order(st, s.MESSAGES, w[s.W_A], w, w[s.W_B], w[s.W_FLAGS] | f.OUT)
        order(st, s.MESSAGES, w[s.W_B], w, w[s.W_A], w[s.W_FLAGS] | f.IN)
    elif table == s.OPENING:
        enter_opening(st, w)
    elif table == s.NOTICE:
        order(st, w[s.W_DEVICE], w[s.W_A], w, w[s.W_B], w[s.W_FLAGS] | f.IN)


@nb.njit(nogil=True, error_model="numpy")
def carry_out(st, known_at, scratch):  # type: ignore[no-untyped-def]
    """Everybody ordered to be told is told."""
    for n in range(st.book[s.ORDERS]):
        o = st.orders[n]
        stream, key, other, bits = o[O_STREAM], o[O_KEY], o[O_OTHER], o[O_FLAGS]
        entry = tell(st, stream, key, o[O_AT], known_at, other, o[O_VALUE], bits, scratch)
        if stream == s.CALLS and (entry & STRANGER_BITS) == STRANGER_BITS:
            after_call(st, key, o[O_AT], o[O_VALUE], other, known_at)
    st.book[s.ORDERS] = 0


@nb.njit(nogil=True)
def is_seen(w):  # type: ignore[no-untyped-def]
    """True for an event that says on which device or network its card was."""
    return w[s.W_TABLE] <= s.USE and (w[s.W_DEVICE] >= 0 or w[s.W_NETWORK] >= 0)


@nb.njit(nogil=True)
def unordered(st, now):  # type: ignore[no-untyped-def]
    """True where a card was seen in two places at one instant, and nobody has said in what order to take them."""
    for i in range(st.book[s.WAITING]):
        w = st.waiting[i]
        if not is_seen(w):
            continue
        if w[s.W_ORDER] >= 0:
            return False
        card = st.cards[w[s.W_A]]
        if card[s.C_STAMP] == now:
            return True
        card[s.C_STAMP] = now
    return False


@nb.njit(nogil=True, error_model="numpy")
def drain(st, first, scratch):  # type: ignore[no-untyped-def]
    """Events that waited, from the first on, enter: their instant is over, or they came late.

    Where a card was seen counts only when all of them have looked around: those of one instant do not
    see one another.
    """
    waiting, last, clock = st.waiting, st.book[s.WAITING], st.book[s.CLOCK]
    for k in range(2 * (last - first)):
        i = first + (k if k < last - first else k - (last - first))
        w = waiting[i]
        if k < last - first:
            known_at = w[s.W_VALUE] if w[s.W_TABLE] == s.NOTICE else max(w[s.W_AT], clock)
            enter(st, w)
            if is_seen(w):
                look_around(st, w, known_at)
        else:
            if w[s.W_ORDER] >= 0:
                w = waiting[w[s.W_ORDER]]
            known_at = max(w[s.W_AT], clock)
            if is_seen(w) and w[s.W_USE] != DROPPED:
                other = settle_in(st, w)
                order(st, s.USES, w[s.W_A], w, other, w[s.W_USE])
        carry_out(st, known_at, scratch)
    st.book[s.WAITING] = first
