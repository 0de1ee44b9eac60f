import polars as pl
import pytest

from desks import at, policy, sit
from duanka import tables
from duanka.cases import reverification
from duanka.cases.reverification import Card
from duanka.governance import scorecard, stock
from duanka.governance.months import name_of
from duanka.policy import dated
from duanka.store.ledger import SYSTEM, Wanted
from governance_room import Plan, build
from ledgers import OFFICER, ledger
from town import small_town

WORLD = build(
    Plan(
        seed=6,
        cards=9_000,
        institutions=4,
        outlets=20,
        regions=4,
        days=300,
        honest_per_10k=200,
        older_days=200,
    )
)
FOUND = scorecard.govern(WORLD.tables, WORLD.as_of, dated.load().at(WORLD.as_of.date()))


def test_dormant_and_surplus_cards_are_counted_by_institution():
    rows = [("a1", "p"), ("a2", "p"), ("a3", "p"), ("a4", "q"), ("a5", "p")]
    status = ["active", "dormant", "active", "dormant", "closed"]
    frame = pl.DataFrame(rows, schema=["account_id", "holder_id"], orient="row").with_columns(
        account_kind=pl.lit("class_2"), institution_id=pl.lit("i"), status=pl.Series(status), opened_at=pl.lit(WORLD.as_of),
    )  # fmt: skip
    told = stock.standing({"account": tables.typed("account", frame)}, most_cards=2).row(
        0, named=True
    )
    assert told == {
        "institution_id": "i",
        "card_kind": "account",
        "cards": 5,
        "dormant_count": 2,
        "closed_count": 1,
        "surplus_count": 1,
    }


def test_a_town_has_all_its_cards_in_the_count():
    frames = small_town().tables
    told = stock.standing(frames, most_cards=4)
    assert told["cards"].sum() == frames["account"].height + frames["sim"].height
    assert stock.standing({}, most_cards=4).is_empty()


def asked(*rows):
    return pl.DataFrame(rows, schema=stock.ASKED, orient="row")


ASKED = asked(
    *(("g1", "spring", "2026-03", "i", "account", f"a{n}", word) for n, word in enumerate(("passed", "failed", "no_answer", "came_later"))),
    ("g2", "autumn", "2026-09", "i", "account", "a1", "passed"), ("g2", "autumn", "2026-09", "i", "account", "a9", "asked"),
)  # fmt: skip


def test_every_answer_of_a_campaign_is_counted_with_a_range():
    row = stock.campaigns(ASKED).row(0, named=True)
    assert row["asked_count"] == sum(row[name] for name in stock.COUNTS) == 4
    assert row["answered_share"] == 0.75
    assert row["failed_lower"] < 1 / 3 < row["failed_upper"]
    later = stock.campaigns(ASKED).row(1, named=True)
    assert (later["waiting_count"], later["passed_count"]) == (1, 1)


def test_stock_stands_beside_what_clean_ups_brought_and_a_card_counts_once():
    held = pl.DataFrame({"institution_id": ["i", "j"], "card_kind": ["account"] * 2, "dormant_count": [7, 1]})  # fmt: skip
    told = stock.joined(held, ASKED)
    mine = told.row(0, named=True)
    assert mine["asked_count"] == 5  # a1 was asked twice; its last answer counts
    assert (mine["passed_count"], mine["failed_count"], mine["waiting_count"]) == (2, 0, 1)
    assert told["asked_count"][1] is None
    assert told["dormant_count"].to_list() == [7, 1]


def test_the_ledger_says_who_was_asked_and_what_came_of_it(tmp_path):
    book = ledger("sqlite", tmp_path)
    cards = [Card("account", f"a{n}", "bank_1", "990101", f"p{n}") for n in range(3)]
    with sit(book, OFFICER) as desk:
        made = reverification.start(desk, "spring", cards, policy())
    for one, outcome in zip(cards[:2], ("passed", "failed"), strict=True):
        with sit(book, OFFICER, at(1)) as desk:
            (mine,) = desk.find(Wanted("reverification", about=f"account:{one.card_id}"))
            reverification.answer(desk, mine, outcome, policy())
    with book.read(SYSTEM, at=at(2)) as desk:
        rows = stock.asked_again(desk)
    assert dict(rows.select("card_id", "answer").iter_rows()) == {"a0": "passed", "a1": "failed", "a2": "asked"}  # fmt: skip
    assert set(rows["campaign_id"]) == {made.id}


def test_curves_of_new_cards_rise_and_young_months_are_not_taken_for_good():
    told = stock.vintages(FOUND.attributed, FOUND.span)
    for (_, _), curve in told.group_by("card_kind", "opened", maintain_order=True):
        assert curve["known_count"].is_sorted()
        assert curve["expected_per_10k"].is_sorted()
    last = told.filter(pl.col("opened") == told["opened"].max())
    assert last.filter(pl.col("age_months") > 0)["seen_share"].max() == 0.0
    whole = told.filter(
        (pl.col("age_months") == 5) & (pl.col("seen_share") == 1.0),
        pl.col("card_kind") == "account",
        pl.col("opened") >= name_of(FOUND.span.begins),
    )
    seen = 10_000 * whole["known_count"].sum() / whole["opened_count"].sum()
    assert whole["expected_per_10k"][0] == pytest.approx(seen, rel=0.35)
