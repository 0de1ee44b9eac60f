from datetime import timedelta

import polars as pl
import pytest

from duanka import tables
from duanka.governance import gaming, months, scorecard
from duanka.policy import dated
from governance_room import Plan, build

WORLD = build(
    Plan(
        seed=6,
        cards=9_000,
        institutions=4,
        outlets=20,
        regions=4,
        days=300,
        honest_per_10k=200,
        older_days=100,
    )
)
REGIME = dated.load().at(WORLD.as_of.date())


def asked(frames):
    found = scorecard.govern(frames, WORLD.as_of, REGIME)
    month = found.span.last - 1  # a whole month
    return gaming.questions(found.sheets, frames, REGIME, month=month)


def applications(refused, agents=0):
    """200 applications a month at two desks of institution i00002 over the last whole four months; some refused."""
    rows, last = [], WORLD.as_of - timedelta(days=WORLD.as_of.day + 2)
    for back in range(4):
        for n in range(200):
            hit = n < (refused if back == 0 else 10)
            desk = "desk-agent" if n >= 200 - (agents if back == 0 else 10) else "desk-hall"
            at = last - timedelta(days=30 * back, minutes=n)
            rows.append((f"x{back}-{n}", at, "sim", f"p{n}", desk, "refused" if hit else "opened"))
    opening = pl.DataFrame(
        rows,
        schema=["opening_id", "at", "card_kind", "applicant_id", "outlet_id", "outcome"],
        orient="row",
    )
    outlet = pl.DataFrame(
        {
            "outlet_id": ["desk-agent", "desk-hall"],
            "institution_id": "i00002",
            "outlet_kind": ["agent", "hall"],
            "region_code": "990001",
        }
    )
    return {"opening": tables.typed("opening", opening), "outlet": tables.typed("outlet", outlet)}


def test_an_honest_world_is_asked_next_to_nothing():
    rows = asked(WORLD.tables)
    assert rows.height <= 2
    assert rows.schema["question"] == pl.String


@pytest.mark.parametrize(
    ("check", "how"),
    [("refusals_rise", {"refused": 60}), ("agents_rise", {"refused": 10, "agents": 90})],
)
def test_a_share_that_doubled_raises_its_question(check, how):
    rows = gaming._shares(applications(**how), month_before_last(), check, hit_of(check))
    hit = rows.filter(pl.col("unit_id") == "i00002")
    assert hit["tail_share"][0] < 1e-6
    calm = gaming._shares(applications(refused=10), month_before_last(), check, hit_of(check))
    assert calm["tail_share"][0] > 0.05


def hit_of(check):
    return (
        pl.col("outcome") == "refused"
        if check == "refusals_rise"
        else pl.col("outlet_kind") == "agent"
    )


def month_before_last():
    local = WORLD.as_of - timedelta(days=WORLD.as_of.day + 2)
    return local.year * 12 + local.month - 1


def test_openings_that_stop_raise_their_question():
    held = pl.concat([WORLD.tables[k].select("outlet_id") for k in ("account", "sim")])[
        "outlet_id"
    ].value_counts(sort=True)
    place = held["outlet_id"][0]
    found = scorecard.govern(WORLD.tables, WORLD.as_of, REGIME)
    month = found.span.last - 1
    stop = months.begins_at(month)
    frames = dict(WORLD.tables)
    for kind, time in (("account", "opened_at"), ("sim", "activated_at")):
        frames[kind] = frames[kind].filter((pl.col("outlet_id") != place) | (pl.col(time) < stop))
    rows = asked(frames).filter(pl.col("check") == "openings_fall", pl.col("unit_id") == place)
    assert rows["found"].to_list() == [0]
    assert "是否" in rows["question"][0]


def test_an_institution_that_closes_its_cards_is_asked_why():
    frames = dict(WORLD.tables)
    for kind in ("account", "sim"):
        bad = pl.col("institution_id") == "i00003"
        turn = pl.int_range(pl.len()) % 20
        closed = (
            pl.when((bad & (turn < 10)) | (turn == 0))
            .then(pl.lit("closed"))
            .otherwise(pl.lit("active"))
        )
        frames[kind] = tables.typed(kind, frames[kind].with_columns(status=closed))
    rows = asked(frames).filter(pl.col("check") == "closed_before")
    assert rows["unit_id"].to_list() == ["i00003"]


def test_refusing_people_from_elsewhere_is_asked_about():
    rows = pl.DataFrame(
        {"institution_id": ["fair", "harsh", "small"], "away": [400, 400, 12], "away_refused": [20, 60, 2], "near": [900, 900, 40], "near_refused": [45, 45, 2]}
    )  # fmt: skip
    told = gaming.questions([], {}, REGIME, month=24_310, origins=rows)
    assert told["unit_id"].to_list() == ["harsh"]
    assert told["check"].item() == "non_locals_refused"
    assert told["found"].item() == 60
    assert gaming.questions([], {}, REGIME, month=24_310, origins=rows.clear()).is_empty()
