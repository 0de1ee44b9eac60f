import polars as pl
import pytest

from desks import at, sit
from dockets import CHIEF, CLERK
from duanka.errors import Conflict, NotAllowed
from duanka.governance import told
from duanka.store.ledger import SYSTEM, Viewer, Wanted
from ledgers import ledger

ANALYST = Viewer("a", ("analyst",), ("*",), ("*",))
PEOPLE = tuple(f"p{n}" for n in range(400))
GROUP = told.Group("2026-05", "region:990101", "community", "do_not_lend_cards", PEOPLE, "990101")


@pytest.fixture
def book(tmp_path):
    return ledger("sqlite", tmp_path)


def assigned(book, group=GROUP, days=0):
    with sit(book, SYSTEM, at(days)) as desk:
        return told.assign(desk, group, share=0.1)


def reached(book, one, days, count=300):
    with sit(book, CLERK, at(days)) as desk:
        return told.deliver(desk, desk.get(one.kind, one.id), delivered_count=count)


def test_who_is_told_and_held_out_is_drawn_once_sealed_and_only_then_counts(book):
    one = assigned(book)
    assert one.body["told_count"] + one.body["held_count"] == 400
    assert 20 <= one.body["held_count"] <= 60
    assert "p1" not in str(one.body)
    assert assigned(book, days=1).version == 1
    with sit(book, CHIEF, at(2)) as desk:
        assert told.told_of(desk).is_empty()  # nobody was told yet
    done = reached(book, one, 3)
    assert (done.state, done.is_open, done.body["delivered_count"]) == ("delivered", False, 300)
    with sit(book, CHIEF, at(4), purpose="measure") as desk:
        rows = told.told_of(desk)
        assert rows.height == 400
        assert rows["held_out"].sum() == one.body["held_count"]
        assert rows["told_at"].unique().to_list() == [at(3)]
        acts = [(row.act, row.purpose) for row in desk.history(told.KIND, one.id)]
    assert acts[-1] == ("look", "measure")
    for who in (ANALYST, CLERK):
        with pytest.raises(NotAllowed), sit(book, who, at(5)) as desk:
            told.told_of(desk)


def test_a_delivery_is_said_once_and_reaches_no_more_than_there_are(book):
    one = assigned(book)
    with pytest.raises(Conflict):
        reached(book, one, 1, count=401)
    reached(book, one, 1)
    with pytest.raises(Conflict):
        reached(book, one, 2)
    with pytest.raises(NotAllowed), sit(book, ANALYST, at(3)) as desk:
        told.deliver(desk, desk.get(one.kind, one.id), delivered_count=1)


def test_the_lot_of_a_person_is_the_same_in_every_group(book):
    other = told.Group("2026-06", "purpose:x", "at_opening", "do_not_lend_cards", PEOPLE[:200])
    for one in (assigned(book), assigned(book, other)):
        reached(book, one, 1, count=10)
    with sit(book, CHIEF, at(2)) as desk:
        rows = told.told_of(desk)
    assert rows.height == 600
    assert rows.group_by("person_id").agg(pl.col("held_out").n_unique())["held_out"].max() == 1


def test_employees_are_taught_once_some_held_out_and_count_as_they_were_drawn(book):
    cohort = [told.Learner(f"s{n}", "bank_1", "990101", "2026-05") for n in range(11)]
    with sit(book, SYSTEM, at()) as desk:
        made = told.assign_training(desk, cohort[:10], share=0.1)
        assert told.assign_training(desk, cohort[:10], share=0.1) == []
        assert len(told.assign_training(desk, cohort, share=0.1)) == 1
    held = [one for one in made if one.state == "held_out"]
    assert len(held) == 1
    first = next(one for one in made if one.state == "assigned")
    with sit(book, CLERK, at(1)) as desk:
        assert told.done(desk, desk.get(first.kind, first.id)).state == "done"
        with pytest.raises(Conflict):
            told.done(desk, desk.get(held[0].kind, held[0].id))
        assert len(desk.find(Wanted(told.TRAINING, open_only=True))) == 8
    with sit(book, CHIEF, at(2)) as desk:
        rows = told.taught_of(desk)
    assert sorted(rows["staff_id"]) == sorted(one.staff_id for one in cohort)
    assert (rows["held_out"].sum(), rows["done"].sum()) == (2, 1)
    assert rows["taught_month"].n_unique() == 1
