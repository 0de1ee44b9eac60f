from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features.live_events import Names, bits_of, opening, transfer

ROW = {"at": 7, "payer_id": "a", "payee_id": "b", "amount_fen": 500, "payer_balance_fen": 10}


def test_a_number_once_given_stays_and_survives_a_restart():
    names = Names()
    assert [names.card(0, "a"), names.card(1, "a"), names.card(0, "a")] == [0, 1, 0]
    assert [names.host("devices", "d"), names.host("networks", "d")] == [0, 1]
    again = Names()
    again.restore(names.save())
    assert [again.card(1, "a"), again.card(0, "new"), again.host("networks", "d")] == [1, 2, 1]


def test_words_become_bits():
    line = transfer(Names(), {**ROW, "memo_kind": "salary", "channel": "atm", "outcome": "failed"})
    assert line[s.W_FLAGS] == f.PROTECTED | f.MACHINE | f.EMPTIED
    assert transfer(Names(), {**ROW, "payer_balance_fen": None})[s.W_FLAGS] == f.OK
    assert bits_of("MERCHANT:7") == f.MERCHANT
    assert bits_of("CASHIER") == 0


def test_an_application_without_companion_or_card_names_none():
    row = {"at": 7, "card_kind": "sim", "applicant_id": "p", "outlet_id": "o", "outcome": "refused"}
    line = opening(Names(), row)
    assert line[s.W_SOURCE] == line[s.W_SOURCE2] == line[s.W_DEVICE] == -1
    assert line[s.W_FLAGS] & f.REFUSED
