import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from duanka.simulate.roster import ROLES
from duanka.simulate.world import Plan, build
from duanka.tables import INPUTS
from town import small_town, village

OWN = {"CASH"}


def bad_cards(town, kind):
    return town.truth["truth_card"].filter((pl.col("card_kind") == kind) & pl.col("bad"))


def auc(frame, value):
    return roc_auc_score(frame["bad"].to_numpy(), frame[value].cast(pl.Float64).to_numpy())


def test_the_same_plan_gives_the_same_bytes_and_another_seed_another_town():
    plan = Plan(5, people=600, days=30, rings=1)
    one, two = build(plan), build(plan)
    for name, frame in {**one.tables, **one.truth}.items():
        assert frame.equals({**two.tables, **two.truth}[name]), name
    other = build(Plan(6, people=600, days=30, rings=1))
    assert not other.tables["transfer"].equals(one.tables["transfer"])


def test_a_town_has_every_table_and_every_column_holds_something():
    town = small_town()
    assert set(town.tables) == set(INPUTS)
    for name, frame in town.tables.items():
        assert frame.height, name
        for column in frame.columns:
            assert frame[column].null_count() < frame.height, (name, column)


def test_every_reference_to_a_card_person_or_place_of_the_town_is_kept():
    tables = village().tables
    for table, column, target, key in (
        ("outlet", "institution_id", "institution", "institution_id"),
        ("staff", "outlet_id", "outlet", "outlet_id"),
        ("account", "outlet_id", "outlet", "outlet_id"),
        ("account", "staff_id", "staff", "staff_id"),
        ("account", "sim_id", "sim", "sim_id"),
        ("sim", "institution_id", "institution", "institution_id"),
        ("organisation", "legal_person_id", "person", "person_id"),
        ("organisation", "contact_sim_id", "sim", "sim_id"),
        ("opening", "companion_id", "person", "person_id"),
    ):
        known = tables[target][key].implode()
        assert tables[table][column].drop_nulls().is_in(known).all(), (table, column)
    holders = pl.concat([tables["person"]["person_id"], tables["organisation"]["organisation_id"]])
    for table in ("account", "sim"):
        assert tables[table]["holder_id"].is_in(holders.implode()).all()
    for name, frame in tables.items():
        key = frame.columns[0]
        if key.endswith("_id") and key == f"{name}_id":
            assert frame[key].is_unique().all(), name


def test_no_event_lies_before_the_card_was_opened_or_outside_the_window():
    town = village()
    opened = town.tables["account"].select(pl.col("account_id").alias("id"), "opened_at")
    for side in ("payer_id", "payee_id"):
        seen = town.tables["transfer"].join(opened, left_on=side, right_on="id")
        early = seen.filter(pl.col("at") < pl.col("opened_at").dt.truncate("1s"))
        assert early.is_empty()
    at = town.tables["transfer"]["at"]
    assert (at.max() - at.min()).days <= 90


def test_balances_are_never_negative_and_follow_from_the_moves():
    transfers = small_town().tables["transfer"]
    for side in ("payer", "payee"):
        assert transfers[f"{side}_balance_fen"].drop_nulls().min() >= 0
    both = pl.concat(
        [
            transfers.select(pl.col(f"{side}_id").alias("id"), "at", "outcome",
                             pl.col(f"{side}_balance_fen").alias("after"),
                             (pl.col("amount_fen") * sign).alias("change"))
            for side, sign in (("payer", -1), ("payee", 1))
        ]
    ).sort("id", "at", maintain_order=True)  # fmt: skip
    change = pl.when(pl.col("outcome") == "failed").then(0).otherwise(pl.col("change"))
    same = pl.col("after") - pl.col("after").shift(1).over("id") == change
    lone = pl.col("at") != pl.col("at").shift(1).over("id")
    told = both.with_columns(same=same, lone=lone).filter(pl.col("lone"))["same"].drop_nulls()
    assert told.mean() > 0.999


def test_bad_cards_are_rare_and_every_role_is_played():
    town = village()
    assert 1 / 1_200 < town.truth["truth_card"]["bad"].mean() <= 1 / 500
    assert set(town.truth["truth_role"]["role"].cast(pl.String)) == set(ROLES)


def test_most_bad_accounts_are_old_and_about_a_third_were_clean_until_the_day():
    towns = [village(), *(small_town(seed) for seed in (1, 2, 3))]
    bad = pl.concat([bad_cards(town, "account") for town in towns])
    assert 0.65 < bad["stock"].mean() < 0.95
    assert 0.2 < bad["clean_until_day"].mean() < 0.47


def test_a_card_clean_until_the_day_has_no_illicit_event_on_an_earlier_day():
    town = village()
    cards = bad_cards(town, "account").filter("clean_until_day")
    marked = town.truth["truth_event"].filter(
        pl.col("part").is_in(["victim_payment", "layering", "cash_out", "test"])
    )
    moves = town.tables["transfer"].join(marked, left_on="transfer_id", right_on="event_id")
    ends = pl.concat(
        [moves.select(pl.col(s).alias("card_id"), "at") for s in ("payer_id", "payee_id")]
    )
    first = ends.group_by("card_id").agg(pl.col("at").min())
    seen = cards.join(first, on="card_id")
    assert seen.height
    gap = (seen["at"] - seen["bad_from"]).dt.total_seconds()
    assert gap.min() >= 0


def test_nothing_is_labelled_before_its_misuse_and_about_half_is_ever_labelled():
    town = village()
    bad = town.truth["truth_card"].filter("bad")
    labels = town.tables["label"].filter("implicated").join(bad, on="card_id")
    assert (labels["known_at"] >= labels["bad_from"]).all()
    many = [bad_and_found(t) for t in (village(), *(small_town(seed) for seed in (1, 2, 3)))]
    share = sum(found for _, found in many) / sum(count for count, _ in many)
    assert 0.35 < share < 0.75


def bad_and_found(town):
    bad = town.truth["truth_card"].filter("bad")["card_id"]
    found = town.tables["label"].filter("implicated")["card_id"]
    return len(bad), bad.is_in(found.implode()).sum()


def test_a_victim_in_the_town_was_called_before_paying():
    town = small_town()
    paid = town.truth["truth_event"].filter(pl.col("part") == "victim_payment")
    moves = town.tables["transfer"].join(paid, left_on="transfer_id", right_on="event_id")
    victims = town.truth["truth_victim"].join(moves, left_on="account_id", right_on="payer_id")
    fraud = town.truth["truth_event"].filter(pl.col("part") == "fraud_call")
    calls = town.tables["call"].join(fraud, left_on="call_id", right_on="event_id")
    sims = town.tables["sim"].select("sim_id", pl.col("holder_id").alias("person_id"))
    calls = calls.join(sims, left_on="callee_id", right_on="sim_id")
    first = calls.group_by("person_id").agg(pl.col("at").min().alias("called_at"))
    both = victims.join(first, on="person_id", how="left")
    assert both.height > 10
    assert (both["called_at"] < both["at"]).mean() > 0.9


@pytest.mark.parametrize("kind", ["account", "sim"])
def test_ids_order_and_fractions_of_a_second_say_nothing(kind):
    town = small_town()
    key = f"{kind}_id"
    bad = bad_cards(town, kind)["card_id"].implode()
    cards = town.tables[kind].with_row_index("row").with_columns(
        bad=pl.col(key).is_in(bad), digits=pl.col(key).str.slice(2).cast(pl.Int64)
    )  # fmt: skip
    assert 0.38 < auc(cards, "row") < 0.62
    assert 0.38 < auc(cards, "digits") < 0.62
    events, event = ("transfer", "transfer_id") if kind == "account" else ("call", "call_id")
    marked = town.truth["truth_event"]["event_id"].implode()
    rows = town.tables[events].with_columns(
        bad=pl.col(event).is_in(marked), digits=pl.col(event).str.slice(2).cast(pl.Int64),
        micro=pl.col("at").dt.microsecond(), last=pl.col("at").dt.microsecond() % 10,
    )  # fmt: skip
    for value in ("digits", "micro", "last"):
        assert 0.44 < auc(rows, value) < 0.56, value


def test_what_was_not_written_down_says_nothing():
    town = village()
    marked = town.truth["truth_event"]["event_id"].implode()
    moves = town.tables["transfer"].filter(pl.col("payer_id").is_in(
        town.tables["account"]["account_id"].implode()) & (pl.col("channel") == "mobile"))  # fmt: skip
    moves = moves.with_columns(bad=pl.col("transfer_id").is_in(marked))
    for column in ("payer_balance_fen", "device_id", "region_code", "memo_kind"):
        lacking = moves.with_columns(pl.col(column).is_null().alias("lacks"))
        assert 0.38 < auc(lacking, "lacks") < 0.62, column


def spoken(town):
    calls = town.tables["call"]
    length = pl.col("duration_s").filter(pl.col("duration_s") > 0).mean()
    sides = [
        calls.select(pl.col(side).alias("card_id"), "duration_s")
        for side in ("caller_id", "callee_id")
    ]
    per = pl.concat(sides).group_by("card_id").agg(number=pl.len(), length=length)
    cards = town.truth["truth_card"].filter(pl.col("card_kind") == "sim")
    return cards.join(per, on="card_id").select("bad", "number", "length")


def test_neither_the_number_nor_the_length_of_calls_decides():
    cards = pl.concat([spoken(town) for town in (village(), *map(small_town, (1, 2, 3)))])
    assert 0.25 < auc(cards, "number") < 0.75
    assert 0.25 < auc(cards.fill_null(0), "length") < 0.75


def test_a_town_without_rings_has_no_bad_card():
    town = build(Plan(3, people=400, days=25, rings=0))
    assert not town.truth["truth_card"]["bad"].any()
    assert town.truth["truth_event"].height == 0
    assert np.isclose(town.tables["label"].height, 0)
