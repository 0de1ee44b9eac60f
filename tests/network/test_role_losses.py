import polars as pl
import pytest

from duanka.network import role_losses
from network.role_room import account, called, frame, known, paid, ring, scores, sim, values


@pytest.fixture(scope="module")
def room():
    return known()


def parts(some):
    paid_, called_, others = role_losses.victims(some, role_losses.paid_suspected(some))
    return (
        values(paid_, "paid_suspected"),
        values(called_, "stranger_called"),
        values(others, "passes_others_money"),
    )


def test_who_paid_a_suspected_card_after_a_strangers_call_looks_robbed(room):
    paid_, called_, others = parts(room)
    assert paid_ == {"VICTIM": 0.95}
    assert set(called_) == {"VICTIM"}
    assert not others


def test_a_reported_loss_is_told_by_the_first_hop_of_the_trace(room):
    flow = pl.DataFrame({"hop": [1, 2], "transfer_id": ["lost", "out0-1"]})
    losses = role_losses.lost(flow)
    assert losses.to_list() == ["lost"]
    assert values(role_losses.reported(room, losses), "loss_reported") == {"VICTIM": 1.0}


def test_a_friend_who_called_back_is_no_stranger():
    frames, score = ring()
    back = frame("call", [called("back", 20, "s-VICTIM", "o-scam")])
    frames["call"] = pl.concat([frames["call"], back]).sort("at")
    assert not parts(known(frames, score))[1]


def test_money_that_had_just_come_in_was_somebody_elses():
    rows = [paid(f"s{n}", 10 + n / 50, f"x{n}", "m", 500) for n in range(4)]
    rows += [paid("in", 10.1, "y", "p", 900), paid("on", 10.2, "p", "m", 800)]
    frames = {
        "account": frame("account", [account("m", "M"), account("p", "P")]),
        "transfer": frame("transfer", rows),
        "sim": frame("sim", [sim("s-P", "P")]),
    }
    paid_, _, others = parts(known(frames, scores(m=0.9)))
    assert paid_ == {"P": 0.9}
    assert others == {"P": 1.0}


def test_who_holds_a_suspected_card_is_asked_elsewhere():
    rows = [paid(f"s{n}", 10 + n / 50, f"x{n}", "m", 500) for n in range(4)]
    rows += [paid("on", 10.2, "p", "m", 800)]
    accounts = [account("m", "M"), account("p", "P")]
    frames = {"account": frame("account", accounts), "transfer": frame("transfer", rows)}
    assert role_losses.paid_suspected(known(frames, scores(m=0.9, p=0.9))).is_empty()


def test_without_transfers_nobody_lost():
    nothing = known({}, scores(a=0.9))
    assert role_losses.paid_suspected(nothing).is_empty()
    assert role_losses.reported(nothing, pl.Series(["t"])).is_empty()
