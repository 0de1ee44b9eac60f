import polars as pl

from duanka.governance.inspection import plan

ROWS = pl.DataFrame(
    {
        "unit_kind": ["outlet", "outlet", "outlet", "institution", "region", "staff"],
        "unit_id": ["wild", "big", "ordinary", "bank", "990101", "s"],
        "period": ["2026-06"] * 6,
        "implicated": [3.0, 60.0, 200.0, 90.0, 500.0, 9.0],
        "expected": [0.2, 20.0, 190.0, 60.0, 100.0, 1.0],
        "lower_ratio": [3.0, 2.0, 0.9, 1.2, 4.0, 4.0],
        "counted_new": [3, 50, 10, 10, 1, 9],
        "concentrated": [False, True, False, False, False, False],
    }
)


def test_units_with_most_cards_beyond_doubt_come_first_and_nobody_ordinary():
    told = plan(ROWS, most=5)
    assert told["unit_id"].to_list() == ["big", "bank", "wild"]
    assert abs(told["excess"] - pl.Series([20.0, 12.0, 0.4])).max() < 1e-9
    assert "开户环节，集中于个别" in told["why"][0]
    assert "存量管理" in told["why"][1]
    assert plan(ROWS, most=1).height == 1
    assert plan(pl.DataFrame(), most=5).is_empty()
