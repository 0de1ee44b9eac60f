import numpy as np
import polars as pl
import pytest

from duanka import tables
from duanka.features import vectors
from features_room import asker, dataset, hamlet, named, of_account, of_sim, when


def account(name="a", holder="p", day=-9, **more):
    return {"account_id": name, "account_kind": "class_1", "holder_id": holder, "institution_id": "i",
            "opened_at": when(days=day), **more}  # fmt: skip


def sim(name="s", holder="p", day=-9, **more):
    return {"sim_id": name, "sim_kind": "phone", "holder_id": holder, "institution_id": "t",
            "activated_at": when(days=day), **more}  # fmt: skip


def use(card, device, kind, **since):
    return {
        "at": when(**since),
        "card_kind": kind,
        "card_id": card,
        "device_id": device,
        "device_use_id": 0,
    }


@pytest.mark.parametrize(
    ("kind", "told"),
    [("class_1", (0, 0, 0)), ("class_2", (0, 0, 1)), ("class_3", (0, 0, 1)), ("corporate", (1, 0, 0)),
     ("payment", (0, 1, 0))],
)  # fmt: skip
def test_the_kind_of_an_account_is_read_off_the_register(kind, told):
    found = of_account(dataset(account=[account(account_kind=kind)]), "a")
    assert (found["is_corporate"], found["is_payment"], found["is_low_class"]) == told


def test_codes_that_arrive_on_another_handset_than_the_one_that_logs_in():
    cards = {"account": [account(sim_id="s")], "sim": [sim()]}
    apart = [
        use("s", "phone", "sim"),
        use("a", "phone", "account", hours=1),
        use("a", "farm", "account", hours=3),
    ]

    def told(*uses, hours=9):
        return of_account(dataset(device_use=list(uses), **cards), "a", when(hours=hours))[
            "bound_apart"
        ]

    assert told(*apart) == 1
    assert told(*apart[:2]) == 0
    assert told(*apart, hours=3) == 0, "a login is not seen at its own instant"
    assert np.isnan(told(apart[1])), "where the phone card is, nobody knows"
    assert told(*apart, use("s", "farm", "sim", hours=4)) == 0


def test_what_is_bound_is_told_of_both_cards_from_the_instant_the_account_is_open():
    call = {"at": when(days=1), "caller_id": "s", "callee_id": "z", "duration_s": 9}
    pay = {"at": when(days=2), "payer_id": "z", "payee_id": "a", "amount_fen": 700}
    data = dataset(account=[account(sim_id="s"), account("b", day=3, sim_id="s")], sim=[sim()],
                   call=[call], transfer=[pay])  # fmt: skip
    told = of_account(data, "a", when(days=3))
    assert told["has_bound_sim"] == told["bound_call_out_count_7d"] == 1
    assert told["bound_age_days"] == 12
    phone = of_sim(data, "s", when(days=3))
    assert phone["bound_account_count"] == 1
    assert phone["account_in_total_fen_30d"] == 700
    a = asker(data)
    both = vectors.sim_vectors(a, np.array([0, 0]), a.records.accounts.since.max() + np.arange(2))
    assert [named("sim", both, n)["bound_account_count"] for n in (0, 1)] == [1, 2]


def test_nothing_bound_is_missing_and_not_zero():
    told = of_account(dataset(account=[account()]), "a")
    assert told["has_bound_sim"] == 0
    assert np.isnan(told["bound_age_days"])
    phone = of_sim(dataset(sim=[sim()]), "s")
    assert phone["bound_account_count"] == 0
    assert np.isnan(phone["account_in_total_fen_30d"])


def flipped(data):
    """The same records of people of another age from elsewhere, and of other regions' standing."""
    person = data["person"].with_columns(
        birth_year=2100 - pl.col("birth_year"), home_region_code=pl.lit("990199")
    )
    return data | {"person": person}


def everything(data):
    a = asker(data)
    r = a.records
    return [
        vectors.account_vectors(a, r.accounts.judged, np.full(r.accounts.judged.size, r.as_of)),
        vectors.sim_vectors(a, r.sims.judged, np.full(r.sims.judged.size, r.as_of)),
        vectors.transfer_vectors(a, np.arange(0, r.transfers.at.size, 9)),
        vectors.call_vectors(a, np.arange(0, r.calls.at.size, 9)),
        vectors.opening_vectors(a),
    ]


def test_no_vector_knows_how_old_people_are_or_where_they_come_from_or_how_a_region_stands():
    data = dict(hamlet())
    verdicts = {n: tables.empty(n) for n in ("listing", "scorecard")}
    for one, other in zip(everything(data), everything(flipped(data) | verdicts), strict=True):
        np.testing.assert_array_equal(one, other)


def test_vectors_do_not_depend_on_how_many_are_asked_at_once():
    a = asker(hamlet())
    cards = a.records.accounts.judged[:40]
    at = np.full(cards.size, a.records.as_of)
    many = vectors.account_vectors(a, cards, at)
    for n in (0, 17, 39):
        np.testing.assert_array_equal(
            vectors.account_vectors(a, cards[n : n + 1], at[:1])[0], many[n]
        )


def test_ids_of_any_writing_tell_the_same():
    plain = dataset(account=[account("a")], transfer=[
        {"at": when(hours=h), "payer_id": p, "payee_id": q, "amount_fen": 5}
        for h, p, q in ((0, "a", "aa"), (1, "aa", "a"), (2, "a", "aaa"))
    ])  # fmt: skip
    other = {"a": "卡1", "aa": "卡10", "aaa": "卡 100"}
    renamed = {
        "account": plain["account"].with_columns(pl.col("account_id").replace(other)),
        "transfer": plain["transfer"].with_columns(pl.col("payer_id", "payee_id").replace(other)),
    }
    one, two = of_account(plain, "a"), of_account(renamed, "卡1")
    np.testing.assert_equal(one, two)
    assert one["payee_distinct_90d"] == 0, "long ago"
    assert of_account(renamed, "卡1", when(days=1))["payee_distinct_1d"] == 2
