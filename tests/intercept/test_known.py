from door_room import label, lead, order, transfer
from duanka.intercept import snapshots
from duanka.intercept.known import Known


def told(*events):
    found = Known(("transfer", "label", "lead"), 10**13)
    for event in events:
        found.tell(event)
    return found


def test_each_event_is_taken_up_by_whoever_asks_for_it():
    found = told(label("b1", 1), lead("a1", 2, 5_000), order("a2", "suspend"))
    assert found.confirmed.implicated("account", "b1", label("b1", 1).at + 1)
    assert found.tainted.part(transfer(1).row) == 5_000
    assert len(found.orders) == 1
    found.tell(label("a1", 3, implicated=False))
    assert found.tainted.part(transfer(1).row) == 0


def test_reported_money_follows_a_payment_of_the_past():
    found = told(lead("a1", 0, 5_000), transfer(1))
    assert found.tainted.part(transfer(1, payer_id="b1").row) == 5_000


def test_what_is_saved_is_taken_up_again(tmp_path):
    found = told(label("b1", 1), lead("a1", 2, 5_000), order("a2", "suspend"), transfer(3))
    snapshots.write(tmp_path, 1, found.save())
    again = told()
    again.restore(snapshots.newest(tmp_path)[1])
    assert snapshots.digest(again.save()) == snapshots.digest(found.save())
