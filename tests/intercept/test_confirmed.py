from duanka.intercept.confirmed import Confirmed


def label(at, *, bad=True, source="police", card="a1"):
    return {
        "card_kind": "account",
        "card_id": card,
        "implicated": bad,
        "known_at": at,
        "source": source,
    }


def test_only_police_and_court_confirm_and_only_after_they_spoke():
    known = Confirmed()
    known.tell(label(100))
    known.tell(label(100, source="review", card="a2"))
    assert not known.implicated("account", "a1", 100)
    assert known.implicated("account", "a1", 101)
    assert not known.implicated("account", "a2", 500)
    assert not known.implicated("sim", "a1", 500)


def test_the_last_word_counts_as_of_each_instant_in_whatever_order_it_came():
    known = Confirmed()
    for one in (label(300, bad=False, source="appeal"), label(100), label(500, source="court")):
        known.tell(one)
    said = [known.implicated("account", "a1", at) for at in (50, 200, 301, 501)]
    assert said == [False, True, False, True]


def test_what_is_saved_is_taken_up_again():
    known, again = Confirmed(), Confirmed()
    known.tell(label(100))
    again.restore(known.save())
    assert again.implicated("account", "a1", 101)
    again.tell(label(200, bad=False))
    assert not again.implicated("account", "a1", 201)
