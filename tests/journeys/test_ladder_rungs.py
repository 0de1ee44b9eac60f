"""Every rung that the policy knows: reached, stayed on, left, objected to, written about; a new rung fails until it is."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from desks import at, policy
from dockets import CHIEF, FIGURES, LISTED, NONE_MADE, STAFF, UNIT, go, papers, proposed
from duanka.governance import listing
from duanka.governance.docket_letters import letter_of
from duanka.governance.letters import said
from duanka.jobs.matters import PENALTIES
from duanka.policy import dated
from duanka.store.ledger import SYSTEM
from duanka.tables.words import LISTINGS
from ledgers import ledger

REGIME = dated.load().at(date(2026, 6, 1))
ROWS = REGIME.version_of_table("unit_listing").table.rows
TOLD_APART = {
    (unit, str(word))
    for row in ROWS
    for one in row.when
    if one.column == "sector"
    for unit in next((c.words for c in row.when if c.column == "unit_kind"), ("institution",))
    for word in one.words
}
UNITS = sorted(
    {("institution", "bank"), ("outlet", "bank"), ("staff", "bank"), ("region", "mixed")}
    | TOLD_APART
)
"""Kinds of unit, each with the sectors that the policy tells apart for it."""
EXAMPLES = Path(dated.__file__).parent / "cn" / "examples"
MOST = 10


def facts(ratio, *, stands_out=True, concentrated=False):
    """What one unit shows in a period."""
    one = dict.fromkeys(("expected", "ratio", "lower_ratio", "upper_ratio", "tail_share"), np.array([ratio]))  # fmt: skip
    sides = {f"{n}_{s}": np.ones(1) for n in ("exposure", "counted", "expected") for s in ("new", "stock")}  # fmt: skip
    return one | sides | {
        "side": np.array(["new"]),
        "implicated": np.array([9.0]),
        "stands_out": np.array([stands_out]),
        "concentrated": np.array([concentrated]),
    }  # fmt: skip


SHOWN = {"high": facts(3.0), "raised": facts(1.2), "alone": facts(3.0, concentrated=True)}
CALM = facts(0.5, stands_out=False)


def walked(unit, periods):
    """Rung and reason of a unit (its kind and sector) in each period."""
    walk = listing._Walk(("u",), [unit[1]])
    rows = [walk.step(one, REGIME, f"{n}", unit[0]) for n, one in enumerate(periods)]
    return [(row["listing"][0], row["because"][0]) if row.height else ("none", "") for row in rows]


def reached():
    """The first way to every rung of every kind of unit and sector: what is shown, and for how long."""
    ways = {}
    for unit in UNITS:
        for shown, seen in SHOWN.items():
            rungs = walked(unit, [seen] * MOST)
            for length, (rung, _) in enumerate(rungs, start=1):
                if rung != "none":
                    ways.setdefault((*unit, rung), (shown, length))
    return ways


WAYS = reached()


def test_every_rung_of_the_policy_is_reached_by_some_unit():
    assert {row.then for row in ROWS} - {"none"} == {rung for *_, rung in WAYS} == set(LISTINGS[1:])
    kinds = {
        (word, row.then)
        for row in ROWS
        if row.then != "none"
        for one in row.when
        if one.column == "unit_kind"
        for word in one.words
    }
    assert kinds <= {(unit, rung) for unit, _, rung in WAYS}


def test_every_rung_and_kind_of_unit_has_its_worked_example():
    told = yaml.safe_load((EXAMPLES / "listings.yaml").read_text(encoding="utf-8"))
    shown = {
        (one["given"]["unit_kind"], one["expect"]["listing"])
        for one in told
        if one.get("table") == "unit_listing"
    }
    stays = {
        (one["given"]["listed"], one["expect"]["listing"])
        for one in told
        if one.get("table") == "standing_listing"
    }
    assert {(unit, rung) for unit, _, rung in WAYS} <= shown
    for rung in LISTINGS[1:]:
        assert (rung, rung) in stays, f"{rung} stays"
        assert (rung, "none") in stays, f"{rung} is left"


@pytest.mark.parametrize("way", list(WAYS), ids="-".join)
def test_it_is_stayed_on_and_left(way):
    *unit, rung = way
    shown, length = WAYS[way]
    up = [SHOWN[shown]] * length
    told = walked(unit, [*up, *[CALM] * MOST])
    assert told[length - 1][0] == rung
    after = [one for one, _ in told[length:]]
    if rung == "notice":  # lasts no longer than its cause
        assert walked(unit, [*up, *up])[-1][0] == "notice"
        assert after[0] == "none"
        return
    left = after.index("none")
    assert left >= 1
    assert set(after[:left]) == {rung}
    assert {because for _, because in told[length : length + left]} == {"stays_listed"}
    assert told[length + left][1] in {"calm_again", "term_over"}
    assert set(after[left:]) == {"none"}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    made = ledger("sqlite", tmp_path_factory.mktemp("rungs"))
    yield made
    made.close()


def written(book, one, days):
    """What the letter of a matter says."""
    with book.read(SYSTEM, at=at(days)) as desk:
        letter, figures = letter_of(desk, desk.get(one.kind, one.id), policy().at(date(2026, 6, 1)))
    return said(letter, figures)


@pytest.mark.parametrize("way", list(WAYS), ids="-".join)
def test_it_is_told_objected_to_withdrawn_when_right_and_in_force_when_not(book, way):
    unit, sector, rung = way
    if unit == "staff":
        proposal = replace(STAFF, unit_id=f"s-{sector}", listing=rung, period=rung)
        one = go(book, proposed(book, proposal), "asked", 1, CHIEF)
        one = go(book, one, "replied", 2, CHIEF)
        assert go(book, one, "withdrawn", 3, CHIEF).state == "withdrawn"
        return
    kind = "penalty" if rung in PENALTIES else "listing"
    proposal = replace(LISTED, kind=kind, unit_kind=unit, listing=rung, figures=FIGURES)
    for turn in ("right", "wrong"):
        one = proposed(book, replace(proposal, unit_id=f"{sector}-{rung}-{turn}"))
        one = go(book, one, "noticed", 1)
        first = written(book, one, 1)
        assert "告知书" in first.title  # told before anything is in force
        assert "拟" in first.closing[0]
        to = ("heard", 2, UNIT) if kind == "penalty" else ("objected", 2, UNIT)
        one = go(book, one, *to)
        if turn == "right":
            one = go(book, one, "withdrawn", 3)
            assert not one.is_open
            assert "撤销" in written(book, one, 3).title
            continue
        for step in ("decided", "executed") if kind == "penalty" else ("in_force",):
            one = go(book, one, step, 4, CHIEF)
        assert one.is_open
        if kind == "listing":
            one = go(book, one, "objected", 5, UNIT)  # and again, once it is in force
            one = go(book, one, "in_force", 6, CHIEF)
            assert go(book, one, "lifted", 7, CHIEF, papers=papers(kind, "lifted")).state == "lifted"  # fmt: skip
    assert NONE_MADE.says == "none"
    assert pl.Series([rung]).is_in(LISTINGS).all()
