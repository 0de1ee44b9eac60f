from door_room import call, judges, label, mixed, opening, order, transfer
from duanka.intercept import hot_path, snapshots
from duanka.intercept.known import Known
from duanka.tables import INPUTS


def known():
    return Known(tuple(INPUTS), 10**13)


def test_orders_and_the_register_come_first_and_then_time():
    sent = [transfer(5), call(2), order("a1", "suspend"), label("b1", 3), transfer(2, at_s=2.0)]
    assert hot_path.in_order(sent) == [2, 1, 4, 3, 0]
    assert [kind for kind, _ in hot_path.runs(sent)] == [
        "order", "call", "transfer", "label", "transfer",
    ]  # fmt: skip


def test_one_at_a_time_or_all_at_once_the_answers_are_the_same():
    sent = mixed(12)
    one, other = known(), known()
    at_once, _ = hot_path.answer(one, judges(), sent)
    singly = {}
    for i in hot_path.in_order(sent):
        said, _ = hot_path.answer(other, judges(), [sent[i]])
        if said:
            singly[i] = said[0]
    # two payments of one instant stand in this list; each is blind to the other either way
    assert {i: (a.answer, a.reasons) for i, a in at_once.items()} == {
        i: (a.answer, a.reasons) for i, a in singly.items()
    }
    assert snapshots.digest(one.save()) == snapshots.digest(other.save())


def test_what_is_told_again_is_known_as_it_was_when_answered():
    sent = mixed(14)
    first, again = known(), known()
    said, asked = hot_path.answer(first, judges(), sent)
    hot_path.tell_again(again, sent, said)
    assert snapshots.digest(first.save()) == snapshots.digest(again.save())
    assert sorted(i for one in asked for i in one.where) == sorted(said)
    assert all(len(one.X) == len(one.where) == len(one.facts) for one in asked)


def test_an_application_counts_those_who_came_before_it():
    sent = [opening(n, companion_id="q") for n in range(3)]
    _, asked = hot_path.answer(known(), judges(), sent)
    counts = [one.asked["companion_applicants"] for run in asked for one in run.facts]
    assert counts == [1, 2, 3]
