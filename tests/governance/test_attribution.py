from datetime import UTC, datetime, timedelta

import polars as pl

import governance_naive
from duanka import tables
from duanka.governance import attribution
from town import small_town

AT = datetime(2026, 3, 1, tzinfo=UTC)


def labels(*words):
    """(hours, implicated, source, role) of one card."""
    return tables.typed(
        "label",
        pl.DataFrame(
            [
                ("account", "a", said, AT + timedelta(hours=h), source, role)
                for h, said, source, role in words
            ],
            schema=["card_kind", "card_id", "implicated", "known_at", "source", "role"],
            orient="row",
        ),
    )


def verdict(*words):
    found = attribution.verdicts({"label": labels(*words)})
    return found.row(0, named=True) if found.height else None


def test_the_last_word_counts():
    assert verdict((0, True, "police", None), (5, False, "appeal", None)) is None
    again = verdict(
        (0, True, "police", None), (48, False, "appeal", None), (96, True, "court", None)
    )
    assert again["known_day"] == 20513 + 4


def test_who_said_it_first_since_it_was_last_cleared_found_it():
    assert verdict((0, True, "review", None), (9, True, "police", None))["self_found"] == 1
    assert verdict((0, True, "police", None), (9, True, "review", None))["self_found"] == 0
    assert (
        verdict((0, True, "review", None), (1, False, "appeal", None), (2, True, "police", None))[
            "self_found"
        ]
        == 0
    )


def test_a_victim_is_not_implicated():
    assert verdict((0, True, "police", "victim")) is None
    assert verdict((0, True, "police", "mule"), (3, True, "police", "victim"))["self_found"] == 0


def test_every_card_goes_where_plain_loops_send_it():
    frames = small_town().tables
    found = attribution.attribute(frames)
    naive = governance_naive.cards_of(frames)
    columns = [
        "institution_id",
        "outlet_id",
        "staff_id",
        "region_code",
        "opened_month",
        "known_month",
    ]
    ours = sorted(found.select(columns).rows(), key=str)
    names = ("institution", "outlet", "staff", "region", "opened", "known")
    assert ours == sorted((tuple(card[name] for name in names) for card in naive), key=str)
    assert found["known_month"].drop_nulls().len() > 10


def test_an_application_or_a_desk_says_what_the_card_does_not():
    frames = dict(small_town().tables)
    bare = frames["account"].with_columns(
        pl.lit(None, dtype=pl.String).alias(c) for c in ("outlet_id", "staff_id")
    )
    granted = frames["opening"].filter(
        pl.col("card_kind") == "account", pl.col("card_id").is_not_null()
    )
    found = attribution.attribute(frames | {"account": bare}).filter(
        pl.col("card_kind") == "account"
    )
    told = found.filter(pl.col("outlet_id").is_not_null())
    assert 0 < told.height <= granted["card_id"].n_unique()
    assert set(told["card_id"]) <= set(granted["card_id"])
    desks = frames | {
        "account": frames["account"].with_columns(outlet_id=pl.lit(None, dtype=pl.String))
    }
    desks.pop("opening")
    by_desk = attribution.attribute(desks).filter(
        pl.col("card_kind") == "account", pl.col("staff_id").is_not_null()
    )
    assert by_desk["outlet_id"].null_count() == 0


def test_what_nobody_answers_for_is_counted_as_such():
    frames = dict(small_town().tables)
    frames.pop("outlet")
    rows = {
        row["unit_kind"]: row
        for row in attribution.unattributed(attribution.attribute(frames)).to_dicts()
    }
    assert rows["region"]["unattributed_count"] == rows["region"]["cards"]
    assert rows["region"]["implicated_unattributed_count"] == rows["region"]["implicated_count"] > 0
    assert rows["institution"]["unattributed_count"] == 0


def test_rows_of_one_card_are_one_card():
    frames = dict(small_town().tables)
    twice = frames | {
        name: pl.concat([frames[name], frames[name]])
        for name in ("account", "outlet", "staff", "label", "opening")
    }
    assert attribution.attribute(twice).equals(attribution.attribute(frames))
