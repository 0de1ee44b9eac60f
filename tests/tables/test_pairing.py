"""One transfer told from both sides."""

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.tables.pairing import one_name, pair, unpairable

NINE = datetime(2021, 10, 11, 1, tzinfo=UTC)
SCHEMA = {
    "transfer_id": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "payer_id": pl.String,
    "payee_id": pl.String,
    "amount_fen": pl.Int64,
    "payer_balance_fen": pl.Int64,
    "payee_balance_fen": pl.Int64,
    "#side": pl.String,
    "#line": pl.Int32,
    "#file": pl.String,
}


def entries(*rows):
    """(serial, payer, payee, amount, payer balance, payee balance, side) each."""
    told = [
        (serial, NINE, payer, payee, fen, left, right, side, line, "f")
        for line, (serial, payer, payee, fen, left, right, side) in enumerate(rows, start=2)
    ]
    return pl.DataFrame(told, schema=SCHEMA, orient="row")


def test_both_sides_are_one_transfer_that_knows_both_balances():
    paired = pair(entries(("1", "a", "b", 5, 10, None, "out"), ("9", "a", "b", 5, None, 20, "in")))
    assert paired.rows.select("payer_balance_fen", "payee_balance_fen").rows() == [(10, 20)]
    assert (paired.merged, paired.twice.height) == (1, 0)


def test_an_entry_told_twice_is_one_and_two_equal_transfers_are_two():
    paired = pair(
        entries(
            ("1", "a", "b", 5, 10, None, "out"),
            ("1", "a", "b", 5, 10, None, "out"),
            ("2", "a", "b", 5, 5, None, "out"),
            (None, "a", "b", 7, 5, None, "out"),
            (None, "a", "b", 7, 5, None, "out"),
        )
    )
    assert paired.rows.height == 4
    assert paired.twice["#line"].to_list() == [3]
    assert paired.rows["transfer_id"].n_unique() == 4


def test_a_serial_number_of_another_account_is_no_duplicate():
    paired = pair(entries(("1", "a", "b", 5, 1, None, "out"), ("1", "c", "d", 5, 1, None, "out")))
    assert paired.rows.height == 2


sides = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from("ab"),
        st.integers(1, 2),
        st.sampled_from(["out", "in"]),
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(sides)
def test_no_entry_is_lost_and_a_transfer_has_at_most_two(rows):
    told = entries(*[(None, *row[:3], None, None, row[3]) for row in rows])
    paired = pair(told)
    assert paired.rows.height + paired.merged == told.height
    for payer in "ab":
        for payee in "ab":
            for fen in (1, 2):
                same = [r[3] for r in rows if r[:3] == (payer, payee, fen)]
                kept = paired.rows.filter(payer_id=payer, payee_id=payee, amount_fen=fen)
                assert kept.height == max(same.count("out"), same.count("in"), 0)


def test_entries_that_lack_something_are_set_aside_under_their_own_number():
    broken, whole = unpairable(
        entries(("1", "a", None, 5, 1, None, "out"), ("1", "a", "b", 5, 1, None, "out"))
    )
    assert broken["transfer_id"].to_list() == ["entry-2"]
    assert whole.height == 1


def test_an_account_of_one_card_goes_by_its_card_and_one_of_two_by_itself():
    aliases = pl.DataFrame({"from": ["n", "m", "m"], "to": ["b", "c", "d"]})
    told = one_name(
        entries(("1", "a", "n", 5, 1, None, "out"), ("2", "m", "a", 5, 1, None, "in")), aliases
    )
    assert told.select("payer_id", "payee_id").rows() == [("a", "b"), ("m", "a")]
    assert one_name(told, aliases.clear()).equals(told)
