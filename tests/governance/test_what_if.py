import polars as pl

from duanka.governance.what_if import beside, by_chance, held


def listing(**units):
    return pl.DataFrame(
        {
            "unit_kind": "outlet",
            "unit_id": list(units),
            "period": "2026-06",
            "listing": list(units.values()),
        }
    )


def test_who_enters_who_leaves_and_how_much_of_it_is_noise():
    now, then = (
        listing(a="notice", b="interview", c="none", d="notice"),
        listing(a="none", b="red_card", d="notice", e="notice"),
    )
    evidence = pl.DataFrame({
        "unit_kind": "outlet", "unit_id": ["a", "b", "e"], "period": "2026-06",
        "implicated": [3, 9, 4], "expected": 1.0, "lower_ratio": [0.8, 4.0, 1.2], "upper_ratio": [3.0, 9.0, 5.0],
    })  # fmt: skip
    rows = {row["unit_id"]: row for row in beside(now, then, evidence).to_dicts()}
    assert {unit: row["change"] for unit, row in rows.items()} == {
        "a": "leaves",
        "b": "moves",
        "e": "enters",
    }
    assert {unit: row["noise"] for unit, row in rows.items()} == {"a": True, "b": False, "e": False}


def test_the_same_policy_changes_nobody():
    same = listing(a="notice", b="interview")
    assert beside(same, same, pl.DataFrame()).is_empty()


def test_how_often_a_change_comes_again_and_how_many_differ_by_chance_alone():
    now, then = listing(a="notice", b="notice"), listing(a="none", b="none")
    rows = beside(now, then, pl.DataFrame())
    likewise, otherwise = (
        (now, then),
        (listing(a="none", b="none"), listing(a="red_card", b="none")),
    )
    told = held(rows, [likewise, otherwise, likewise, otherwise])
    assert dict(told.select("unit_id", "held_share").iter_rows()) == {"a": 0.5, "b": 0.5}
    assert by_chance(now, [now, listing(a="none", b="interview")]) == 1.0
    assert held(rows, [])["held_share"].to_list() == [None, None]
    assert by_chance(now, []) is None
