"""The suspected flow of the past replayed without some of its payments: how much would not have moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

OUTSIDE = -1


class Past(NamedTuple):
    """Payments of the past in time order.

    Shapes: one a payment each. `payer`, `payee` number suspected accounts, OUTSIDE where the side is
        not suspected. `entry` is what of a payment from outside is taken for illicit, in fen; a payment
        of a suspected account carries illicit money as far as it holds any. `weight` is how much the
        payment says of the days to come.
    """

    payer: Ints
    payee: Ints
    amount: Ints
    entry: Floats
    weight: Floats
    accounts: int


@njit(cache=True)
def stopped(past: Past, blocked: NDArray[np.bool_], pools: Floats) -> float:
    """The weighed illicit flow, in fen, that does not move if the blocked payments do not.

    What an account holds mixes: of the illicit money that it held in the past, the part that would
    still have come flows on in proportion. Each hop of money is counted once, however many of the
    blocked payments lie on its way.

    Shapes: `blocked` one a payment; `pools` (accounts, 2), overwritten.
    """
    pools[:] = 0.0
    lost = 0.0
    for i in range(len(past.payer)):
        a, b = past.payer[i], past.payee[i]
        if a >= 0:
            held = pools[a, 0]
            moved = min(float(past.amount[i]), held)
            still = moved * pools[a, 1] / held if held > 0 else 0.0
            pools[a, 0] -= moved
            pools[a, 1] -= still
        else:
            moved = past.entry[i]
            still = moved
        if blocked[i]:
            still = 0.0
        lost += past.weight[i] * (moved - still)
        if b >= 0:
            pools[b, 0] += moved
            pools[b, 1] += still
    return lost


def room(past: Past) -> Floats:
    """Working memory for `stopped`."""
    return np.zeros((max(past.accounts, 1), 2))
