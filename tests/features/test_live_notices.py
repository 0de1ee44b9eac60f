from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features import taint
from duanka.features.live_notices import Notices
from duanka.features.live_register import Entry


def test_a_holders_other_card_is_told_when_both_are_registered():
    st, notices = s.fresh(), Notices()
    Entry(0, 0, 10, -1, -1, -1).put(st, 1)
    told = notices.report(st, 1, 20, f.LEAD)
    assert (20, s.NOTICES, 1, taint.OWN | f.LEAD, 1) in told
    Entry(0, 0, 30, -1, -1, -1).put(st, 2)
    assert notices.registered(st, 2) == [(30, s.NOTICES, 2, taint.HOLDER | f.LEAD, 1)]


def test_what_is_known_to_come_waits_for_its_instant():
    notices = Notices()
    notices.later((30, s.NOTICES, 2, f.LEAD, 1), 30)
    assert notices.come(30) == []
    again = Notices()
    again.restore(notices.save())
    assert again.come(31) == notices.come(31) != []
