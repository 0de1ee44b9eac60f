from datetime import timedelta

import numpy as np
import pytest

from duanka.features.spec import DAY
from duanka.jobs import teach
from office import (
    AS_OF,
    account,
    before,
    call,
    dataset,
    label,
    micros,
    opening,
    sim,
    transfer,
)

MISUSE_DAYS = 30
HOLDERS = 200


def cards(dataset, kind="account"):
    r = dataset.asker.records
    return r.accounts if kind == "account" else r.sims


def dense(dataset, name, kind="account"):
    return cards(dataset, kind).index.ids.to_list().index(name)


def many(labels, **more):
    """Two hundred accounts that each paid each other once, and these labels."""
    rows = [account(f"a{n:03d}", holder=f"p{n // 2:03d}") for n in range(HOLDERS)]
    paid = [
        transfer(f"t{n}", f"a{n:03d}", f"a{(n + 7) % HOLDERS:03d}", before(60 - n % 60))
        for n in range(HOLDERS)
    ]
    return dataset(account=rows, transfer=paid, label=labels, **more)


def test_the_last_word_on_a_card_stands():
    held = many(
        [
            label("a000", before(9)),
            label("a001", before(9)),
            label("a001", before(3), bad=False, source="appeal"),
            label("a002", before(9), bad=False, source="review"),
            label("a002", before(3)),
            label("a003", before(9)),
            label("a003", before(3)),
        ]
    )
    known = teach.known_from_labels(held, MISUSE_DAYS)
    at = {n: int(known.known_at[n]) for n in range(6)}
    assert at[0] == micros(before(9))
    assert at[1] == teach.NEVER
    assert at[2] == micros(before(3))
    assert at[3] == micros(before(9)), "known since it was first told"
    assert at[4] == teach.NEVER
    assert known.cleared[:5].tolist() == [False, True, False, False, False]
    assert known.bad_at[0] == micros(before(9)) - MISUSE_DAYS * DAY


def test_a_label_is_of_its_kind_of_card_only():
    held = dataset(
        account=[account("x")], sim=[sim("x")], label=[label("x", before(2), kind="sim")]
    )
    known = teach.known_from_labels(held, MISUSE_DAYS)
    size = cards(held).index.size
    assert known.known_at[dense(held, "x")] == teach.NEVER
    assert known.known_at[size + dense(held, "x", "sim")] == micros(before(2))


@pytest.mark.parametrize("minutes", [0, -1, -60 * 24 * 9])
def test_labels_at_or_after_the_instant_teach_nothing(minutes):
    early = [label(f"a{n:03d}", before(9 + n)) for n in range(3)]
    late = label("a050", before(minutes=minutes))
    cleared = label("a000", before(minutes=minutes), bad=False, source="appeal")
    one, other = many(early), many([*early, late, cleared])
    for held in (one, other):
        known = teach.known_from_labels(held, MISUSE_DAYS)
        assert (known.known_at < teach.NEVER).sum() == 3
        assert not known.cleared.any()
    a = teach.card_examples(one, teach.known_from_labels(one, 30), "account", 1)
    b = teach.card_examples(other, teach.known_from_labels(other, 30), "account", 1)
    assert np.array_equal(a.X, b.X, equal_nan=True)
    assert np.array_equal(a.y, b.y)


def test_a_card_is_asked_about_before_its_label_and_never_after():
    labels = [label(f"a{n:03d}", before(5 + n)) for n in range(20)]
    held = many(labels)
    found = teach.card_examples(held, teach.known_from_labels(held, MISUSE_DAYS), "account", 1)
    by_holder = {}
    for n in range(20):
        by_holder.setdefault(n // 2, []).append(micros(before(5 + n)))
    r = held.asker.records
    for row in np.flatnonzero(found.y):
        holder = int(r.holders.ids[int(found.group[row])].removeprefix("p"))
        assert found.at[row] <= max(by_holder[holder])
        assert found.at[row] >= min(by_holder[holder]) - 7 * DAY


def test_what_a_card_was_told_of_itself_is_not_in_what_is_learned():
    from duanka.features import catalogue

    labels = [label(f"a{n:03d}", before(5 + n)) for n in range(20)]
    held = many(labels)
    found = teach.card_examples(held, teach.known_from_labels(held, MISUSE_DAYS), "account", 1)
    names = catalogue.names_of("account")
    own = [at for at, name in enumerate(names) if name.startswith("own_label")]
    assert not np.nan_to_num(found.X[found.y == 1][:, own]).any()


def test_every_bad_card_weighs_one_and_the_others_stand_for_all_of_them():
    held = many([label(f"a{n:03d}", before(5 + n)) for n in range(20)])
    found = teach.card_examples(held, teach.known_from_labels(held, MISUSE_DAYS), "account", 1)
    assert found.weight[found.y == 1].sum() == pytest.approx(20)
    assert found.weight[found.y == 0].sum() == pytest.approx(HOLDERS - 20)
    assert (found.y == 1).sum() == 20 * len(teach.TICKS_DAYS)


def test_cleared_cards_are_among_the_innocent_even_when_few_others_are_taken(monkeypatch):
    monkeypatch.setattr(teach, "MOST_OTHERS", 10)
    cleared = [label(f"a{n:03d}", before(4), bad=False, source="appeal") for n in range(100, 130)]
    held = many([*(label(f"a{n:03d}", before(9)) for n in range(5)), *cleared])
    found = teach.card_examples(held, teach.known_from_labels(held, MISUSE_DAYS), "account", 1)
    holders = held.asker.records.holders.ids
    innocent = {holders[int(g)] for g in found.group[found.y == 0]}
    assert {f"p{n // 2:03d}" for n in range(100, 130)} <= innocent


def test_a_rings_own_clean_cards_are_neither_bad_nor_innocent():
    held = many([label(f"a{n:03d}", before(9)) for n in range(5)])
    known = teach.known_from_labels(held, MISUSE_DAYS)
    left_out = np.zeros(known.bad_at.size, dtype=np.bool_)
    left_out[100:140] = True
    told = teach.Known(known.bad_at, known.known_at, known.cleared, left_out=left_out)
    found = teach.card_examples(held, told, "account", 1)
    holders = held.asker.records.holders.ids
    groups = {holders[int(g)] for g in found.group}
    assert not groups & {f"p{n // 2:03d}" for n in range(100, 140)}
    assert found.weight[found.y == 0].sum() == pytest.approx(HOLDERS - 5 - 40)


def test_where_misuse_is_sure_a_card_is_asked_about_after_it_began_and_before_the_label():
    held = many([label(f"a{n:03d}", before(9)) for n in range(5)])
    told = teach.known_from_labels(held, 0)
    bad_at = told.bad_at.copy()
    bad_at[:5] = micros(before(20))
    known = teach.Known(bad_at, told.known_at, told.cleared, sure=True)
    found = teach.card_examples(held, known, "account", 1)
    asked = found.at[found.y == 1]
    assert asked.min() > micros(before(20))
    assert asked.max() <= micros(before(9)) + 1


def test_a_card_is_asked_about_only_once_it_exists():
    rows = [account("old"), account("new", opened_at=before(2)), account("bad")]
    held = dataset(account=rows, label=[label("bad", before(30))])
    found = teach.card_examples(held, teach.known_from_labels(held, 30), "account", 1)
    new = held.asker.records.accounts.index.ids.to_list().index("new")
    assert new == 1
    assert found.at.max() == micros(before(2)) + 1
    assert (found.at <= micros(AS_OF)).all()


def test_transfers_that_touched_a_bad_card_in_the_days_before_its_label_are_bad():
    rows = [
        transfer("t1", "v", "bad", before(20)),
        transfer("t2", "v", "bad", before(10, minutes=1)),
        transfer("t3", "bad", "c", before(1, minutes=1)),
        transfer("t4", "v", "bad", before(1)),
        transfer("t5", "v", "c", before(5)),
        transfer("t6", "bad", "MERCHANT:x", before(2)),
        transfer("t7", "v", "bad", before(2), memo_kind="salary"),
    ]
    held = dataset(transfer=rows, label=[label("bad", before(1))])
    known = teach.known_from_labels(held, MISUSE_DAYS)
    truth = teach.events_from_labels(held, known, "transfer", 9)
    ids = held.asker.records.frames["transfer"]["transfer_id"]
    # t2 lies a minute before the nine days
    assert [ids[int(n)] for n in truth.bad] == ["t3"]
    assert [ids[int(n)] for n in truth.others] == ["t5"]
    wider = teach.events_from_labels(held, known, "transfer", 10)
    assert [ids[int(n)] for n in wider.bad] == ["t2", "t3"]


def test_of_calls_only_the_callers_card_counts():
    rows = [call("c1", "bad", "v", before(2)), call("c2", "v", "bad", before(2))]
    held = dataset(call=rows, label=[label("bad", before(1), kind="sim")])
    known = teach.known_from_labels(held, MISUSE_DAYS)
    truth = teach.events_from_labels(held, known, "call", 9)
    ids = held.asker.records.frames["call"]["call_id"]
    assert [ids[int(n)] for n in truth.bad] == ["c1"]
    assert [ids[int(n)] for n in truth.others] == ["c2"]


def test_events_are_drawn_no_more_than_asked_and_stand_for_all():
    held = many([])
    truth = teach.EventTruth(np.arange(40), np.arange(40, 200))
    found = teach.event_examples(held, truth, "transfer", seed=1, most=80)
    assert (found.y == 1).sum() == 20
    assert (found.y == 0).sum() == 80
    assert found.weight[found.y == 1].sum() == pytest.approx(40)
    assert found.weight[found.y == 0].sum() == pytest.approx(160)
    assert len(found.X) == 100
    again = teach.event_examples(held, truth, "transfer", seed=1, most=80)
    assert np.array_equal(found.X, again.X, equal_nan=True)


def test_an_application_is_bad_if_its_card_was_told_bad_before_the_instant():
    late = AS_OF + timedelta(days=1)
    held = dataset(
        account=[account(n) for n in ("a", "b", "c")],
        opening=[
            opening("o1", "p", before(50), card_id="a"),
            opening("o2", "p", before(40), card_id="b"),
            opening("o3", "p", before(30), card_id="c"),
            opening("o4", "p", before(20), outcome="refused"),
        ],
        label=[
            label("a", before(5)),
            label("b", late),
            label("c", before(5), bad=False, source="review"),
        ],
    )
    bad, usable = teach.openings_from_labels(held, teach.known_from_labels(held, MISUSE_DAYS))
    assert bad.tolist() == [True, False, False, False]
    assert usable.tolist() == [True, True, True, False]
    found = teach.opening_examples(held, bad, usable)
    assert found.y.tolist() == [1, 0, 0]
    assert len(found.X) == 3


def test_applications_without_one_card_teach_nothing_and_fail_nothing():
    held = dataset(opening=[opening("o1", "p", before(9), outcome="refused")])
    bad, usable = teach.openings_from_labels(held, teach.known_from_labels(held, MISUSE_DAYS))
    assert (bad.tolist(), usable.tolist()) == ([False], [False])


def test_a_dataset_without_labels_teaches_that_nobody_is_known():
    held = dataset(transfer=[transfer("t", "a", "b", before(1))])
    known = teach.known_from_labels(held, MISUSE_DAYS)
    assert (known.known_at == teach.NEVER).all()
    assert teach.events_from_labels(held, known, "transfer", 9).bad.size == 0
