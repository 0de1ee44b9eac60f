"""The walks of lost money, lead by lead: the room they need, how far they go and what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from duanka.network import hops
from duanka.network.purse import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from duanka.network.book import Book
    from duanka.network.loss import Losses

ROOM = 1 << 16


class Limits(NamedTuple):
    """How far a walk goes; `attribution` is purse.FIFO or purse.PRO_RATA, `least` fen."""

    max_hops: int
    budget_edges: int
    least: int
    attribution: int


class Seeds(NamedTuple):
    """The loss transfers to start from, in time order within a lead.

    Shapes: those of lead i are `start[i]` up to `start[i + 1]`; `place` in `Book.paid`.
    """

    start: NDArray[np.int64]
    place: NDArray[np.int32]
    victim: NDArray[np.int32]
    fen: NDArray[np.int64]


class Walk(NamedTuple):
    """Room for one walk at a time: the book, the limits, and tables whose columns `purse` and `shares` name.

    `holder_of` gives an account's row in `holders`, and comes and goes as NOBODY.
    """

    paid: NDArray[np.int64]
    out_end: NDArray[np.int64]
    accounts: NDArray[np.int64]
    limits: Limits
    holder_of: NDArray[np.int32]
    used: NDArray[np.int64]
    holders: NDArray[np.int64]
    lots: NDArray[np.int64]
    ahead: NDArray[np.int64]
    queue: NDArray[np.int64]


class Found(NamedTuple):
    """What the walks found.

    Shapes: `flow` one row a payment of tainted money: lead, hop, row of the book, tainted fen,
        terminal 0/1; in time order within a lead. `holding` one row a holder and lead: lead,
        account, and the fen that came, went on, are left, and were not traced. `ends` one row a
        lead: payments looked at, and 1 if the budget cut a path.
    """

    flow: NDArray[np.int64]
    holding: NDArray[np.int64]
    ends: NDArray[np.int64]


def walk(book: Book, losses: Losses, limits: Limits) -> Found:
    """Every payment of the lost money and every holder of it, lead by lead in the order given."""
    seeds = Seeds(losses.start, book.place[losses.row], book.payer[losses.row], losses.fen)
    parts = list(_parts(book, seeds, limits))
    return Found(
        np.concatenate([part.flow for part in parts]),
        np.concatenate([part.holding for part in parts]),
        np.concatenate([part.ends for part in parts]),
    )


def _parts(book: Book, seeds: Seeds, limits: Limits) -> Iterator[Found]:
    leads = len(seeds.start) - 1
    most = int(np.diff(seeds.start).max(initial=0)) + min(limits.budget_edges, len(book.paid)) + 1
    room = _room(book, limits, most)
    found = Found(
        np.empty((most + ROOM, 5), np.int64),
        np.empty((most + ROOM, 6), np.int64),
        np.zeros((leads, 2), np.int64),
    )
    done = 0
    while True:
        begun = done
        done, rows, holders = hops.walk_some(room, seeds, found, done)
        yield Found(
            found.flow[:rows].copy(), found.holding[:holders].copy(), found.ends[begun:done]
        )
        if done == leads:
            return


def _room(book: Book, limits: Limits, most: int) -> Walk:
    # a loss transfer makes one lot, and a payment at most one more: the rest of a lot that was split
    return Walk(
        paid=book.paid,
        out_end=book.out_end,
        accounts=book.accounts,
        limits=limits,
        holder_of=np.full(len(book.accounts), NOBODY, np.int32),
        used=np.zeros(3, np.int64),
        holders=np.zeros((most, 12), np.int64),
        lots=np.zeros((2 * most, 3), np.int64),
        ahead=np.zeros((most, 4), np.int64),
        queue=np.zeros(2 * most, np.int64),
    )
