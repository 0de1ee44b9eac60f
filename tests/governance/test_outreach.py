import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from duanka.governance import outreach
from duanka.governance.attribution import attribute
from duanka.policy import dated
from town import small_town

FRAMES = small_town().tables
REGIME = dated.load().at(FRAMES["label"]["known_at"].max().date())
TOLD = outreach.outreach(attribute(FRAMES), FRAMES, REGIME)


def test_groups_are_districts_purposes_and_staff_and_never_a_person():
    assert set(TOLD["group"].str.split(":").list.first()) <= {
        "region",
        "purpose",
        "staff_of",
        "employer",
    }
    assert not set(TOLD["group"].str.split(":").list.last()) & set(FRAMES["person"]["person_id"])
    assert (TOLD["size"] >= 20).all()
    assert set(TOLD["message_id"]) <= set(outreach.MESSAGES)


def test_a_tenth_is_held_out_of_every_group():
    assert (TOLD["holdout_size"] >= 1).all()
    assert (TOLD["holdout_size"] == (TOLD["size"] * 0.1).ceil()).all()


def test_those_who_paid_reported_cards_are_warned_where_they_are():
    assert TOLD.filter(pl.col("message_id") == "pause_before_paying").height > 0
    quiet = {name: frame for name, frame in FRAMES.items() if name != "lead"}
    told = outreach.outreach(attribute(quiet), quiet, REGIME)
    assert "pause_before_paying" not in told["message_id"].to_list()


@pytest.mark.parametrize("absent", ["opening", "transfer", "outlet", "sim", "staff"])
def test_what_is_absent_is_done_without(absent):
    frames = {name: frame for name, frame in FRAMES.items() if name != absent}
    outreach.outreach(attribute(frames), frames, REGIME)


def test_the_uplift_is_newcombes_on_many_cases():
    rng = np.random.default_rng(3)
    for _ in range(200):
        n, m = (int(v) for v in rng.integers(20, 3000, 2))
        x, y = (int(v) for v in (rng.binomial(n, 0.1), rng.binomial(m, 0.2)))
        found, low, high = outreach.uplift((x, n), (y, m), interval_share=0.95)
        theirs = confint_proportions_2indep(y, m, x, n, method="newcomb", compare="diff")
        assert found == y / m - x / n
        assert (low, high) == pytest.approx(theirs, abs=1e-9)


def test_people_whom_one_organisation_pays_and_those_of_a_lawful_list_are_groups_too():
    attributed = attribute(FRAMES)
    bad = attributed.filter(pl.col("known_month").is_not_null(), pl.col("card_kind") == "account")
    held = FRAMES["account"].select("account_id", "holder_id")
    risky = set(bad.join(held, left_on="card_id", right_on="account_id")["holder_id"])
    class_ = (sorted(risky) + sorted(set(FRAMES["person"]["person_id"]) - risky))[:60]
    listed = pl.DataFrame({"group": "school-1", "person_id": class_})
    told = outreach.outreach(attributed, {**FRAMES, "groups": listed}, REGIME)
    mine = told.filter(pl.col("group") == "group:school-1")
    assert mine["channel"].to_list() == ["peers"]
    assert outreach.members("group:school-1", attributed, {**FRAMES, "groups": listed}) == sorted(class_)  # fmt: skip
    paid = outreach.employed(FRAMES)
    assert paid.height > 0
    assert set(paid["place"]) <= set(FRAMES["organisation"]["organisation_id"])
    assert not set(paid["holder_id"]) & set(paid["place"])


def test_everybody_counted_in_a_group_is_a_member_of_it():
    attributed = attribute(FRAMES)
    for name in ("region", "purpose", "staff_of", "employer"):
        for row in TOLD.filter(pl.col("group").str.starts_with(f"{name}:")).head(2).to_dicts():
            people = outreach.members(row["group"], attributed, FRAMES)
            if row["message_id"] != "pause_before_paying":  # there only holders of accounts count
                assert len(people) >= row["size"]
            assert len(people) == len(set(people)) >= 20
