import polars as pl
import pytest
import typst

from duanka.governance.monthly_page import html, rows_of_board, rows_of_listing, typ

BOARD = pl.DataFrame(
    {
        "period": ["2026-04", "2026-05"], "line": ["strike"] * 2, "measure": ["leads_issued"] * 2, "label": ["发出线索"] * 2,
        "value": [100, 50], "change_month": [None, 0.5], "change_month_lower": [None, 0.35], "change_month_upper": [None, 0.7],
        "change_year": [None, None], "change_year_lower": [None, None], "change_year_upper": [None, None],
    },
    schema_overrides={f"change_{n}{p}": pl.Float64 for n in ("month", "year") for p in ("", "_lower", "_upper")},
)  # fmt: skip
LISTING = pl.DataFrame({"unit_kind": ["outlet", "outlet", "region"], "listing": ["interview", "none", "red_card"]})  # fmt: skip


def test_a_change_is_told_with_its_range_and_none_where_there_was_nothing_before():
    assert rows_of_board(BOARD, "2026-05") == [("打击", "发出线索", "50", "-50%（-65% 至 -30%）", "—")]  # fmt: skip
    assert rows_of_board(BOARD, "2026-04")[0][3] == "—"


def test_proposals_are_counted_by_rung_and_name_nobody():
    assert rows_of_listing({"listing": LISTING}) == [("网点", "约谈通知书", "1"), ("地区", "警告函（红牌）", "1")]  # fmt: skip


def test_the_page_needs_nothing_else_and_what_is_said_in_it_is_no_markup():
    tables = {"progress": BOARD, "listing": LISTING}
    page = html(tables, period="2026-05", sender="<script>x</script>")
    assert "<script" not in page
    assert "src=" not in page
    assert page.count("<svg") == 1
    assert page == html(tables, period="2026-05", sender="<script>x</script>")
    source = typ(tables, period="2026-05", sender='"#panic()')
    assert r"\"#panic()" in source


@pytest.mark.parametrize("measures", [1, 2])
def test_wherever_the_map_stands_the_report_can_be_set(measures):
    board = pl.concat([BOARD, BOARD.with_columns(measure=pl.lit("loss_fen"))][:measures])
    cards = pl.DataFrame(
        {"unit_kind": ["region"], "unit_id": ["990101"], "shrunk_per_10k": [2.0], "expected_per_10k": [1.0]}
    )  # fmt: skip
    source = typ({"progress": board, "scorecard": cards}, period="2026-05", sender="反诈中心")
    assert typst.compile(source.encode()).startswith(b"%PDF")
