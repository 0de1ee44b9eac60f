import polars as pl

from duanka.network import members
from duanka.network.communities import find_networks
from duanka.network.evidence import together
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from network.ring_room import AS_OF, REGIME, account, frame, hour, town
from network.test_evidence import piece

RULES = rules_of(REGIME)
HELD = register(
    {"account": frame("account", [account(c, f"P{c}") for c in "abc"] + [account("a2", "Pa")])}
)


def nodes(*rows):
    return pl.DataFrame(
        [("account", c, g) for c, g in rows], schema={"kind": HELD.schema["card_kind"], "id": pl.String, "group": pl.Int64},
        orient="row",
    )  # fmt: skip


def test_a_group_of_one_holder_is_no_network():
    found = members.named(
        nodes(("a", 0), ("a2", 0), ("b", 1), ("c", 1)), together([]), HELD, rules=RULES
    )
    assert sorted(found["id"]) == ["b", "c"]
    assert found["network_id"].n_unique() == 1


def test_an_id_hangs_on_the_cards_and_on_nothing_else():
    one = members.named(nodes(("b", 7), ("c", 7)), together([]), HELD, rules=RULES)
    other = members.named(nodes(("c", 3), ("b", 3)), together([]), HELD, rules=RULES)
    assert set(one["network_id"]) == set(other["network_id"])
    assert members.digest(pl.Series(["x"])) != members.digest(pl.Series(["y"]))


def test_contact_is_with_the_holder_and_two_cards_of_one_holder_are_one_contact():
    given = pl.DataFrame(
        [("n", "person", "Pa", 1.0), ("n", "account", "d", 0.4)],
        schema=members.MEMBER,
        orient="row",
    )
    pieces = [
        piece(left_id=c, right_kind="account", right_id="d", relation="paid_for", count=n)
        for c, n in (("a", 2), ("a2", 3))
    ]
    links = members.all_links(given, together([]), together(pieces), HELD)
    row = links.row(0, named=True)
    assert links.height == 1
    assert (row["left_kind"], row["left_id"], row["count"], row["weight"]) == (
        "person",
        "Pa",
        5,
        0.0,
    )


def test_a_member_is_dated_by_what_was_done_not_by_the_register():
    frames, told = town()
    found = find_networks(frames, scores=told, as_of=AS_OF, regime=REGIME)
    a1 = found.members.filter(pl.col("subject_id") == "a1").row(0, named=True)
    assert (a1["since"], a1["until"]) == (hour(10), hour(101))
    assert found.members.filter(pl.col("subject_id") == "A1")["since"].to_list() == [None]


def test_holders_are_as_sure_as_the_surest_of_their_cards():
    given = pl.DataFrame(
        [("n", "account", "a", 0.5), ("n", "account", "a2", 0.9)],
        schema=members.MEMBER,
        orient="row",
    )
    found = members.holders(given, HELD, pl.col("strength").max())
    assert found.rows() == [("n", "person", "Pa", 0.9)]


def test_cards_are_tied_to_who_opened_them():
    held = register({"account": frame("account", [account("a", "P", staff_id="f", outlet_id="o")])})
    found = members.opened_by(held, held.select("card_kind", "card_id"))
    assert sorted(found["right_id"]) == ["f", "o"]
    assert found["weight"].sum() == 0
