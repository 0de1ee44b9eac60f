"""A small town by hand: two rings with a device each, a family, a repairer, a dealer, a courier, victims."""

from __future__ import annotations

import datetime as dt

import polars as pl

from duanka import tables
from duanka.policy import dated

T0 = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
AS_OF = T0 + dt.timedelta(days=40)
REGIME = dated.load().at(AS_OF.date())


def hour(n):
    return T0 + dt.timedelta(hours=n)


def frame(name, rows):
    """Rows of a table of the contract, what is not told left empty."""
    columns = [info.name for info in tables.columns(name)]
    full = [{c: row.get(c) for c in columns} for row in rows]
    return tables.typed(
        name, pl.DataFrame(full, infer_schema_length=None) if full else tables.empty(name)
    )


def account(n, holder, **more):
    return {
        "account_id": n, "account_kind": "class_1", "holder_id": holder, "institution_id": "b",
        "opened_at": T0 - dt.timedelta(days=300), **more,
    }  # fmt: skip


def sim(n, holder, **more):
    return {
        "sim_id": n, "sim_kind": "phone", "holder_id": holder, "institution_id": "o",
        "activated_at": T0 - dt.timedelta(days=300), **more,
    }  # fmt: skip


def used(card, device, at, kind="account", network=None):
    return {
        "at": hour(at),
        "card_kind": kind,
        "card_id": card,
        "device_id": device,
        "network_id": network,
    }


def paid(n, at, payer, payee, fen=100_000, **more):
    return {
        "transfer_id": n,
        "at": hour(at),
        "payer_id": payer,
        "payee_id": payee,
        "amount_fen": fen,
        **more,
    }


def called(n, at, caller, callee):
    return {
        "call_id": n,
        "at": hour(at),
        "caller_id": caller,
        "callee_id": callee,
        "duration_s": 30,
    }


def scores(**cards):
    """The score table's first columns; ids that begin with s are SIMs."""
    return pl.DataFrame(
        {
            "card_kind": ["sim" if n.startswith("s") else "account" for n in cards],
            "card_id": list(cards),
            "score": list(map(float, cards.values())),
        },
        schema={"card_kind": pl.String, "card_id": pl.String, "score": pl.Float64},
    )


def town():
    """Frames, and scores: ring A holds a1 to a4, ring B b1 to b3; everybody else is honest."""
    people = [
        "A1",
        "A2",
        "A3",
        "A4",
        "B1",
        "B2",
        "B3",
        "W",
        "V",
        "R",
        *(f"H{n}" for n in range(30)),
    ]
    accounts = [account(n.lower(), n) for n in people]
    sims = [sim(f"s{n.lower()}", n) for n in people]
    ring_a, ring_b = ["a1", "a2", "a3", "a4"], ["b1", "b2", "b3"]
    uses = [used(card, "dA", 10 + n) for card in ring_a for n in range(4)]
    uses += [used(card, "dB", 20 + n) for card in ring_b for n in range(4)]
    # the wife of A1 and A1 shared a phone before it all began
    uses += [used(card, "home", n) for card in ("a1", "w") for n in range(3)]
    # a repairer tries everybody's SIM once
    uses += [used(f"s{n.lower()}", "bench", 50 + i, "sim") for i, n in enumerate(people)]
    uses += [used(f"h{n}", f"own{n}", 5 * n) for n in range(30)]
    moves = [paid(f"v{n}", 100 + n, "v", card, 900_000) for n, card in enumerate(ring_a)]
    moves += [paid("p1", 101, "a1", "a4", 880_000), paid("p2", 103, "a2", "a4", 880_000)]
    moves += [paid(f"q{n}", 110 + n, f"h{n}", "shop") for n in range(20)]
    frames = {
        "person": frame("person", [{"person_id": p} for p in people]),
        "account": frame("account", accounts),
        "sim": frame("sim", sims),
        "device_use": frame("device_use", uses).sort("at"),
        "transfer": frame("transfer", moves).sort("at"),
    }
    given = dict.fromkeys(ring_a[:3], 0.9) | dict.fromkeys(ring_b, 0.8) | {"a4": 0.02}
    return frames, scores(**given, w=0.01, v=0.02, h1=0.03)
