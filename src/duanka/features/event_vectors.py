"""The vectors of transfers, calls and applications, as they stood when each was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.features import flags as f
from duanka.features import register, transfers
from duanka.features.asking import (
    APPLICANTS,
    CALLS,
    HOST_NOTICES,
    HOSTS,
    NOTICES,
    TRANSFERS,
    USES,
    Questions,
    ask,
    ask_around_calls,
    ask_sides,
    hour,
)
from duanka.features.columns import Columns
from duanka.features.shares import share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.asking import Asker

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

TOLD_BY_BIT = {
    "is_own": f.OWN,
    "is_protected": f.PROTECTED,
    "is_cash": f.CASH,
    "is_merchant": f.MERCHANT,
    "is_abroad_or_crypto": f.OVERSEAS | f.CRYPTO,
    "is_machine": f.MACHINE,
    "is_scanned": f.SCANNED,
    "is_round": f.ROUND,
    "is_new_device": f.NEW_DEVICE,
    "is_emptying": f.EMPTIED,
}
CARRIED = {"depth": f.DEPTH_SHIFT, "cycle": f.CYCLE_SHIFT, "gather": f.GATHER_SHIFT}
AGAINST = {
    "of_payer_largest": "payer_out_largest_fen_90d",
    "of_payee_largest": "payee_in_largest_fen_90d",
    "of_payer_day_in": "payer_in_total_fen_1d",
    "of_payer_hour_in": "payer_in_total_fen_1h",
}


def transfer_vectors(asker: Asker, which: Ints) -> Matrix:
    """The vectors of transfers as they stood when each was made; `which` are positions in time order."""
    r, s = asker.records, asker.streams
    t = r.transfers
    at, payee = t.at[which], t.taker[which]
    out = Columns(at)
    sides = {"payer_": Questions(t.giver[which], at), "payee_": Questions(payee, at)}
    for events, asked in ((s.transfers, TRANSFERS), (s.uses, USES), (s.notices, NOTICES)):
        ask_sides(asker, out, events, asked, sides)
    for side, of in sides.items():
        out.derive(transfers.DERIVED, side)
        out.put(f"{side}age_days", register.age_days(r.accounts, of.key, at))
    _put_transfer(asker, out, which)
    out.put("payee_known", register.listed(r.accounts, payee, at))
    return out.lay_out("transfer", r)


def _put_transfer(asker: Asker, out: Columns, which: Ints) -> None:
    """What is read off the transfer itself."""
    t, s = asker.records.transfers, asker.streams
    amount, bits, since_s = t.value[which], s.event_bits[which], s.last_call_s[which]
    out.put("amount_fen", amount)
    out.put("hour", hour(t.at[which]))
    for name, mask in TOLD_BY_BIT.items():
        out.put(name, (bits & mask) != 0)
    for name, shift in CARRIED.items():
        out.put(name, (bits >> shift) & f.FIELD)
    out.put("since_call_s", np.where(since_s < 0, np.nan, since_s))
    out.put("is_first", s.first_transfers[which])
    for name, base in AGAINST.items():
        out.put(name, share(amount.astype(np.float64), out.get(base).astype(np.float64)))


def call_vectors(asker: Asker, which: Ints) -> Matrix:
    """The vectors of calls as they stood when each began; how long it took is not known yet."""
    r, s = asker.records, asker.streams
    c = r.calls
    at, caller = c.at[which], c.giver[which]
    out = Columns(at)
    sides = {"caller_": Questions(caller, at), "callee_": Questions(c.taker[which], at)}
    ask_sides(asker, out, s.calls, CALLS, sides)
    ask_around_calls(asker, out, sides["caller_"], prefix="caller_")
    card = Questions(r.card("sim", caller), at)
    for events, asked in ((s.uses, USES), (s.notices, NOTICES)):
        ask(asker, out, events, asked, card, prefix="caller_")
    first, total = out.get("callee_call_first_count_30d"), out.get("callee_call_out_count_30d")
    out.put("callee_call_first_share_30d", share(first.astype(float), total.astype(float)))
    out.put("hour", hour(at))
    out.put("is_first", s.first_calls[which])
    out.put("is_roaming", (c.flags[which] & f.ROAMING) != 0)
    out.put("caller_age_days", register.age_days(r.sims, caller, at))
    return out.lay_out("call", r)


def opening_vectors(asker: Asker) -> Matrix:
    """The vectors of all applications as they stood when each was made, in time order."""
    r, s = asker.records, asker.streams.applications
    o = r.openings
    at, holder = o["at"], o["applicant"]
    out = Columns(at)
    for name, host, events, asked in (
        ("", holder, s.applicants, APPLICANTS),
        ("companion_", o["companion"], s.companions, HOSTS),
        ("terminal_", o["terminal"], s.terminals, HOSTS),
        ("staff_", o["staff"], s.staff, HOSTS),
        ("holder_", holder, s.holder_notices, HOST_NOTICES),
        ("outlet_", o["outlet"], s.outlet_notices, HOST_NOTICES),
        ("staff_", o["staff"], s.staff_notices, HOST_NOTICES),
    ):
        ask(asker, out, events, asked, Questions(host, at), prefix=name)
    register.put_holding(r, out, holder, at)
    out.put("holder_company_count", np.full(at.size, np.nan))
    register.leave_out_own(r, out, holder, o["card"])
    out.put("hour", hour(at))
    out.put("is_sim", (o["flags"] & f.SIM) != 0)
    out.put("is_accompanied", o["companion"] >= 0)
    return out.lay_out("opening", r)
