import numpy as np

from duanka.features import vectors
from features_room import asker, dataset, named, transfers_of, when


def pay(fen=100_000, payer="a", payee="b", **since):
    return {"at": when(**since), "payer_id": payer, "payee_id": payee, "amount_fen": fen}


def test_a_transfer_never_sees_itself():
    told = transfers_of(dataset(transfer=[pay(), pay(hours=1), pay(hours=2, fen=300_000)]))
    assert np.isnan(told[0]["payer_out_count_1d"]), "nothing had been told of yet"
    assert [t["payer_out_count_1d"] for t in told[1:]] == [1, 2]
    assert told[2]["of_payer_largest"] == 3
    assert [t["is_first"] for t in told] == [1, 0, 0]
    assert told[2]["amount_fen"] == 300_000
    assert told[2]["hour"] == 12


def test_transfers_of_one_instant_do_not_see_one_another():
    told = transfers_of(dataset(transfer=[pay(days=-1), pay(), pay(), pay(payer="b", payee="c")]))
    assert [t["payer_out_count_7d"] for t in told[1:]] == [1, 1, 0]
    assert [t["depth"] for t in told[1:]] == [1, 1, 2]


def test_what_is_read_off_the_transfer():
    rows = [
        pay(payee="CASH") | {"channel": "atm", "memo_kind": "rent"},
        pay(payee="MERCHANT:1", fen=120) | {"channel": "qr", "memo_kind": "medical"},
        pay(payee="OVERSEAS:1") | {"payer_balance_fen": 0, "channel": "web", "memo_kind": "rent"},
    ]
    told = transfers_of(
        dataset(
            transfer=[
                pay(days=-1) | {"channel": "web", "memo_kind": "tax", "payer_balance_fen": 9},
                *rows,
            ]
        )
    )[1:]
    for name, want in {
        "is_cash": [1, 0, 0], "is_machine": [1, 0, 0], "is_merchant": [0, 1, 0], "is_scanned": [0, 1, 0],
        "is_protected": [0, 1, 0], "is_abroad_or_crypto": [0, 0, 1], "is_emptying": [0, 0, 1],
        "is_round": [1, 0, 1],
    }.items():  # fmt: skip
        assert [t[name] for t in told] == want, name


def test_a_payer_in_cash_has_no_history_and_a_payee_is_known_by_the_register():
    account = {"account_id": "b", "account_kind": "class_1", "holder_id": "p", "institution_id": "i",
               "opened_at": when(days=-3)}  # fmt: skip
    told = transfers_of(dataset(account=[account], transfer=[pay(days=-1), pay(payer="CASH")]))[-1]
    assert told["payer_out_count_1d"] == 0
    assert told["payee_known"] == 1
    assert told["payee_age_days"] == 3
    assert np.isnan(told["payer_age_days"])


def test_how_long_a_call_takes_is_not_known_when_it_begins():
    def last(seconds):
        rows = [{"at": when(hours=h), "caller_id": "s", "callee_id": c, "duration_s": 60 if h else 9}
                for h, c in ((0, "x"), (1, "y"))]  # fmt: skip
        rows.append(
            {"at": when(hours=2), "caller_id": "s", "callee_id": "x", "duration_s": seconds}
        )
        a = asker(dataset(call=rows))
        return named("call", vectors.call_vectors(a, np.array([2])))

    np.testing.assert_equal(last(0), last(9000))
    assert last(0)["caller_call_out_count_1d"] == 2
    assert last(0)["callee_call_in_count_7d"] == 1
    assert last(0)["is_first"] == 0
    assert last(0)["callee_call_first_share_30d"] is not None
