from duanka.intercept.tainted import Tainted


def lead(card="a1", loss=1_000, kind="account"):
    return {"card_kind": kind, "card_id": card, "loss_fen": loss}


def transfer(amount, balance=None, payer="a1", payee="b1", outcome="success"):
    return {
        "payer_id": payer,
        "payee_id": payee,
        "amount_fen": amount,
        "payer_balance_fen": balance,
        "outcome": outcome,
    }


def told(*leads):
    found = Tainted()
    for one in leads:
        found.report(one)
    return found


def test_clean_money_leaves_first():
    found = told(lead(loss=1_000))
    assert found.part(transfer(5_000, balance=1_000)) == 0
    assert found.part(transfer(5_000, balance=400)) == 600
    assert found.part(transfer(5_000, balance=0)) == 1_000
    assert found.part(transfer(5_000, balance=-50)) == 1_000


def test_without_a_balance_reported_money_leaves_first_and_never_more_than_it():
    found = told(lead(loss=700), lead(loss=300))
    assert found.part(transfer(400)) == 400
    assert found.part(transfer(5_000)) == 1_000
    assert found.part(transfer(5_000, payer="b1")) == 0


def test_what_went_through_stands_on_the_payee_and_what_was_held_does_not():
    found = told(lead(loss=1_000))
    found.moved(transfer(800, balance=200), held_fen=500)
    assert found.part(transfer(800, payer="b1")) == 300
    assert found.part(transfer(5_000)) == 700
    found.moved(transfer(5_000, outcome="failed"), held_fen=0)
    assert found.part(transfer(5_000)) == 700


def test_phones_leads_without_loss_and_cleared_cards_carry_nothing():
    found = told(lead(kind="sim"), lead(card="a2", loss=None), lead(card="a3"))
    found.clear("a3")
    assert [found.part(transfer(9, payer=card)) for card in ("a1", "a2", "a3")] == [0, 0, 0]


def test_what_is_saved_is_taken_up_again():
    found, again = told(lead()), Tainted()
    again.restore(found.save())
    assert again.part(transfer(9_999)) == 1_000
