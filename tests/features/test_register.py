import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features import register
from features_room import asker, dataset, of_account, when

small = st.integers(-1, 4)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(small, st.integers(0, 6)), max_size=12),
    st.lists(st.tuples(small, st.integers(0, 7)), max_size=8),
)
def test_cards_held_are_counted_strictly_before(cards, asked):
    owner, since, who, at = (
        np.array([line[i] for line in lines], dtype=np.int64)
        for lines, i in ((cards, 0), (cards, 1), (asked, 0), (asked, 1))
    )
    want = [sum(o == w >= 0 and s < t for o, s in cards) for w, t in asked]
    assert register.count_before(owner, since, who, at).tolist() == want


def account(name, day, holder="p", at="i"):
    return {"account_id": name, "account_kind": "class_1", "holder_id": holder,
            "institution_id": at, "opened_at": when(days=day)}  # fmt: skip


def test_what_a_holder_has_is_counted_as_of_the_question():
    data = dataset(
        account=[account("a", 0), account("b", 40), account("c", 60, at="j"), account("d", 1, "q")]
    )
    told = of_account(data, "a", when(days=61))
    assert told["holder_account_count"] == 3
    assert told["holder_opened_30d"] == 2
    assert told["holder_company_count"] == 2
    assert told["age_days"] == 61
    assert of_account(data, "a", when(days=60))["holder_account_count"] == 2


def test_a_card_not_listed_has_no_age_and_no_holder():
    pay = {"at": when(days=1), "payer_id": "z", "payee_id": "a", "amount_fen": 1}
    data = dataset(account=[account("a", 0)], transfer=[pay])
    told = of_account(data, "z")
    assert all(
        np.isnan(told[n]) for n in ("age_days", "holder_account_count", "holder_company_count")
    )


def test_a_card_is_listed_once_the_instant_of_its_opening_is_over():
    cards = asker(dataset(account=[account("a", 1)])).records.accounts
    of, at = np.array([0, 0, -1]), cards.since[[0, 0, 0]] + np.array([0, 1, 1])
    assert register.listed(cards, of, at).tolist() == [False, True, False]
    assert register.own_counted(cards, of, at).tolist() == [0, 1, 0]
