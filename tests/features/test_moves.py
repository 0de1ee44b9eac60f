import pytest

from duanka.features import flags as f
from duanka.features import records
from features_room import dataset, when


def transfer_flags(**row):
    base = {"at": when(), "payer_id": "a", "payee_id": "b", "amount_fen": 12_345}
    return int(records.build(dataset(transfer=[base | row]), when(days=2)).transfers.flags[0])


def call_flags(**row):
    base = {"at": when(), "caller_id": "a", "callee_id": "b", "duration_s": 20}
    return int(records.build(dataset(call=[base | row]), when(days=2)).calls.flags[0])


@pytest.mark.parametrize(
    ("row", "bits"),
    [
        ({}, f.OK),
        ({"outcome": "success"}, f.OK),
        ({"outcome": "failed"}, 0),
        ({"amount_fen": 500}, f.OK | f.SMALL),
        ({"amount_fen": 501}, f.OK),
        ({"amount_fen": 500_000}, f.OK | f.LARGE | f.ROUND),
        ({"amount_fen": 499_999}, f.OK),
        ({"payer_id": "CASH"}, f.OK | f.CASH),
        ({"payee_id": "CASH"}, f.OK | f.CASH),
        ({"payee_id": "MERCHANT:1"}, f.OK | f.MERCHANT),
        ({"payee_id": "CRYPTO:1"}, f.OK | f.CRYPTO),
        ({"payer_id": "CRYPTO:1"}, f.OK | f.FROM_CRYPTO),
        ({"payee_id": "OVERSEAS:1"}, f.OK | f.OVERSEAS),
        ({"memo_kind": "salary"}, f.OK | f.PROTECTED),
        ({"memo_kind": "rent"}, f.OK),
        ({"channel": "atm"}, f.OK | f.MACHINE),
        ({"channel": "qr"}, f.OK | f.SCANNED),
        ({"payer_balance_fen": 246}, f.OK | f.EMPTIED),
        ({"payer_balance_fen": 247}, f.OK),
        ({"at": when(hours=12, minutes=59)}, f.OK),  # 22:59 in Shanghai
        ({"at": when(hours=13)}, f.OK | f.NIGHT),
        ({"at": when(hours=19, minutes=59)}, f.OK | f.NIGHT),
        ({"at": when(hours=20)}, f.OK),
    ],
)
def test_what_is_read_off_a_transfer(row, bits):
    assert transfer_flags(**row) == bits


@pytest.mark.parametrize(
    ("row", "bits"),
    [
        ({}, f.OK),
        ({"duration_s": 0}, 0),
        ({"duration_s": 14}, f.OK | f.SHORT),
        ({"duration_s": 180}, f.OK | f.LONG),
        ({"duration_s": 180, "answered": False}, 0),
        ({"duration_s": 0, "answered": True}, f.OK | f.SHORT),
        ({"roaming": True}, f.OK | f.ROAMING),
        ({"at": when(hours=14)}, f.OK | f.NIGHT),
    ],
)
def test_what_is_read_off_a_call(row, bits):
    assert call_flags(**row) == bits


def test_a_message_tells_its_kind_alone():
    rows = [{"at": when(), "sender_id": "a", "receiver_id": "b", "message_kind": k}
            for k in ("personal", "code", "notice", "bulk")]  # fmt: skip
    found = records.build(dataset(message=rows), when(days=1)).messages
    assert (found.flags & ~f.OK).tolist() == [f.PERSONAL, f.CODE, 0, f.BULK]


def test_own_accounts_are_told_by_the_register_once_it_lists_both():
    def account(name, day):
        return {"account_id": name, "account_kind": "class_1", "holder_id": "p", "institution_id": "i",
                "opened_at": when(days=day)}  # fmt: skip

    rows = [
        {"at": when(days=d), "payer_id": "a", "payee_id": "b", "amount_fen": 1} for d in (1, 3, 4)
    ]
    data = dataset(account=[account("a", 0), account("b", 3)], transfer=rows)
    found = records.build(data, when(days=9)).transfers
    assert ((found.flags & f.OWN) != 0).tolist() == [False, False, True]
