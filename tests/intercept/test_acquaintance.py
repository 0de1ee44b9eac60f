from duanka.intercept.acquaintance import Acquaintance
from duanka.intercept.terms import DAY


def test_days_before_the_last_count_once_each_and_late_records_add_none():
    known = Acquaintance()
    assert known.days("transfer") == 0
    for at in (5 * DAY, 5 * DAY + 1, 6 * DAY, DAY, 400 * DAY):
        known.saw("transfer", at)
    assert (known.days("transfer"), known.days("call")) == (2, 0)


def test_it_goes_on_where_it_was_saved():
    known, again = Acquaintance(), Acquaintance()
    for day in range(4):
        known.saw("call", day * DAY)
    again.restore(known.save())
    for one in (known, again):
        one.saw("call", 3 * DAY)
        one.saw("call", 4 * DAY)
    assert again.days("call") == known.days("call") == 4
    assert again.save() == known.save()
