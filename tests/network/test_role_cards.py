import polars as pl
import pytest

from duanka.network.role_cards import with_holders
from network.role_room import (
    REGIME,
    account,
    called,
    day,
    frame,
    known,
    paid,
    ring,
    scores,
    sim,
)


def test_a_card_is_suspected_by_its_score_unless_it_was_cleared():
    frames, score = ring()
    assert known(frames, score).suspects["card_id"].to_list() == ["b-RUNS", "b-S1", "b-S2", "b-S3", "b-S4"]  # fmt: skip
    cleared = pl.when(pl.col("card_id") == "b-S1").then(pl.lit(["cleared"])).otherwise("reasons")
    again = known(frames, score.with_columns(reasons=cleared))
    assert "b-S1" not in again.suspects["card_id"]
    assert known(frames, score.drop("reasons")).suspects.height == 5


def test_its_use_changed_when_passers_by_began_to_pay_and_not_when_friends_did():
    rows = [paid(f"f{n}", n, "a-F", "a-M", 90_000) for n in range(5)]
    rows += [paid(f"s{n}", 20 + n / 10, f"x{n}", "a-M", 5_000) for n in range(4)]
    frames = {
        "account": frame("account", [account("a-M", "M")]),
        "transfer": frame("transfer", rows),
    }
    since = known(frames, scores(**{"a-M": 0.9})).suspects["since"].item()
    assert since == day(20)


def test_a_sims_use_changed_when_it_began_to_call_strangers():
    rows = [called(f"f{n}", n, "s-M", "s-F") for n in range(9)]
    rows += [called(f"s{n}", 12 + n / 50, "s-M", f"o{n}") for n in range(5)]
    frames = {"sim": frame("sim", [sim("s-M", "M")]), "call": frame("call", rows)}
    assert known(frames, scores(**{"s-M": 0.9})).suspects["since"].item() == day(12)


def test_cards_that_nobody_holds_here_are_judged_and_holders_of_firms_are_firms():
    frames = {
        "organisation": frame("organisation", [{"organisation_id": "O"}]),
        "account": frame("account", [account("a-O", "O"), account("a-P", "P")]),
    }
    cards = known(frames, scores(**{"a-O": 0.9, "a-P": 0.9, "a-Q": 0.9})).cards
    kinds = dict(zip(cards["card_id"], cards["holder_kind"], strict=True))
    assert kinds == {"a-O": "organisation", "a-P": "person", "a-Q": None}


@pytest.mark.parametrize("memo", ["salary", "pension", "medical", "refund"])
def test_what_everybody_is_owed_is_no_part_of_any_trade(memo):
    rows = [paid("t1", 1, "a", "b", 10, memo_kind=memo), paid("t2", 2, "a", "b", 10), paid("t3", 3, "a", "b", 10, outcome="failed"), paid("t4", 4, "a", "a", 10)]  # fmt: skip
    frames = {"account": frame("account", [account("a", "A")]), "transfer": frame("transfer", rows)}
    some = known(frames, scores(a=0.5))
    assert some.moves["transfer_id"].to_list() == ["t2"]
    sides = with_holders(some, some.moves).select("payer", "payee", "payer_p", "payee_p", "exit")
    assert sides.row(0) == ("A", None, 0.5, 0.0, False)


def test_no_table_is_no_move_and_a_number_is_a_rule():
    nothing = known({}, scores(a=0.9))
    assert nothing.moves.is_empty()
    assert not nothing.has("transfer")
    assert nothing.suspects["since"].null_count() == 1
    assert nothing.number("suspected_score") == REGIME.number("roles.suspected_score")
