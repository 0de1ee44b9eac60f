"""Notices told to the cards they concern: events of a reported card's neighbours, and walks along chains."""

# ruff: noqa: ANN001, ANN201 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

import numba as nb
import numpy as np

from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features import taint
from duanka.features.live_enter import PAYEE_LABEL, PAYEE_LEAD, PAYER_LABEL, PAYER_LEAD
from duanka.features.live_links import mark, met_at


@nb.njit(nogil=True, cache=True)
def counterparties(st, near):  # type: ignore[no-untyped-def]
    """How many links of payments the card has, either way."""
    count, line = 0, st.cards[near, s.C_OUT]
    while line != s.NONE:
        count, line = count + 1, st.links[line, s.L_NEXT_A]
    line = st.cards[near, s.C_IN]
    while line != s.NONE:
        count, line = count + 1, st.links[line, s.L_NEXT_B]
    return count


@nb.njit(nogil=True, cache=True)
def touched(st, near, at, bit):  # type: ignore[no-untyped-def]
    """Those who paid the reported card, or were paid by it, within 90 days, and how; each is told once.

    Shapes: (told, 2): the card, and its flags.
    """
    since, count, links = at - taint.SPAN, 0, st.links
    out = np.empty((counterparties(st, near), 2), dtype=np.int64)
    to_payee, to_payer = PAYEE_LEAD, PAYER_LEAD
    if bit == f.LABEL:
        to_payee, to_payer = PAYEE_LABEL, PAYER_LABEL
    line = st.cards[near, s.C_OUT]
    while line != s.NONE:
        if met_at(links, line) >= since and mark(links, line, to_payee):
            out[count, 0], out[count, 1] = links[line, s.L_PAIR] & 0xFFFFFFFF, taint.PAYEE | bit
            count += 1
        line = links[line, s.L_NEXT_A]
    line = st.cards[near, s.C_IN]
    while line != s.NONE:
        if met_at(links, line) >= since and mark(links, line, to_payer):
            out[count, 0], out[count, 1] = links[line, s.L_PAIR] >> 32, taint.PAYER | bit
            count += 1
        line = links[line, s.L_NEXT_B]
    return out[:count]


@nb.njit(nogil=True, cache=True)
def chained(cells, first, column):  # type: ignore[no-untyped-def]
    """All that hang on one chain, in its order."""
    count, one = 0, first
    while one != s.NONE:
        count, one = count + 1, cells[one, column]
    out = np.empty(count, dtype=np.int64)
    one = first
    for n in range(count):
        out[n] = one
        one = cells[one, column]
    return out
