"""What the opening limits need: cards held with the company by kind, and who came along or applied just before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features.vectors import count_before

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.records import Cards, Records
    from duanka.policy.dated import Regime

    Ints = NDArray[np.int64]

_KINDS = {"class_1": 0, "class_2": 1, "class_3": 2, "payment": 4}
_CLASSES = ("class_1", "class_2", "class_3")


def opening_facts(
    records: Records, regime: Regime, *, companies: pl.Series | None = None
) -> pl.DataFrame:
    """For each application in time order: asked_kind, cards held with the company by kind, batch counts.

    The limits are on natural persons: of applicants among `companies` nothing is counted as held.

    Columns: asked_kind, sims_held, iot_held, class_1_held, class_2_held, class_3_held, payment_held,
        debit_cards_held, companion_applicants, terminal_applicants.
    """
    accounts, sims = records.accounts, records.sims
    asked = _asked(records, companies)
    columns = {
        f"{name}_held": _held(accounts, accounts.kind == code, asked, asked.account)
        for name, code in _KINDS.items()
    }
    columns["sims_held"] = _held(sims, sims.kind == 0, asked, asked.sim)
    columns["iot_held"] = _held(sims, sims.kind == 1, asked, asked.sim)
    columns["debit_cards_held"] = sum(
        (columns[f"{c}_held"] for c in _CLASSES), np.zeros(asked.at.size, dtype=np.int64)
    )
    columns["companion_applicants"] = _applicants(
        records, "companion", f"{int(regime.number('opening.companion_window_days'))}d"
    )
    columns["terminal_applicants"] = _applicants(
        records, "terminal", f"{int(regime.number('opening.terminal_window_minutes'))}m"
    )
    return pl.DataFrame(columns).with_columns(asked_kind=_asked_kind(records))


@dataclass(frozen=True)
class _Asked:
    """Who asked which company, as one number (-1 where nothing is counted), when, and for which card.

    Shapes: one entry an application. `span` companies share one holder's range of numbers.
    """

    owner: Ints
    at: Ints
    account: Ints
    sim: Ints
    span: int


def _asked(records: Records, companies: pl.Series | None) -> _Asked:
    company, holder = _company(records), records.openings["applicant"]
    cards = (records.accounts, records.sims)
    span = 1 + max(int(i.max(initial=0)) for i in (company, *(c.institution for c in cards)))
    person = holder >= 0
    if companies is not None:
        person &= ~np.isin(holder, records.holders.find(companies))
    card, size = records.openings["card"], records.accounts.index.size
    return _Asked(
        owner=np.where(person & (company >= 0), holder * span + company, -1),
        at=records.openings["at"],
        account=np.where(card < size, card, -1),
        sim=np.where(card >= size, card - size, -1),
        span=span,
    )


def _held(cards: Cards, keep: NDArray[np.bool_], asked: _Asked, own: Ints) -> Ints:
    """How many of these cards the applicant held there before; the card applied for is not among them."""
    known = (cards.holder >= 0) & (cards.institution >= 0) & keep
    owner = np.where(known, cards.holder * asked.span + cards.institution, -1)
    count = np.where(asked.owner >= 0, count_before(owner, cards.since, asked.owner, asked.at), 0)
    found = np.flatnonzero((own >= 0) & (asked.owner >= 0))
    card = own[found]
    # a register may date the card before its application, or name another holder
    count[found] -= (owner[card] == asked.owner[found]) & (cards.since[card] < asked.at[found])
    return count


def _company(records: Records) -> Ints:
    """The institution of each application: its card's, or that of the cards of its outlet."""
    card = records.openings["card"]
    of_card = np.concatenate([records.accounts.institution, records.sims.institution])
    of_outlet = np.full(records.outlets.size + 1, -1, dtype=np.int64)
    for cards in (records.accounts, records.sims):
        of_outlet[cards.outlet] = cards.institution
    of_outlet[-1] = -1
    own = np.where(card >= 0, of_card[np.maximum(card, 0)], -1) if of_card.size else card
    return np.where(own >= 0, own, of_outlet[records.openings["outlet"]])


def _asked_kind(records: Records) -> pl.Series:
    """The kind of card asked for, where the register tells; an application refused leaves it unknown."""
    words = np.array(
        ["class_1", "class_2", "class_3", "corporate", "payment", "sim", "iot", "unknown"]
    )
    kind = np.concatenate(
        [records.accounts.kind, np.where(records.sims.kind >= 0, records.sims.kind + 5, -1)]
    )
    card = records.openings["card"]
    code = np.where(card >= 0, kind[np.maximum(card, 0)], -1) if kind.size else card
    is_sim = (records.frames["opening"]["card_kind"].cast(pl.String) == "sim").to_numpy()
    code = np.where(code >= 0, code, np.where(is_sim, 5, 7))
    return pl.Series("asked_kind", words[code])


def _applicants(records: Records, host: str, period: str) -> Ints:
    """Different applicants of the host in the period up to and with each application; 0 without a host."""
    o = records.openings
    frame = pl.DataFrame(
        {"n": np.arange(o["at"].size), "host": o[host], "who": o["applicant"], "at": o["at"]}
    ).filter(pl.col("host") >= 0)
    out = np.zeros(o["at"].size, dtype=np.int64)
    if frame.height == 0:
        return out
    frame = frame.with_columns(pl.from_epoch("at", time_unit="us")).sort("host", "at", "n")
    counted = frame.rolling("at", period=period, group_by="host").agg(
        pl.col("who").n_unique().alias("count"), pl.col("n").last()
    )
    # rows of one instant share a window; each still finds its own line by position
    out[frame["n"].to_numpy()] = counted["count"].to_numpy()
    return out
