import polars as pl

from duanka.network.bonds import control, pairs
from duanka.network.evidence import EVIDENCE, together
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from duanka.network.spread import spread
from duanka.network.suspicion import BELIEF
from network.ring_room import REGIME, account, frame, sim
from network.test_evidence import piece
from network.test_spread import on

RULES = rules_of(REGIME)
HELD = register(
    {
        "account": frame("account", [account(c, f"P{c}", sim_id="s1" if c == "a" else None) for c in "abcx"]),
        "sim": frame("sim", [sim("s1", "Ps")]),
    }
)  # fmt: skip


def bound_by(parts, **prior):
    rows = [("sim" if c.startswith("s") else "account", c, p) for c, p in prior.items()]
    told = pl.DataFrame(rows, schema=BELIEF, orient="row").sort("card_kind", "card_id")
    pieces = together(parts)
    bad = told.filter(pl.col("belief") >= RULES.member)
    found = control(spread(pieces, told, HELD, rules=RULES), pieces, bad, HELD, rules=RULES)
    assert found.schema == pl.Schema(EVIDENCE)
    return {
        (r["left_id"], r["right_id"], r["relation"]): r["weight"]
        for r in found.to_dicts() if r["relation"] != "held_by"
    }, found  # fmt: skip


def test_a_shared_device_binds_suspects_and_nobody_else():
    found, _ = bound_by(on("a", "b", "x"), a=0.9, b=0.9, x=0.01)
    assert set(found) == {("a", "d", "used_on"), ("b", "d", "used_on")}


def test_a_device_of_one_suspect_or_of_a_crowd_binds_nothing():
    assert bound_by(on("a"), a=0.9)[0] == {}
    crowd = [piece(left_id=f"u{n}") for n in range(40)]
    assert bound_by([*on("a", "b"), *crowd], a=0.9, b=0.9)[0] == {}


def test_a_payment_binds_two_suspects_and_the_surer_the_more():
    parts = on("a", relation="paid", host="b", kind="account")
    sure, _ = bound_by(parts, a=1.0, b=1.0)
    less, _ = bound_by(parts, a=0.5, b=0.5)
    assert sure["a", "b", "paid"] == 4 * less["a", "b", "paid"] == RULES.ties["paid"].strength
    assert bound_by(parts, a=1.0, b=0.1)[0] == {}


def test_a_set_of_account_and_sim_sold_together_is_bound():
    assert set(bound_by([], a=0.9, s1=0.9)[0]) == {("a", "s1", "bound_to")}
    assert bound_by([], a=0.9, s1=0.1)[0] == {}


def test_a_call_before_a_payment_binds_two_suspects():
    part = piece(
        left_kind="sim",
        left_id="s1",
        right_kind="account",
        right_id="b",
        relation="called_before",
        weight=0.2,
    )
    assert set(bound_by([part], s1=0.9, b=0.9)[0]) == {("s1", "b", "called_before")}
    assert bound_by([part], s1=0.9)[0] == {}


def test_every_suspect_is_bound_to_its_holder_and_two_ends_stand_once():
    _, found = bound_by([*on("a", "b"), *on("a", "b", relation="bound_to")], a=0.9, b=0.9)
    held = found.filter(pl.col("relation") == "held_by")
    assert held["right_id"].to_list() == ["Pa", "Pb"]
    once = pairs(found)
    assert once.height == once.select("left_kind", "left_id", "right_kind", "right_id").n_unique()
    assert abs(once["weight"].sum() - found["weight"].sum()) < 1e-12
