import polars as pl
import pytest

from duanka.network import candidates
from duanka.network.evidence import together
from duanka.network.resolve import register
from duanka.network.rules import Tie, rules_of
from network.ring_room import REGIME, account, frame, hour, sim
from network.test_evidence import piece

RULES = rules_of(REGIME)
PEOPLE = [f"P{n}" for n in range(400)]
HELD = register(
    {
        "account": frame("account", [account(f"a{p}", p, staff_id="f1" if n < 6 else f"f{n % 9 + 2}", outlet_id="o")
                                     for n, p in enumerate(PEOPLE)]),
        "sim": frame("sim", [sim(f"s{p}", p) for p in PEOPLE]),
    }
)  # fmt: skip


def owners(**networks):
    rows = [(name, f"h:P{n}") for name, members in networks.items() for n in members]
    return pl.DataFrame(rows, schema=["network_id", "owner"], orient="row")


def contacts(host, *numbers, relation="called"):
    kind, letter = ("sim", "s") if relation == "called" else ("account", "a")
    return [
        piece(
            left_kind=kind,
            left_id=f"{letter}P{n}",
            right_kind=kind,
            right_id=host,
            relation=relation,
        )
        for n in numbers
    ]


def around(parts, **networks):
    found = candidates.around(together(parts), HELD, owners(**networks), rules=RULES)
    return {(r["network_id"], r["subject_id"]): r["strength"] for r in found.to_dicts()}


def test_one_who_deals_with_several_of_a_network_is_a_candidate_and_more_is_more():
    found = around([*contacts("r", 1, 2, 3), *contacts("q", 1, 2, 3, 4, 5)], n=range(1, 9))
    assert set(found) == {("n", "r"), ("n", "q")}
    assert found["n", "r"] < found["n", "q"] < RULES.candidates["called"].strength


def test_one_contact_is_chance_and_so_are_many_among_hundreds():
    assert around(contacts("r", 1), n=range(1, 9)) == {}
    assert around(contacts("courier", *range(300)), n=range(1, 9)) == {}


def test_dealing_with_ones_own_cards_is_nothing():
    assert around(contacts("sP1", 1, 2), n=range(1, 9)) == {}


def test_each_candidate_stands_in_the_network_it_deals_with_most():
    found = around(contacts("r", 1, 2, 3, 20, 21), x=range(1, 9), y=range(20, 28))
    assert list(found) == [("x", "r")]


def bonds(parts, **networks):
    found = candidates.between(together(parts), HELD, owners(**networks), rules=RULES)
    return {(r["left"], r["right"]): r["bond"] for r in found.to_dicts()}


def test_a_buyer_who_paid_in_two_cells_ties_them():
    found = bonds(
        contacts("dealer", 1, 2, 20, 21, relation="paid_for"), x=range(1, 5), y=range(20, 25)
    )
    assert found["x", "y"] > 0.1


def test_two_of_all_cells_are_too_few_and_a_shop_that_pays_everybody_ties_nobody():
    assert bonds(contacts("r", 1, 20, relation="paid_for"), x=range(1, 5), y=range(20, 25)) == {}
    shop = contacts("shop", *range(300), relation="paid_for")
    assert bonds(shop, x=range(1, 5), y=range(20, 25)).get(("x", "y"), 0) == pytest.approx(
        0, abs=1e-3
    )


def test_staff_who_opened_more_than_their_share_are_told_and_the_outlet_is_not():
    cards = pl.DataFrame(
        [("n", "account", f"aP{n}") for n in range(5)],
        schema={"network_id": pl.String, "card_kind": HELD.schema["card_kind"], "card_id": pl.String}, orient="row",
    )  # fmt: skip
    found = candidates.of_staff(HELD, cards, recent=pl.col("since") < hour(0), tie=Tie(0.5, 3))
    assert found.select("network_id", "subject_kind", "subject_id").rows() == [("n", "staff", "f1")]
    none = candidates.of_staff(HELD, cards, recent=pl.col("since") > hour(0), tie=Tie(0.5, 3))
    assert none.is_empty()
