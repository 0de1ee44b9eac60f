"""Applications for cards, and notices on cards, told to those behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import flags as f
from duanka.features.replay import Events

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.records import Records

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Applications:
    """Applications by applicant, companion, terminal and staff; notices by who holds or opened the card."""

    applicants: Events
    companions: Events
    terminals: Events
    staff: Events
    holder_notices: Events
    outlet_notices: Events
    staff_notices: Events


def applications(records: Records) -> Applications:
    """The streams that an application is judged by."""
    accounts, sims = records.accounts, records.sims
    return Applications(
        applicants=_by(records, "applicant", "outlet"),
        companions=_by(records, "companion", "applicant"),
        terminals=_by(records, "terminal", "applicant"),
        staff=_by(records, "staff", "applicant"),
        holder_notices=_flagged(records, accounts.holder, sims.holder),
        outlet_notices=_flagged(records, accounts.outlet, sims.outlet),
        staff_notices=_flagged(records, accounts.staff, sims.staff),
    )


def _by(records: Records, host: str, guest: str) -> Events:
    o = records.openings
    have = np.flatnonzero(o[host] >= 0)
    ones, at = np.ones(have.size, dtype=np.int64), o["at"][have]
    return Events(o[host][have], o[guest][have], at, ones, o["flags"][have] | f.IN, at)


def _flagged(records: Records, of_account: Ints, of_sim: Ints) -> Events:
    """Notices told to whoever the card belongs to, once both the notice and the card's row were known."""
    card, told = records.notices["card"], records.notices["at"]
    host = np.append(np.concatenate([of_account, of_sim]), -1)[card]
    since = np.append(np.concatenate([records.accounts.since, records.sims.since]), 0)[card]
    at = np.maximum(told, since)
    have = np.flatnonzero((host >= 0) & (card >= 0))
    have = have[np.argsort(at[have], kind="stable")]
    ones, bits = np.ones(have.size, dtype=np.int64), records.notices["flags"][have]
    return Events(host[have], card[have], at[have], ones, bits | f.IN, at[have])
