import polars as pl

from duanka.network.resolve import REGISTER, owner_of, register
from network.ring_room import account, frame, sim


def frames():
    return {
        "account": frame("account", [account("a1", "P", sim_id="s1"), account("c1", "CO")]),
        "sim": frame("sim", [sim("s1", "P")]),
        "organisation": frame("organisation", [{"organisation_id": "CO", "legal_person_id": "P"}]),
    }


def test_each_card_has_its_holder_a_company_as_a_company():
    held = register(frames())
    assert held.select("card_kind", "card_id", "owner_kind", "owner_id", "sim_id").rows() == [
        ("account", "a1", "person", "P", "s1"),
        ("account", "c1", "organisation", "CO", None),
        ("sim", "s1", "person", "P", None),
    ]


def test_without_registers_nobody_holds_anything():
    assert register({}).schema == pl.Schema(REGISTER)
    assert register({"account": frame("account", [])}).is_empty()


def test_cards_of_one_holder_are_one_and_unknown_cards_their_own():
    held = register(frames())
    cards = pl.DataFrame(
        {"k": ["account", "sim", "account", "sim"], "i": ["a1", "s1", "x", "x"]},
        schema_overrides={"k": held.schema["card_kind"]},
    )
    owners = owner_of(cards, held, kind="k", key="i")["owner"].to_list()
    assert owners == ["h:P", "h:P", "account:x", "sim:x"]
