from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.governance.matter import (
    ENDS,
    MOVES,
    NEEDED,
    Matter,
    Step,
    expire,
    move,
    open_matter,
    overdue,
    reminders,
)

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
EVERY_PAPER = tuple(sorted({paper for papers in NEEDED.values() for paper in papers}))


def matter(kind, **more):
    first = next(iter(MOVES[kind]))
    return open_matter(
        Matter(
            "m-1",
            kind,
            "outlet",
            "o-1",
            first,
            "反诈中心",
            NOW,
            NOW + timedelta(days=5),
            "rate_high",
            **more,
        )
    )


def step(to, papers=EVERY_PAPER, *, by="甲", days=1):
    return Step(to, NOW + timedelta(days=days), by, papers, "网点", NOW + timedelta(days=days + 10))


def went(kind, *states):
    one = matter(kind)
    for turn, state in enumerate(states):
        one = move(one, step(state, by=f"第{turn}人", days=turn + 1))
    return one


def test_a_penalty_goes_through_notice_statement_decision_and_ends():
    done = went("penalty", "noticed", "hearing", "heard", "decided", "executed", "expired")
    assert done.ended
    assert [one.after for one in done.history] == [
        "noticed",
        "hearing",
        "heard",
        "decided",
        "executed",
        "expired",
    ]


@pytest.mark.parametrize("skipped", ["heard", "decided", "executed"])
def test_no_penalty_without_notice(skipped):
    with pytest.raises(Conflict, match="cannot become"):
        move(matter("penalty"), step(skipped))


def test_no_penalty_without_having_heard():
    with pytest.raises(Conflict):
        move(went("penalty", "noticed"), step("decided", days=3))
    with pytest.raises(NotAllowed, match="needs statement"):
        move(went("penalty", "noticed"), step("heard", papers=(), days=3))


@pytest.mark.parametrize(("kind", "to"), list(NEEDED))
def test_every_paper_that_is_asked_for_is_needed(kind, to):
    before = next(state for state, after in MOVES[kind].items() if to in after)
    one = replace(matter(kind), state=before)
    move(one, step(to))
    for lacking in NEEDED[kind, to]:
        with pytest.raises(NotAllowed, match=lacking):
            move(one, step(to, papers=tuple(p for p in EVERY_PAPER if p != lacking)))


def test_a_listing_is_objected_to_escalated_and_lifted():
    done = went(
        "listing",
        "noticed",
        "objected",
        "in_force",
        "objected",
        "in_force",
        "escalated",
        "reviewed",
        "lifted",
    )
    assert done.ended
    assert done.state in ENDS


def test_nobody_accepts_what_they_handed_in():
    handed = move(matter("rectification"), step("handed_in", by="网点"))
    with pytest.raises(NotAllowed, match="brought in themselves"):
        move(handed, step("accepted", by="网点", days=2))
    assert move(handed, step("accepted", by="监管", days=2)).state == "accepted"


def test_a_measure_for_an_area_needs_its_approval():
    with pytest.raises(NotAllowed, match="第三十五条"):
        matter("listing", area_wide=True)
    assert matter("listing", area_wide=True, approval_id="国办批〔2026〕0号").area_wide


def test_every_matter_has_one_owner_at_any_time():
    with pytest.raises(BadInput, match="accountable"):
        open_matter(replace(matter("penalty"), owner=" "))
    with pytest.raises(BadInput, match="accountable"):
        move(matter("penalty"), replace(step("noticed"), owner=""))


@pytest.mark.parametrize("bad", [{"kind": "fine"}, {"state": "decided"}])
def test_a_matter_begins_at_its_beginning(bad):
    with pytest.raises(BadInput):
        open_matter(replace(matter("penalty"), **bad))


def test_time_does_not_run_backwards():
    noticed = move(matter("penalty"), step("noticed", days=5))
    with pytest.raises(Conflict, match="before the last one"):
        move(noticed, step("heard", days=4))


def test_what_is_late_and_what_is_soon_due():
    late, soon = (
        matter("inspection"),
        replace(matter("inspection"), matter_id="m-2", due_at=NOW + timedelta(days=8)),
    )
    done = replace(went("inspection", "begun", "found", "closed"), matter_id="m-3")
    now = NOW + timedelta(days=6)
    assert overdue([soon, late, done], now) == [late]
    assert reminders([late, soon, done], now, days=3) == [soon]


def test_an_exposure_ends_by_itself_and_needs_a_concluded_case():
    with pytest.raises(NotAllowed, match="final_judgement"):
        move(matter("exposure"), step("checked", papers=("masked", "legal_basis")))
    shown = replace(went("exposure", "checked", "published"), expires_at=NOW + timedelta(days=180))
    assert expire([shown], NOW + timedelta(days=179)) == []
    ended = expire([shown], NOW + timedelta(days=180))
    assert [one.state for one in ended] == ["expired"]
    assert expire(ended, NOW + timedelta(days=900)) == []


@given(st.sampled_from(sorted(MOVES)), st.lists(st.integers(0, 9), max_size=12))
def test_whatever_is_done_the_history_is_a_walk_along_the_moves(kind, choices):
    one = matter(kind)
    for turn, choice in enumerate(choices):
        after = MOVES[kind].get(one.state, ())
        if not after:
            break
        one = move(one, step(after[choice % len(after)], by=f"第{turn}人", days=turn + 1))
    states = [next(iter(MOVES[kind])), *(made.after for made in one.history)]
    assert all(b in MOVES[kind][a] for a, b in pairwise(states))
    assert one.state == states[-1]
    assert one.ended == (one.state not in MOVES[kind])
