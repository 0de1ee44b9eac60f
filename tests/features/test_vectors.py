"""Nothing that becomes known at an instant or after it can reach an answer as of that instant."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from duanka import tables
from duanka.features import catalogue, records, streams, vectors
from features_room import hamlet

DAYS = (4, 11, 19, 27)
EVENTS = {"transfer": "transfers", "call": "calls", "opening": "openings"}


def ask_of(data, as_of):
    found = records.build(data, as_of)
    return vectors.Asker(found, streams.build(found))


def known_before(data, instant):
    cut = {}
    for name, frame in data.items():
        time = tables.time_of(name)
        cut[name] = frame if time is None else frame.filter(pl.col(time) < instant)
    return cut


@pytest.fixture(scope="module")
def everything():
    return ask_of(hamlet(), datetime(2030, 1, 1, tzinfo=UTC))


def differing(subject, one, other):
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    names = np.array(catalogue.names_of(subject))
    return sorted(set(names[~same.all(axis=0)])), int((~same.all(axis=1)).sum())


def instants():
    first = hamlet()["transfer"]["at"].min()
    # an hour of the busy day, and the very instant of a transfer
    for day in DAYS:
        yield first + timedelta(days=day, hours=9)
    at = hamlet()["transfer"]["at"].sort()
    yield at[at.len() // 2]


@pytest.mark.parametrize("instant", list(instants()), ids=str)
@pytest.mark.parametrize("kind", ["account", "sim"])
def test_a_card_is_told_the_same_from_all_records_as_from_those_known_before(
    everything, kind, instant
):
    cut = ask_of(known_before(hamlet(), instant), instant)
    ask = vectors.account_vectors if kind == "account" else vectors.sim_vectors
    of_cut = cut.records.accounts if kind == "account" else cut.records.sims
    of_all = everything.records.accounts if kind == "account" else everything.records.sims
    ids = of_cut.index.ids.filter(~pl.Series(of_cut.reserved))
    at = np.full(ids.len(), cut.records.as_of)
    one = ask(cut, of_cut.index.find(ids), at)
    other = ask(everything, of_all.index.find(ids), at)
    assert ids.len() > 100
    assert differing(kind, one, other) == ([], 0)


@pytest.mark.parametrize("kind", list(EVENTS))
def test_an_event_is_told_the_same_from_all_records_as_from_those_known_before(everything, kind):
    """The event itself is known, and nothing else of its instant."""
    frame = everything.records.frames[kind]
    many = [int(frame.height * share) for share in (0.1, 0.45, 0.8, 0.97)]
    whole = event_vectors(everything, kind, np.array(many))
    for n, row in enumerate(many):
        event = frame[row]
        cut = known_before(hamlet(), event["at"].item())
        cut[kind] = pl.concat([cut[kind], event.select(cut[kind].columns)])
        of_cut = ask_of(cut, event["at"].item() + timedelta(microseconds=1))
        last = np.array([of_cut.records.frames[kind].height - 1])
        alone = event_vectors(of_cut, kind, last)
        assert differing(kind, alone, whole[n : n + 1]) == ([], 0)


def event_vectors(asker, kind, which):
    if kind == "opening":
        return vectors.opening_vectors(asker)[which]
    ask = vectors.transfer_vectors if kind == "transfer" else vectors.call_vectors
    return ask(asker, which)


def scattered(seed):
    """Records of a few cards in any order: used before they are registered, many at one instant."""
    rng = np.random.default_rng(seed)
    start = datetime(2026, 5, 4, tzinfo=UTC)

    def at(size):
        return [start + timedelta(hours=int(h)) for h in rng.integers(0, 200, size)]

    def pick(prefix, of, size):
        return [f"{prefix}{n}" for n in rng.integers(0, of, size)]

    def kind(size):
        return rng.choice(["account", "sim"], size).tolist()

    n = 120
    data = {
        "account": {
            "account_id": [f"a{i}" for i in range(8)], "account_kind": ["class_1", "payment"] * 4,
            "holder_id": pick("p", 4, 8), "institution_id": pick("b", 2, 8),
            "outlet_id": pick("o", 2, 8), "staff_id": pick("w", 2, 8), "opened_at": at(8),
            "sim_id": pick("s", 6, 8),
        },
        "sim": {
            "sim_id": [f"s{i}" for i in range(6)], "sim_kind": ["phone"] * 5 + ["iot"],
            "holder_id": pick("p", 4, 6), "institution_id": pick("t", 2, 6),
            "outlet_id": pick("o", 2, 6), "staff_id": pick("w", 2, 6), "activated_at": at(6),
        },
        "transfer": {
            "transfer_id": [f"t{i}" for i in range(n)], "at": at(n), "payer_id": pick("a", 10, n),
            "payee_id": pick("a", 10, n), "amount_fen": rng.integers(1, 10**6, n).tolist(),
            "device_id": pick("d", 5, n), "outcome": rng.choice(["success", "failed"], n).tolist(),
            "channel": rng.choice(["mobile", "qr"], n).tolist(),
        },
        "call": {
            "call_id": [f"c{i}" for i in range(n)], "at": at(n), "caller_id": pick("s", 8, n),
            "callee_id": pick("s", 8, n), "duration_s": rng.integers(0, 4000, n).tolist(),
            "device_id": pick("d", 5, n),
        },
        "message": {
            "message_id": [f"m{i}" for i in range(n)], "at": at(n), "sender_id": pick("s", 8, n),
            "receiver_id": pick("s", 8, n), "message_kind": ["code", "personal"] * (n // 2),
            "device_id": pick("d", 5, n),
        },
        "opening": {
            "opening_id": [f"x{i}" for i in range(30)], "at": at(30), "card_kind": kind(30),
            "card_id": pick("a", 8, 30), "applicant_id": pick("p", 5, 30),
            "outlet_id": pick("o", 2, 30), "staff_id": pick("w", 2, 30),
            "terminal_id": pick("k", 2, 30), "companion_id": pick("p", 5, 30),
            "outcome": rng.choice(["opened", "refused"], 30).tolist(),
        },
        "device_use": {
            "at": at(n), "card_kind": ["account"] * n, "card_id": pick("a", 10, n),
            "device_id": pick("d", 5, n), "network_id": pick("n", 3, n),
            "region_code": pick("99010", 3, n), "abroad": rng.choice([True, False], n).tolist(),
        },
        "label": {
            "card_kind": ["account"] * 12, "card_id": pick("a", 10, 12), "implicated": [True] * 12,
            "known_at": at(12), "source": ["police"] * 12,
        },
        "lead": {
            "lead_id": [f"l{i}" for i in range(12)], "issued_at": at(12), "issuer_id": ["i"] * 12,
            "card_kind": ["sim"] * 12, "card_id": pick("s", 8, 12),
        },
    }  # fmt: skip
    return {name: tables.typed(name, pl.DataFrame(columns)) for name, columns in data.items()}


@pytest.mark.parametrize("seed", range(2))
def test_careless_records_cannot_carry_the_future_back(seed):
    data = scattered(seed)
    whole = ask_of(data, datetime(2027, 1, 1, tzinfo=UTC))
    for hours in (30, 100, 170):
        instant = datetime(2026, 5, 4, tzinfo=UTC) + timedelta(hours=hours)
        cut = ask_of(known_before(data, instant), instant)
        for kind, ask in (("account", vectors.account_vectors), ("sim", vectors.sim_vectors)):
            of_cut = getattr(cut.records, f"{kind}s")
            of_all = getattr(whole.records, f"{kind}s")
            ids = of_cut.index.ids
            at = np.full(ids.len(), cut.records.as_of)
            one = ask(cut, of_cut.index.find(ids), at)
            other = ask(whole, of_all.index.find(ids), at)
            assert differing(kind, one, other) == ([], 0)
    for kind in EVENTS:
        frame = whole.records.frames[kind]
        rows = np.arange(frame.height)[:: max(1, frame.height // 12)]
        found = event_vectors(whole, kind, rows)
        for n, row in enumerate(rows):
            event = frame[int(row)]
            cut_tables = known_before(data, event["at"].item())
            cut_tables[kind] = pl.concat([cut_tables[kind], event])
            of_cut = ask_of(cut_tables, event["at"].item() + timedelta(microseconds=1))
            last = np.array([of_cut.records.frames[kind].height - 1])
            alone = event_vectors(of_cut, kind, last)
            assert differing(kind, alone, found[n : n + 1]) == ([], 0)
