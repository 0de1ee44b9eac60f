"""The vector of a question: what the streams answer, what is looked up as of the instant, what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from duanka.features import calls, catalogue, devices, openings, replay, taint, transfers
from duanka.features import flags as f
from duanka.features.records import UNKNOWN_AT
from duanka.features.spec import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.features.kernel import Layout
    from duanka.features.records import Cards, Records
    from duanka.features.replay import Events
    from duanka.features.spec import Derived
    from duanka.features.streams import Streams

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

KIND_CORPORATE, KIND_PAYMENT = 3, 4
LAID_AT_ONCE = 1024


@dataclass(frozen=True)
class Asker:
    """Who answers, and with how many threads."""

    records: Records
    streams: Streams
    threads: int = 1


class Columns:
    """Named columns of one length, collected in any order and laid out in the catalogue's."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._by_name: dict[str, NDArray[np.float32]] = {}

    def put(self, name: str, values: NDArray[Any]) -> None:
        """One column."""
        self._by_name[name] = np.asarray(values, dtype=np.float32)

    def block(self, names: Sequence[str], matrix: Matrix, prefix: str = "") -> None:
        """One column a name; -1 seconds since something that never happened reads as missing."""
        for at, name in enumerate(names):
            column = matrix[:, at]
            if name.endswith(("since_first_s", "since_last_s")):
                column = np.where(column < 0, np.float32("nan"), column)
            self._by_name[prefix + name] = column

    def derive(self, derived: Iterable[Derived], prefix: str = "") -> None:
        """Each derived column from those already here."""
        for d in derived:
            parts = [self._by_name[prefix + n].astype(np.float64) for n in d.needs]
            self.put(prefix + d.name, d.compute(*parts))

    def get(self, name: str) -> NDArray[np.float32]:
        """A column put before."""
        return self._by_name[name]

    def lay_out(self, subject: Subject, records: Records) -> Matrix:
        """The vectors in catalogue order, shape (questions, features); unknown where data lack it."""
        names = catalogue.names_of(subject)
        out = np.empty((self.size, len(names)), dtype=np.float32)
        # a few rows at a time, so that rows being written stay in the cache
        for begin in range(0, self.size, LAID_AT_ONCE):
            part = slice(begin, begin + LAID_AT_ONCE)
            for at, name in enumerate(names):
                out[part, at] = self._by_name[name][part]
        for what in sorted(records.lacking):
            out[:, catalogue.lacking_columns(subject, what)] = np.nan
        return out


def account_vectors(asker: Asker, account: Ints, at: Ints) -> Matrix:
    """The vectors of accounts as they stood at `at`, shape (questions, features).

    Units: `account` dense index; `at` UTC microseconds.
    """
    r, s = asker.records, asker.streams
    out = Columns(account.size)
    _ask(asker, out, Asked(s.transfers, transfers.LAYOUT, transfers.NAMES), account, at)
    out.derive(transfers.DERIVED)
    _card_columns(asker, out, r.accounts, account, at)
    kind = r.accounts.kind[account]
    out.put("is_corporate", kind == KIND_CORPORATE)
    out.put("is_payment", kind == KIND_PAYMENT)
    out.put("is_low_class", (kind == 1) | (kind == 2))
    _bound_sim(asker, out, account, at)
    return out.lay_out("account", r)


def sim_vectors(asker: Asker, sim: Ints, at: Ints) -> Matrix:
    """The vectors of phone cards as they stood at `at`, shape (questions, features)."""
    r = asker.records
    out = Columns(sim.size)
    _ask_calls(asker, out, sim, at)
    _card_columns(asker, out, r.sims, sim, at)
    out.put("is_iot", r.sims.kind[sim] == 1)
    _bound_accounts(asker, out, sim, at)
    return out.lay_out("sim", r)


def transfer_vectors(asker: Asker, which: Ints) -> Matrix:
    """The vectors of transfers as they stood when each was made; `which` are positions in time order."""
    r, s = asker.records, asker.streams
    t = r.transfers
    at, payer, payee = t.at[which], t.giver[which], t.taker[which]
    out = Columns(which.size)
    asked = Asked(s.transfers, transfers.LAYOUT, transfers.NAMES)
    for side, account in (("payer_", payer), ("payee_", payee)):
        _ask(asker, out, asked, account, at, prefix=side)
        out.derive(transfers.DERIVED, side)
        uses = Asked(s.uses, devices.USE_LAYOUT, devices.USE_NAMES)
        _ask(asker, out, uses, account, at, prefix=side)
        _ask(asker, out, Asked(s.notices, taint.LAYOUT, taint.NAMES), account, at, prefix=side)
        out.put(f"{side}age_days", _age_days(r.accounts, account, at))
    _transfer_event(out, t.value[which], s.event_bits[which], at)
    out.put("since_call_s", np.where(s.last_call_s[which] < 0, np.nan, s.last_call_s[which]))
    out.put("is_first", _first_between(t.giver, t.taker)[which])
    out.put("payee_known", r.accounts.since[payee] != UNKNOWN_AT)
    amount = t.value[which].astype(np.float64)
    for name, base in (
        ("of_payer_largest", "payer_out_largest_fen_90d"),
        ("of_payee_largest", "payee_in_largest_fen_90d"),
        ("of_payer_day_in", "payer_in_total_fen_1d"),
        ("of_payer_hour_in", "payer_in_total_fen_1h"),
    ):
        out.put(name, transfers.share(amount, out.get(base).astype(np.float64)))
    return out.lay_out("transfer", r)


def call_vectors(asker: Asker, which: Ints) -> Matrix:
    """The vectors of calls as they stood when each began; how long it took is not known yet."""
    r, s = asker.records, asker.streams
    c = r.calls
    at, caller = c.at[which], c.giver[which]
    out = Columns(which.size)
    _ask_calls(asker, out, caller, at, prefix="caller_")
    card = r.card("sim", caller)
    uses = Asked(s.uses, devices.USE_LAYOUT, devices.USE_NAMES)
    _ask(asker, out, uses, card, at, prefix="caller_")
    _ask(asker, out, Asked(s.notices, taint.LAYOUT, taint.NAMES), card, at, prefix="caller_")
    called = Asked(s.calls, calls.CALL_LAYOUT, calls.CALL_NAMES)
    _ask(asker, out, called, c.taker[which], at, prefix="callee_")
    first, total = out.get("callee_call_first_count_30d"), out.get("callee_call_out_count_30d")
    out.put(
        "callee_call_first_share_30d", transfers.share(first.astype(float), total.astype(float))
    )
    out.put("hour", _hour(at))
    out.put("is_first", _first_between(c.giver, c.taker)[which])
    out.put("is_roaming", (c.flags[which] & f.ROAMING) != 0)
    out.put("caller_age_days", _age_days(r.sims, caller, at))
    return out.lay_out("call", r)


def opening_vectors(asker: Asker) -> Matrix:
    """The vectors of all applications as they stood when each was made, in time order."""
    r, s = asker.records, asker.streams
    o = r.openings
    at, holder = o["at"], o["applicant"]
    out = Columns(at.size)
    by_applicant = Asked(s.applicants, openings.APPLICANT_LAYOUT, openings.APPLICANT_NAMES)
    _ask(asker, out, by_applicant, holder, at)
    hosts = (("companion", s.companions), ("terminal", s.terminals), ("staff", s.staff))
    for name, events in hosts:
        asked = Asked(events, openings.HOST_LAYOUT, openings.HOST_NAMES)
        _ask(asker, out, asked, o[name], at, prefix=f"{name}_")
    flagged = (
        ("holder", holder, s.holder_notices),
        ("outlet", o["outlet"], s.outlet_notices),
        ("staff", o["staff"], s.staff_notices),
    )
    for name, host, events in flagged:
        asked = Asked(events, openings.NOTICE_LAYOUT, openings.NOTICE_NAMES)
        _ask(asker, out, asked, host, at, prefix=f"{name}_")
    institution = np.full(at.size, -1, dtype=np.int64)
    _holding(r, out, holder, institution, at)
    _without_own(r, out, o["card"], at)
    out.put("hour", _hour(at))
    out.put("is_sim", (o["flags"] & f.SIM) != 0)
    out.put("is_accompanied", o["companion"] >= 0)
    return out.lay_out("opening", r)


@dataclass(frozen=True)
class Asked:
    """A stream and how it answers."""

    events: Events
    layout: Layout
    names: tuple[str, ...]


def _ask(
    asker: Asker, out: Columns, asked: Asked, key: Ints, at: Ints, *, prefix: str = ""
) -> None:
    """The stream's answers as columns; missing where the key is unknown or the stream has no events."""
    matrix = np.full((key.size, len(asked.names)), np.nan, dtype=np.float32)
    have = np.flatnonzero(key >= 0)
    if asked.events.at.size and have.size:
        questions = replay.ask(key[have], at[have], asked.events)
        matrix[have] = replay.answer(
            asked.events,
            questions,
            asked.layout,
            names=asked.names,
            threads=asker.threads,
            dtype=np.float32,
        )
    out.block(asked.names, matrix, prefix)


def _ask_calls(asker: Asker, out: Columns, sim: Ints, at: Ints, *, prefix: str = "") -> None:
    s = asker.streams
    for asked in (
        Asked(s.calls, calls.CALL_LAYOUT, calls.CALL_NAMES),
        Asked(s.paid, calls.PAID_LAYOUT, calls.PAID_NAMES),
        Asked(s.messages, calls.MESSAGE_LAYOUT, calls.MESSAGE_NAMES),
    ):
        _ask(asker, out, asked, sim, at, prefix=prefix)
    out.derive(calls.DERIVED, prefix)


def _card_columns(asker: Asker, out: Columns, cards: Cards, of: Ints, at: Ints) -> None:
    r, s = asker.records, asker.streams
    card = of if cards is r.accounts else r.card("sim", of)
    for asked in (
        Asked(s.uses, devices.USE_LAYOUT, devices.USE_NAMES),
        Asked(s.places, devices.PLACE_LAYOUT, devices.PLACE_NAMES),
        Asked(s.notices, taint.LAYOUT, taint.NAMES),
    ):
        _ask(asker, out, asked, card, at)
    by_applicant = Asked(s.applicants, openings.APPLICANT_LAYOUT, openings.APPLICANT_NAMES)
    _ask(asker, out, by_applicant, cards.holder[of], at)
    out.put("age_days", _age_days(cards, of, at))
    _holding(r, out, cards.holder[of], cards.institution[of], at, kind=cards)


def _age_days(cards: Cards, of: Ints, at: Ints) -> NDArray[np.float64]:
    since = (
        np.where(of >= 0, cards.since[of], UNKNOWN_AT)
        if cards.since.size
        else np.full(of.size, UNKNOWN_AT)
    )
    return np.where(since == UNKNOWN_AT, np.nan, (at - since) / DAY)


def _hour(at: Ints) -> Ints:
    return (at // HOUR + 8) % 24


def _holding(
    r: Records,
    out: Columns,
    holder: Ints,
    institution: Ints,
    at: Ints,
    *,
    kind: Cards | None = None,
) -> None:
    """How many cards the holder had, of each kind and opened lately, as of the instant."""
    lately = np.zeros(holder.size, dtype=np.int64)
    for name, cards in (("holder_account_count", r.accounts), ("holder_sim_count", r.sims)):
        held = count_before(cards.holder, cards.since, holder, at)
        lately += held - count_before(cards.holder, cards.since, holder, at - 30 * DAY)
        out.put(name, np.where(holder < 0, np.nan, held))
    out.put("holder_opened_30d", np.where(holder < 0, np.nan, lately))
    if kind is None:
        out.put("holder_company_count", np.full(holder.size, np.nan))
        return
    pair = np.where(kind.holder >= 0, kind.holder * 100_000 + kind.institution, -1)
    asked = np.where(holder >= 0, holder * 100_000 + institution, -1)
    at_company = count_before(pair, kind.since, asked, at)
    out.put("holder_company_count", np.where(asked < 0, np.nan, at_company))


def _without_own(r: Records, out: Columns, card: Ints, at: Ints) -> None:
    """The card an application led to is not among those held: registers round its opening down."""
    size = r.accounts.index.size
    for name, cards, of in (
        ("holder_account_count", r.accounts, np.where(card < size, card, -1)),
        ("holder_sim_count", r.sims, np.where(card >= size, card - size, -1)),
    ):
        counted = own_counted(cards, of, at)
        out.put(name, out.get(name) - counted)
        out.put("holder_opened_30d", out.get("holder_opened_30d") - counted)


def own_counted(cards: Cards, of: Ints, at: Ints) -> Ints:
    """1 where the card itself stands on the register before `at`, so that a count has counted it."""
    since = cards.since[np.maximum(of, 0)] if cards.since.size else np.zeros(of.size)
    return ((of >= 0) & (since < at)).astype(np.int64)


def count_before(owner: Ints, since: Ints, asked: Ints, at: Ints) -> Ints:
    """How many of the asked owner's cards were opened before `at`."""
    have = owner >= 0
    owners, times = np.unique(owner[have]), np.unique(since[have])
    if owners.size == 0:
        return np.zeros(asked.size, dtype=np.int64)
    # owner and rank of time in one sortable number: exact, and flat for holders of many cards
    span = times.size + 1
    held = np.searchsorted(owners, owner[have]) * span + np.searchsorted(times, since[have])
    held.sort()
    who = np.searchsorted(owners, asked)
    known = owners[np.minimum(who, owners.size - 1)] == asked
    until = who * span + np.searchsorted(times, at)
    count = np.searchsorted(held, until) - np.searchsorted(held, who * span)
    return np.where(known, count, 0)


def _bound_sim(asker: Asker, out: Columns, account: Ints, at: Ints) -> None:
    r, s = asker.records, asker.streams
    sim = r.accounts.sim[account]
    bound = Columns(account.size)
    for asked, key in (
        (Asked(s.calls, calls.CALL_LAYOUT, calls.CALL_NAMES), sim),
        (Asked(s.messages, calls.MESSAGE_LAYOUT, calls.MESSAGE_NAMES), sim),
        (Asked(s.uses, devices.USE_LAYOUT, devices.USE_NAMES), r.card("sim", sim)),
    ):
        _ask(asker, bound, asked, key, at)
    for name in (*catalogue.BOUND_CALLS, *catalogue.BOUND_MESSAGES, *catalogue.BOUND_USES):
        out.put(f"bound_{name}", bound.get(name))
    out.put("has_bound_sim", sim >= 0)
    out.put("bound_age_days", _age_days(r.sims, sim, at))
    out.put("bound_apart", _apart(asker, account, sim, at))


def _apart(asker: Asker, account: Ints, sim: Ints, at: Ints) -> NDArray[np.float64]:
    """1 where the account's latest device was never seen with its phone card, NaN where either is unknown."""
    r, latest = asker.records, asker.streams.latest
    card = r.card("sim", sim)
    asked = pl.DataFrame({"n": np.arange(at.size), "card": account, "sim": card, "at": at}).sort(
        "at"
    )
    if latest.height == 0:
        return np.full(at.size, np.nan)
    found = asked.join_asof(
        latest.sort("at"),
        on="at",
        by="card",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    seen = latest.group_by("card", "device").agg(pl.col("at").min().alias("since"))
    any_use = latest.group_by("card").agg(pl.col("at").min().alias("sim_since"))
    found = found.join(seen, left_on=["sim", "device"], right_on=["card", "device"], how="left")
    found = found.join(any_use, left_on="sim", right_on="card", how="left").sort("n")
    known = (found["sim_since"] < found["at"]) & found["device"].is_not_null()
    together = (found["since"] < found["at"]).fill_null(value=False)
    value = (~together).cast(pl.Float64).to_numpy()
    return np.where(known.fill_null(value=False).to_numpy(), value, np.nan)


def _bound_accounts(asker: Asker, out: Columns, sim: Ints, at: Ints) -> None:
    """The most of each of a few columns over the accounts bound to the phone card."""
    r, s = asker.records, asker.streams
    account = np.flatnonzero(r.accounts.sim >= 0)
    pairs = (
        pl.DataFrame({"sim": sim, "at": at, "n": np.arange(sim.size)})
        .join(pl.DataFrame({"sim": r.accounts.sim[account], "account": account}), on="sim")
        .sort("n", "account")
    )
    n = pairs["n"].to_numpy()
    held = Columns(n.size)
    asked = Asked(s.transfers, transfers.LAYOUT, transfers.NAMES)
    _ask(asker, held, asked, pairs["account"].to_numpy(), pairs["at"].to_numpy())
    for name in catalogue.SIM_ACCOUNT:
        most = np.full(sim.size, np.nan, dtype=np.float32)
        np.fmax.at(most, n, held.get(name))
        out.put(f"account_{name}", most)
    out.put("bound_account_count", np.bincount(n, minlength=sim.size))


def _transfer_event(out: Columns, amount: Ints, bits: Ints, at: Ints) -> None:
    out.put("amount_fen", amount)
    out.put("hour", _hour(at))
    for name, mask in (
        ("is_own", f.OWN),
        ("is_protected", f.PROTECTED),
        ("is_cash", f.CASH),
        ("is_merchant", f.MERCHANT),
        ("is_abroad_or_crypto", f.OVERSEAS | f.CRYPTO),
        ("is_machine", f.MACHINE),
        ("is_scanned", f.SCANNED),
        ("is_round", f.ROUND),
        ("is_new_device", f.NEW_DEVICE),
        ("is_emptying", f.EMPTIED),
    ):
        out.put(name, (bits & mask) != 0)
    for name, shift in (
        ("depth", f.DEPTH_SHIFT),
        ("cycle", f.CYCLE_SHIFT),
        ("gather", f.GATHER_SHIFT),
    ):
        out.put(name, (bits >> shift) & f.FIELD)


def _first_between(giver: Ints, taker: Ints) -> NDArray[np.bool_]:
    frame = pl.DataFrame({"a": giver, "b": taker})
    return frame.select(pl.struct("a", "b").is_first_distinct().alias("first"))["first"].to_numpy()
