import numpy as np
import polars as pl

from duanka.features import records, vectors
from duanka.features.records import NEVER_TOLD
from features_room import asker, dataset, hamlet, when


def pay(day, payer="a", payee="b", **more):
    return {"at": when(days=day), "payer_id": payer, "payee_id": payee, "amount_fen": 1, **more}


def test_as_of_is_strict():
    data = dataset(transfer=[pay(1), pay(2), pay(3)])
    assert records.build(data, when(days=2)).transfers.at.size == 1
    assert records.build(data, when(days=2, microseconds=1)).transfers.at.size == 2
    label = {"card_kind": "account", "card_id": "a", "implicated": True, "source": "police"}
    data = dataset(label=[label | {"known_at": when(days=2)}])
    assert records.build(data, when(days=2)).notices["at"].size == 0


def test_an_empty_dataset_has_records_and_vectors():
    a = asker({})
    assert a.records.transfers.at.size == 0
    none = np.zeros(0, dtype=np.int64)
    for found in (
        vectors.account_vectors(a, none, none), vectors.sim_vectors(a, none, none),
        vectors.transfer_vectors(a, none), vectors.call_vectors(a, none), vectors.opening_vectors(a),
    ):  # fmt: skip
        assert found.shape[0] == 0
    assert set(a.records.told_at.values()) == {NEVER_TOLD}


def test_events_are_put_in_order_of_time_and_those_of_one_instant_stay_as_they_came():
    data = dataset(transfer=[pay(3, "c"), pay(1, "a"), pay(3, "b"), pay(2, "d")])
    found = records.build(data, when(days=9))
    ids = found.accounts.index.ids
    assert ids[found.transfers.giver].to_list() == ["a", "d", "c", "b"]
    assert found.frames["transfer"]["payer_id"].to_list() == ["a", "d", "c", "b"]


def test_cleared_cards_are_no_notice_and_notices_come_in_the_order_they_were_known():
    def label(card, day, implicated):
        return {"card_kind": "account", "card_id": card, "known_at": when(days=day),
                "implicated": implicated, "source": "police"}  # fmt: skip

    data = dataset(
        label=[label("a", 5, True), label("b", 2, False)],
        lead=[{"issued_at": when(days=3), "issuer_id": "i", "card_kind": "sim", "card_id": "s"}],
    )
    found = records.build(data, when(days=9))
    assert found.notices["card"].tolist() == [2, 0]


def test_what_a_dataset_tells_of_is_dated_by_the_first_row_that_tells_it():
    data = dataset(transfer=[pay(1), pay(4, memo_kind="rent"), pay(6, memo_kind="salary")])
    told = records.build(data, when(days=9)).told_at
    assert told["memos"] == told["transfers"] + 3 * 86_400_000_000
    assert told["calls"] == told["notices"] == told["channels"] == NEVER_TOLD


def test_the_holder_of_a_card_of_either_kind():
    person = {"holder_id": "p", "institution_id": "i"}
    data = dataset(
        account=[
            {"account_id": "a", "account_kind": "class_1", "opened_at": when(days=1), **person}
        ],
        sim=[{"sim_id": "s", "sim_kind": "phone", "activated_at": when(days=3), **person}],
    )
    found = records.build(data, when(days=9))
    at = found.accounts.since[[0] * 4] + np.array([0, 1, 1, 3 * 86_400_000_000])
    assert found.holder_of(np.array([0, 0, 1, 1]), at).tolist() == [-1, 0, -1, 0]
    assert found.holder_of(np.array([-1]), at[:1]).tolist() == [-1]


def test_the_order_of_rows_changes_no_answer():
    """But for rows of one instant, whose order is all that tells them apart."""
    data = {n: f for n, f in hamlet().items() if n != "opening"}
    times = {"transfer": "at", "call": "at", "message": "at", "device_use": "at"}
    data |= {n: data[n].unique(t, keep="first", maintain_order=True) for n, t in times.items()}
    mixed = {n: f.sample(fraction=1.0, shuffle=True, seed=4) for n, f in data.items()}
    one, other = asker(data), asker(mixed)
    for kind, ask in (("accounts", vectors.account_vectors), ("sims", vectors.sim_vectors)):
        cards = getattr(one.records, kind).judged
        at = np.full(
            cards.size, int(pl.Series([data["transfer"]["at"].max()]).dt.timestamp("us")[0])
        )
        np.testing.assert_array_equal(ask(one, cards, at), ask(other, cards, at))
    rows = np.arange(0, one.records.transfers.at.size, 7)
    np.testing.assert_array_equal(
        vectors.transfer_vectors(one, rows), vectors.transfer_vectors(other, rows)
    )
