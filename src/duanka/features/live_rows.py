"""Rows of the kernel in one arena: made when a key's first event enters, told and asked in place."""

# ruff: noqa: ANN001, ANN201, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from duanka.features import asking, kernel
from duanka.features import live_state as s

if TYPE_CHECKING:
    from duanka.features.asking import Asked

NOTHING = np.float32(np.nan)
# whose rows: which of the memory's arrays the key counts in
OF_CARDS, OF_HOLDERS, OF_DESKS = range(3)
# a stream: whose rows, which column says where they begin, its plan, its answers
R_CELLS, R_COLUMN, R_PLAN, R_PLAN_END, R_WIDTH, R_CONTACTS, R_SIZE, R_FIRST, R_LAST = range(9)
BY_STREAM: tuple[tuple[Asked, int, int], ...] = (
    (asking.TRANSFERS, OF_CARDS, s.C_TRANSFERS),
    (asking.CALLS, OF_CARDS, s.C_CALLS),
    (asking.MESSAGES, OF_CARDS, s.C_MESSAGES),
    (asking.USES, OF_CARDS, s.C_USES),
    (asking.PAID, OF_CARDS, s.C_PAID),
    (asking.NOTICES, OF_CARDS, s.C_NOTICES),
    (asking.APPLICANTS, OF_HOLDERS, s.H_APPLICANT),
    (asking.HOSTS, OF_HOLDERS, s.H_COMPANION),
    (asking.HOSTS, OF_DESKS, s.D_HOST),
    (asking.HOSTS, OF_DESKS, s.D_HOST),
    (asking.HOST_NOTICES, OF_HOLDERS, s.H_NOTICES),
    (asking.HOST_NOTICES, OF_DESKS, s.D_NOTICES),
    (asking.HOST_NOTICES, OF_DESKS, s.D_NOTICES),
)
PLANS = np.concatenate([asked.layout.plan for asked, _, _ in BY_STREAM])


def _lines() -> list[list[int]]:
    lines, begin = [], 0
    for asked, cells, column in BY_STREAM:
        since = ("since_first_s", "since_last_s")
        spots = [n for end in since for n, name in enumerate(asked.names) if name.endswith(end)]
        plan, size = asked.layout.plan.size, len(asked.names)
        width, contacts = asked.layout.width, asked.layout.contact_count
        lines.append([cells, column, begin, begin + plan, width, contacts, size, *spots])
        begin += plan
    return lines


STREAMS = np.array(_lines(), dtype=np.int64)
LINE_SIZE = int(STREAMS[:, R_SIZE].max())


@nb.njit(nogil=True)
def layout_of(stream):  # type: ignore[no-untyped-def]
    """The layout of the stream's rows."""
    plan = PLANS[STREAMS[stream, R_PLAN] : STREAMS[stream, R_PLAN_END]]
    return kernel.Layout(plan, STREAMS[stream, R_WIDTH], STREAMS[stream, R_CONTACTS])


@nb.njit(nogil=True)
def cells_of(st, stream):  # type: ignore[no-untyped-def]
    """The array in which the stream's keys count."""
    whose = STREAMS[stream, R_CELLS]
    if whose == OF_CARDS:
        return st.cards
    if whose == OF_HOLDERS:
        return st.holders
    return st.desks


@nb.njit(nogil=True, error_model="numpy")
def tell(st, stream, key, at, known_at, other, value, flags, scratch):  # type: ignore[no-untyped-def]
    """The key is told of an event of the stream; returns its flags as it entered."""
    cells, column, layout = cells_of(st, stream), STREAMS[stream, R_COLUMN], layout_of(stream)
    begin = cells[key, column]
    if begin == 0:
        begin = st.book[s.END]
        st.book[s.END] += layout.width
        cells[key, column] = begin
        kernel.clear(st.rows[begin : begin + layout.width], layout)
    st.book[s.BEGUN + stream] = 1
    row = st.rows[begin : begin + layout.width]
    return kernel.add(row, layout, at, known_at, other, value, flags, scratch)


@nb.njit(nogil=True, error_model="numpy")
def ask(st, stream, key, asked_at, ints, line, place):  # type: ignore[no-untyped-def]
    """The stream's answers about the key stand in `line` from `place` on.

    Missing where nobody is asked about (-1) or the stream has told of nothing yet; seconds since
    something that never happened are missing too.
    """
    size, since = STREAMS[stream, R_SIZE], STREAMS[stream, R_FIRST : R_LAST + 1]
    if key < 0 or st.book[s.BEGUN + stream] == 0:
        line[place : place + size] = NOTHING
        return
    begin = cells_of(st, stream)[key, STREAMS[stream, R_COLUMN]]
    if begin == 0:
        line[place : place + size] = 0
        line[place + since[0]] = NOTHING
        line[place + since[1]] = NOTHING
        return
    layout = layout_of(stream)
    kernel.answer(st.rows[begin : begin + layout.width], layout, asked_at, ints)
    for n in range(size):
        line[place + n] = ints[n]
    for n in since:
        if ints[n] < 0:
            line[place + n] = NOTHING
