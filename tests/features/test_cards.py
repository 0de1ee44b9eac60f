import numpy as np
import polars as pl

from duanka.features import records
from duanka.features.cards import UNKNOWN_AT, reserved_among
from features_room import dataset, when


def town(**more):
    return records.build(
        dataset(
            account=[
                {"account_id": "b", "account_kind": "corporate", "holder_id": "p", "institution_id": "i",
                 "opened_at": when(days=1), "sim_id": "s"},
            ],
            transfer=[
                {"at": when(days=2), "payer_id": "a", "payee_id": "MERCHANT:1", "amount_fen": 1},
                {"at": when(days=2), "payer_id": "CASH", "payee_id": "b", "amount_fen": 1},
            ],
            **more,
        ),
        when(days=9),
    )  # fmt: skip


def test_cards_are_those_registered_and_those_met_and_only_the_registered_are_judged():
    cards = town().accounts
    assert cards.index.ids.to_list() == ["CASH", "MERCHANT:1", "a", "b"]
    assert cards.reserved.tolist() == [True, True, False, False]
    assert cards.judged.tolist() == [3]
    assert cards.since.tolist()[:3] == [UNKNOWN_AT] * 3
    assert cards.holder.tolist() == [-1, -1, -1, 0]


def test_without_a_register_everybody_met_is_judged_but_cash_is_nobody():
    data = dataset(
        transfer=[{"at": when(), "payer_id": "CASH", "payee_id": "CASHIER", "amount_fen": 1}]
    )
    cards = records.build(data, when(days=1)).accounts
    assert cards.index.ids[cards.judged].to_list() == ["CASHIER"]


def test_cards_named_only_in_notices_uses_and_bindings_are_met_too():
    found = town(
        lead=[{"issued_at": when(), "issuer_id": "x", "card_kind": "account", "card_id": "L"}],
        device_use=[
            {"at": when(), "card_kind": "sim", "card_id": "t", "device_id": "d", "device_use_id": 0}
        ],
    )
    assert "L" in found.accounts.index.ids
    assert found.sims.index.ids.to_list() == ["s", "t"]
    assert found.accounts.sim.tolist()[-1] == 0
    # without a register of phone cards only the one that was seen is judged, not the one only bound
    assert found.sims.index.ids[found.sims.judged].to_list() == ["t"]


def test_a_card_that_is_only_told_of_is_not_judged():
    told = {"card_kind": "sim", "card_id": "T"}
    found = town(
        lead=[{"issued_at": when(), "issuer_id": "x", **told}],
        label=[{"known_at": when(), "implicated": True, "source": "police", **told}],
    )
    assert "T" in found.sims.index.ids
    assert found.sims.judged.size == 0


def test_the_register_says_nothing_of_a_card_until_its_row_is_known():
    cards = town().accounts
    b = np.array([3, 3, 3, -1, 2])
    at = np.array([cards.since[3] - 1, cards.since[3], cards.since[3] + 1, 1 << 61, 1 << 61])
    assert cards.said(cards.kind, b, at).tolist() == [-1, -1, 3, -1, -1]


def test_reserved_ids_are_told_by_their_whole_name_or_prefix():
    ids = pl.Series(["CASH", "CASH1", "cash", "MERCHANT", "OVERSEAS:", "CRYPTO:x", "xCRYPTO:"])
    assert reserved_among(ids).tolist() == [True, False, False, False, True, True, False]
