import pytest

from duanka.network import role_layers
from network.role_room import account, called, frame, known, paid, scores, sim, used, values


@pytest.fixture(scope="module")
def room():
    return known()


def bought(*more):
    """A bad card m with passers-by, and these transfers; A and B hold clean accounts."""
    rows = [paid(f"s{n}", 10 + n / 50, f"x{n}", "m", 9_000) for n in range(4)]
    frames = {
        "account": frame("account", [account("m", "M"), account("m2", "M2"), account("a", "A"), account("b", "B")]),
        "transfer": frame("transfer", [*rows, *more]),
    }  # fmt: skip
    return known(frames, scores(m=0.9, m2=0.9))


def test_what_came_back_after_layers_is_told_by_its_share_of_what_the_account_paid(room):
    assert values(role_layers.after_layers(room), "receives_after_layers") == {"MONEY": 1.0}
    hub = [paid("to", 11, "m", "hub", 20_000)] + [paid(f"h{n}", 12, "hub", "a" if n == 0 else f"c{n}", 5_000) for n in range(25)]  # fmt: skip
    told = values(role_layers.after_layers(bought(*hub)), "receives_after_layers")
    assert told["A"] == pytest.approx(0.2)


def test_more_than_went_in_and_what_came_before_is_not_of_the_flow():
    more = bought(paid("to", 11, "m", "z", 2_000), paid("big", 12, "z", "a", 90_000), paid("was", 5, "z", "b", 1_500))  # fmt: skip
    assert role_layers.after_layers(more).is_empty()


def test_who_reaches_exits_is_told_unless_the_card_itself_is_suspected():
    more = bought(paid("c1", 11, "a", "CRYPTO:1", 5_000), paid("c2", 11, "m", "CRYPTO:1", 5_000), paid("c3", 11, "OVERSEAS:2", "b", 5_000), paid("c4", 11, "a", "CRYPTO:1", 20))  # fmt: skip
    assert values(role_layers.exits(more), "reaches_exits") == {"A": 1.0, "B": 1.0}


def test_own_cash_at_the_machine_that_several_suspected_cards_just_used():
    more = bought(
        paid("w1", 11, "m", "CASH", 2_000, device_id="atm"), paid("w2", 11.002, "m2", "CASH", 2_000, device_id="atm"),
        paid("w3", 11.004, "a", "CASH", 500, device_id="atm"), paid("w4", 14, "b", "CASH", 500, device_id="atm"),
    )  # fmt: skip
    assert values(role_layers.withdrawals(more), "withdraws_for_many") == {"A": 2.0}


def test_what_suspected_accounts_paid_is_drawn_in_cash():
    more = bought(paid("p1", 11, "m", "a", 4_000), paid("p2", 11, "m2", "a", 4_000), paid("p3", 11, "m", "b", 8_000), paid("w", 11.1, "a", "CASH", 6_000))  # fmt: skip
    assert values(role_layers.cash_of_many(more), "takes_to_cash") == {"A": 0.75}


def test_abroad_is_told_of_clean_cards():
    frames = {
        "account": frame("account", [account("a", "A"), account("m", "M")]),
        "sim": frame("sim", [sim("s-A", "A")]),
        "device_use": frame("device_use", [used(1, "a", "d", abroad=True), used(2, "m", "d", abroad=True), used(3, "a", "d")]),
        "call": frame("call", [called("c", 3, "s-A", "o", roaming=True)]),
    }  # fmt: skip
    parts = role_layers.abroad(known(frames, scores(m=0.9)))
    assert values(parts[1], "abroad_logins") == {"A": 1.0}
    assert values(parts[2], "roaming_calls") == {"A": 1.0}


def test_without_tables_nothing_is_said():
    nothing = known({}, scores(a=0.9))
    asked = (
        role_layers.after_layers,
        role_layers.exits,
        role_layers.withdrawals,
        role_layers.cash_of_many,
    )
    assert all(ask(nothing).is_empty() for ask in asked)
    assert all(part.is_empty() for part in role_layers.abroad(nothing))
