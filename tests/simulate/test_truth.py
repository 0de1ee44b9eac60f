import polars as pl

from town import small_town

KINDS = ("transfer", "call", "message")


def test_every_card_has_one_row_and_the_bad_have_their_facts():
    town = small_town()
    cards = town.truth["truth_card"]
    assert cards.height == town.tables["account"].height + town.tables["sim"].height
    bad = cards.filter("bad")
    for column in ("bad_from", "role", "ring_id", "habit", "holder_id"):
        assert bad[column].null_count() == 0
    assert cards.filter(~pl.col("bad"))["bad_from"].drop_nulls().is_empty()
    assert cards.filter(~pl.col("bad") & pl.col("role").is_not_null()).height


def test_marked_events_exist_and_the_first_of_a_card_is_its_beginning():
    town = small_town()
    events = town.truth["truth_event"]
    for kind in KINDS:
        ids = events.filter(pl.col("event_kind") == kind)["event_id"]
        assert ids.is_in(town.tables[kind][f"{kind}_id"].implode()).all()
    calls = town.tables["call"].join(
        events.filter(pl.col("part") == "fraud_call"), left_on="call_id", right_on="event_id"
    )
    first = calls.group_by(pl.col("caller_id").alias("card_id")).agg(pl.col("at").min())
    both = town.truth["truth_card"].filter("bad").join(first, on="card_id")
    assert ((both["at"] - both["bad_from"]).dt.total_seconds() >= 0).all()


def test_victims_have_a_role_and_are_not_bad():
    town = small_town()
    victims = town.truth["truth_victim"]
    assert victims.height
    role = town.truth["truth_role"].filter(pl.col("role") == "victim")
    assert victims["person_id"].is_in(role["subject_id"].implode()).all()
    told = victims["lead_id"].drop_nulls()
    assert told.is_in(town.tables["lead"]["lead_id"].implode()).all()
