"""What an application is asked: who applied, with whom, where, and at whose desk."""

import numpy as np

from duanka.features import vectors
from features_room import asker, dataset, named, when


def opening(minute, applicant, **more):
    return {"at": when(minutes=minute), "card_kind": "sim", "applicant_id": applicant, "outlet_id": "o",
            "outcome": "opened", "companion_id": "boss", "terminal_id": "k", "staff_id": "w", **more}  # fmt: skip


REGISTER = [{"account_id": "z", "account_kind": "class_1", "holder_id": "z", "institution_id": "i",
             "opened_at": when(days=-99)}]  # fmt: skip


def told(rows, account=REGISTER):
    found = vectors.opening_vectors(asker(dataset(opening=rows, account=account)))
    return [named("opening", found, n) for n in range(len(found))]


def test_a_batch_brought_by_one_companion_to_one_terminal():
    last = told([opening(n, f"p{n}") for n in range(6)] + [opening(30, "p0", outcome="refused")])[
        -1
    ]
    assert last["companion_count_1h"] == last["terminal_count_1d"] == last["staff_count_7d"] == 6
    assert last["companion_applicant_distinct_1h"] == 6
    assert last["opening_count_1d"] == 1
    assert last["opening_refused_count_30d"] == 0, "its own outcome is not known yet"


def test_the_first_application_knows_of_no_other():
    first = told([opening(0, "p"), opening(1, "q")])[0]
    assert np.isnan(first["opening_count_1d"])
    assert np.isnan(first["companion_count_1h"])
    assert first["is_accompanied"] == first["is_sim"] == 1


def test_the_card_applied_for_is_not_among_those_held():
    def account(name, **since):
        return {"account_id": name, "account_kind": "class_1", "holder_id": "p", "institution_id": "i",
                "opened_at": when(**since)}  # fmt: skip

    rows = [
        opening(9, "p", card_kind="account", card_id="new"),
        opening(10, "q", card_kind="account", card_id="new"),
    ]
    found = told(rows, account=[account("old", days=-50), account("new")])
    assert found[0]["holder_account_count"] == 1
    assert found[0]["holder_opened_30d"] == 0
    assert found[1]["holder_account_count"] == 0, "nothing is taken from who does not hold it"
