"""A ring by hand with every role in it, and honest people who look a little like each."""

from __future__ import annotations

import datetime as dt

import polars as pl

from duanka import tables
from duanka.network.role_cards import know
from duanka.policy import dated

T0 = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
AS_OF = T0 + dt.timedelta(days=60)
REGIME = dated.load().at(AS_OF.date())
NOBODY = pl.DataFrame(
    schema={"network_id": pl.String, "subject_kind": pl.String, "subject_id": pl.String}
)
NO_FLOW = tables.empty("flow")
SELLERS = ("S1", "S2", "S3", "S4")
PEOPLE = ("DEALER", "HEAD", "MONEY", "MINDER", "HANDS", "FINDER", "AGENT", "ABROAD", "FRIEND",
          "VICTIM", "RUNS", "PARENT", *SELLERS, *(f"H{n}" for n in range(40)))  # fmt: skip


def day(n):
    return T0 + dt.timedelta(days=n)


def frame(name, rows):
    """Rows of a table of the contract in time order, what is not told left empty."""
    columns = [info.name for info in tables.columns(name)]
    full = [{c: row.get(c) for c in columns} for row in rows]
    if not full:
        return tables.empty(name)
    made = tables.typed(name, pl.DataFrame(full, infer_schema_length=None))
    time = tables.time_of(name)
    return made.sort(time) if time else made


def account(n, holder, **more):
    return {"account_id": n, "account_kind": "class_1", "holder_id": holder, "institution_id": "b",
            "outlet_id": "u1", "staff_id": "f1", "opened_at": day(-300), **more}  # fmt: skip


def sim(n, holder, **more):
    return {"sim_id": n, "sim_kind": "phone", "holder_id": holder, "institution_id": "o",
            "activated_at": day(-300), **more}  # fmt: skip


def paid(n, at, payer, payee, yuan, **more):
    return {"transfer_id": n, "at": day(at), "payer_id": payer, "payee_id": payee,
            "amount_fen": yuan * 100, **more}  # fmt: skip


def called(n, at, caller, callee, seconds=120, **more):
    return {"call_id": n, "at": day(at), "caller_id": caller, "callee_id": callee,
            "duration_s": seconds, **more}  # fmt: skip


def used(at, card, device, kind="account", **more):
    return {"at": day(at), "card_kind": kind, "card_id": card, "device_id": device, **more}


def opening(n, at, card, applicant, companion=None, **more):
    return {"opening_id": n, "at": day(at), "card_kind": "account", "card_id": card, "applicant_id": applicant,
            "outlet_id": "u1", "staff_id": "f2", "companion_id": companion, "outcome": "opened", **more}  # fmt: skip


def scores(**cards):
    """The first columns of the table `score`; ids that begin with s- are SIMs."""
    return pl.DataFrame({
        "card_kind": ["sim" if n.startswith("s-") else "account" for n in cards],
        "card_id": list(cards), "score": list(map(float, cards.values())),
        "reasons": pl.Series([[] for _ in cards], dtype=pl.List(pl.String)),
    })  # fmt: skip


def own(person):
    """The ids of a person's account, SIM and device."""
    return f"a-{person}", f"s-{person}", f"d-{person}"


def _money():
    """The dealer buys, the head pays him, the financier pays the head; passers-by pay the sold cards."""
    rows = []
    for n, seller in enumerate(SELLERS):
        rows.append(paid(f"price{n}", 29 + n / 10, "a-DEALER", f"a-{seller}", 600))
        for k in range(6):
            at = 30 + k / 10 + n / 100
            rows.append(paid(f"in{n}-{k}", at, f"x-{n}-{k}", f"b-{seller}", 9_000))
            rows.append(paid(f"out{n}-{k}", at + 0.02, f"b-{seller}", f"y-{n}-{k}", 8_900, device_id="d-RING"))  # fmt: skip
    rows += [paid(f"fund{k}", 27 + k, "a-HEAD", "a-DEALER", 5_000) for k in range(3)]
    rows.append(paid("gold", 26, "a-MONEY", "a-HEAD", 18_000))
    rows.append(paid("leave", 30.5, "b-S1", "z-out", 20_000))
    rows.append(paid("back", 33, "z-out", "a-MONEY", 18_000))
    rows += [paid(f"wage-{who}-{k}", 31 + k, "a-DEALER", f"a-{who}", 800)
             for who in ("MINDER", "HANDS") for k in range(5)]  # fmt: skip
    rows += [paid(f"head{k}", 30 + k, "a-DEALER", "a-FINDER", 300) for k in range(4)]
    rows.append(paid("lost", 30.31, "a-VICTIM", "b-S1", 9_000))
    # friends pay each other, both ways, before and after
    rows += [paid(f"pal{k}", 3 + k * 8, *(("a-DEALER", "a-FRIEND")[:: 1 if k % 2 else -1]), 400) for k in range(7)]  # fmt: skip
    rows += [paid(f"h{n}", n, f"a-H{n}", f"a-H{(n + 1) % 40}", 120) for n in range(40)]
    for k in range(14):
        rows.append(paid(f"run{k}", 35 + k / 10, f"r-{k}", "b-RUNS", 1_000, channel="qr"))
        rows.append(paid(f"ran{k}", 35.03 + k / 10, "b-RUNS", f"t-{k}", 970, device_id="d-RUNS"))
    return rows


def _talk():
    rows = [called(f"deal{n}-{k}", 28 + k, "s-DEALER", f"s-{s}") for n, s in enumerate(SELLERS) for k in range(2)]  # fmt: skip
    rows += [called(f"find{n}", 25 + n / 10, "s-FINDER", f"s-{s}") for n, s in enumerate(SELLERS)]
    rows += [called(f"once{n}", 24 + n / 30, "s-FINDER", f"o-{n}", 0) for n in range(50)]
    for who, other in (
        ("MINDER", "DEALER"),
        ("HANDS", "DEALER"),
        ("HEAD", "DEALER"),
        ("ABROAD", "HEAD"),
    ):
        rows += [called(f"{who}{k}", 28 + k, f"s-{who}", f"s-{other}") for k in range(8)]
    rows += [called(f"pal-call{k}", 2 + k * 5, "s-FRIEND", "s-DEALER") for k in range(11)]
    rows.append(called("scam", 30.2, "o-scam", "s-VICTIM", 1_500))
    rows += [called(f"hc{n}-{k}", n + k, f"s-H{n}", f"s-H{(n + 3) % 40}") for n in range(40) for k in range(3)]  # fmt: skip
    return rows


def _seen():
    rows = []
    for who in PEOPLE:
        a, s, d = own(who)
        rows += [used(k, a, d) for k in (1, 9, 17, 25, 33)]
        rows += [used(k + 0.5, s, d, "sim") for k in (1, 9, 17, 25, 33)]
    for seller in SELLERS:
        rows += [used(29.5 + k / 5, f"b-{seller}", "d-RING") for k in range(6)]
    rows += [used(34.5 + k / 5, "b-RUNS", "d-RUNS") for k in range(6)]
    rows += [used(27 + k, "a-ABROAD", "d-ABROAD", abroad=True) for k in range(9)]
    return rows


def ring():
    """The frames of the town, and its scores: the sold cards b-S1 to b-S4 and the runner's b-RUNS."""
    accounts = [account(own(who)[0], who) for who in PEOPLE]
    accounts += [account(f"b-{s}", s, opened_at=day(27), staff_id="f2") for s in SELLERS]
    accounts.append(account("b-RUNS", "RUNS"))
    openings = [opening(f"n{s}", 27, f"b-{s}", s, "MINDER") for s in SELLERS]
    openings += [opening(f"nH{n}", 5, f"a-H{n}", f"H{n}", "PARENT" if n < 2 else None) for n in range(20)]  # fmt: skip
    frames = {
        "person": frame("person", [{"person_id": who} for who in PEOPLE]),
        "account": frame("account", accounts),
        "sim": frame("sim", [sim(own(who)[1], who) for who in PEOPLE]),
        "opening": frame("opening", openings),
        "transfer": frame("transfer", _money()),
        "call": frame("call", _talk()),
        "device_use": frame("device_use", _seen()),
    }
    return frames, scores(**{f"b-{s}": 0.95 for s in SELLERS}, **{"b-RUNS": 0.9, "a-H1": 0.01})


def known(frames=None, score=None):
    """What is known of the ring, or of these frames and scores."""
    if frames is None:
        frames, score = ring()
    return know(frames, score, as_of=AS_OF, rules=REGIME)


def values(signals, name):
    """A signal's value by subject."""
    rows = signals.filter(pl.col("signal") == name)
    return dict(zip(rows["subject_id"], rows["value"].round(3), strict=True))
