from collections import Counter

import polars as pl
import pytest

from duanka.governance import progress
from duanka.tables import empty
from governance_naive import month_of
from town import small_town

FRAMES = small_town().tables
BOARD = progress.board(FRAMES, empty("listing"), interval_share=0.95)


def values(measure):
    return {
        row["period"]: row["value"] for row in BOARD.filter(pl.col("measure") == measure).to_dicts()
    }


@pytest.mark.parametrize(
    ("measure", "table", "time", "hit"),
    [
        ("leads_issued", "lead", "issued_at", lambda r: 1),
        ("loss_fen", "lead", "issued_at", lambda r: r["loss_fen"] or 0),
        ("implicated_known", "label", "known_at", lambda r: r["implicated"]),
        ("self_found", "label", "known_at", lambda r: r["implicated"] and r["source"] == "review"),
        ("cleared", "label", "known_at", lambda r: not r["implicated"]),
        ("openings", "opening", "at", lambda r: 1),
        ("refusals", "opening", "at", lambda r: r["outcome"] == "refused"),
    ],
)
def test_every_measure_is_counted_from_the_events_themselves(measure, table, time, hit):
    plain = Counter()
    for row in FRAMES[table].to_dicts():
        month = month_of(row[time])
        plain[f"{month // 12}-{month % 12 + 1:02d}"] += int(hit(row))
    assert values(measure) == dict(plain)


def test_a_change_comes_with_its_range_and_money_without():
    rows = BOARD.filter(pl.col("change_month").is_not_null())
    ranged = rows.filter(pl.col("measure") != "loss_fen")
    assert (ranged["change_month_lower"] <= ranged["change_month"]).all()
    assert (ranged["change_month"] <= ranged["change_month_upper"]).all()
    assert rows.filter(pl.col("measure") == "loss_fen")["change_month_lower"].null_count() == 1
    assert BOARD["change_year"].null_count() == BOARD.height  # the town has no year before


def test_listings_are_a_line_of_the_board():
    listing = pl.DataFrame({
        "unit_kind": ["region", "region", "outlet"], "unit_id": ["990001", "990002", "o"], "period": "2026-06",
        "listing": ["red_card", "none", "suspend_openings"], "because": "x",
    })  # fmt: skip
    board = progress.board(FRAMES, listing, interval_share=0.95)
    told = {
        r["measure"]: r["value"]
        for r in board.filter(
            pl.col("period") == "2026-06", pl.col("line") == "rectification"
        ).to_dicts()
    }
    assert told == {"listed_units": 2, "red_cards": 1, "suspended_units": 1}


def test_without_events_there_is_no_board():
    assert progress.board({}, empty("listing"), interval_share=0.95).is_empty()
