"""The vectors of cards, accounts and phone cards, as they stood at an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import given, register, transfers
from duanka.features.apart import apart
from duanka.features.asking import (
    APPLICANTS,
    CALLS,
    MESSAGES,
    NOTICES,
    PLACES,
    TRANSFERS,
    USES,
    Questions,
    ask,
    ask_calls,
)
from duanka.features.columns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.asking import Asker
    from duanka.features.records import Cards

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

CLASS_2, CLASS_3, CORPORATE, PAYMENT = 1, 2, 3, 4
IOT = 1


def account_vectors(asker: Asker, account: Ints, at: Ints) -> Matrix:
    """The vectors of accounts as they stood at `at`, shape (questions, features).

    Units: `account` dense index; `at` UTC microseconds.
    """
    r, s = asker.records, asker.streams
    out = Columns(at)
    ask(asker, out, s.transfers, TRANSFERS, Questions(account, at))
    out.derive(transfers.DERIVED)
    _put_card(asker, out, r.accounts, account, at)
    kind = r.accounts.said(r.accounts.kind, account, at)
    out.put("is_corporate", kind == CORPORATE)
    out.put("is_payment", kind == PAYMENT)
    out.put("is_low_class", (kind == CLASS_2) | (kind == CLASS_3))
    _put_bound_sim(asker, out, account, at)
    return out.lay_out("account", r)


def sim_vectors(asker: Asker, sim: Ints, at: Ints) -> Matrix:
    """The vectors of phone cards as they stood at `at`, shape (questions, features).

    Units: `sim` dense index; `at` UTC microseconds.
    """
    r = asker.records
    out = Columns(at)
    ask_calls(asker, out, Questions(sim, at))
    _put_card(asker, out, r.sims, sim, at)
    out.put("is_iot", r.sims.said(r.sims.kind, sim, at) == IOT)
    _put_bound_accounts(asker, out, sim, at)
    return out.lay_out("sim", r)


def _put_card(asker: Asker, out: Columns, cards: Cards, of: Ints, at: Ints) -> None:
    """What is asked of cards of either kind."""
    r, s = asker.records, asker.streams
    card = Questions(of if cards is r.accounts else r.card("sim", of), at)
    for events, asked in ((s.uses, USES), (s.places, PLACES), (s.notices, NOTICES)):
        ask(asker, out, events, asked, card)
    holder = cards.said(cards.holder, of, at)
    by_holder = s.applications.applicants
    ask(asker, out, by_holder, APPLICANTS, Questions(holder, at))
    out.put("age_days", register.age_days(cards, of, at))
    register.put_holding(r, out, holder, at)
    register.put_at_company(out, cards, of, at)


def _put_bound_sim(asker: Asker, out: Columns, account: Ints, at: Ints) -> None:
    r, s = asker.records, asker.streams
    sim = r.accounts.said(r.accounts.sim, account, at)
    bound = Columns(at)
    for events, asked, key in (
        (s.calls, CALLS, sim),
        (s.messages, MESSAGES, sim),
        (s.uses, USES, r.card("sim", sim)),
    ):
        ask(asker, bound, events, asked, Questions(key, at))
    for name in (*given.BOUND_CALLS, *given.BOUND_MESSAGES, *given.BOUND_USES):
        out.put(f"bound_{name}", bound.get(name))
    out.put("has_bound_sim", sim >= 0)
    out.put("bound_age_days", register.age_days(r.sims, sim, at))
    out.put("bound_apart", apart(s.latest, account, r.card("sim", sim), at))


def _put_bound_accounts(asker: Asker, out: Columns, sim: Ints, at: Ints) -> None:
    """The most of each of a few columns over the accounts bound to the phone card."""
    accounts = asker.records.accounts
    account = np.flatnonzero(accounts.sim >= 0)
    bound = pl.DataFrame(
        {"sim": accounts.sim[account], "account": account, "since": accounts.since[account]}
    )
    pairs = pl.DataFrame({"sim": sim, "at": at}).with_row_index("n").join(bound, on="sim")
    pairs = pairs.filter(pl.col("since") < pl.col("at")).sort("n", "account")
    n = pairs["n"].to_numpy()
    questions = Questions(pairs["account"].to_numpy(), pairs["at"].to_numpy())
    held = Columns(questions.at)
    ask(asker, held, asker.streams.transfers, TRANSFERS, questions)
    for name in given.SIM_ACCOUNT:
        most = np.full(sim.size, np.nan, dtype=np.float32)
        np.fmax.at(most, n, held.get(name))
        out.put(f"account_{name}", most)
    out.put("bound_account_count", np.bincount(n, minlength=sim.size))
