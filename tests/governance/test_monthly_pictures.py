from xml.etree import ElementTree as ET

import polars as pl

from duanka.governance.monthly_pictures import curves, funnel, line, pictures, tiles


def parts(svg, tag):
    found = ET.fromstring(svg)  # noqa: S314 - our own picture
    return found.findall(f".//{{http://www.w3.org/2000/svg}}{tag}")


def test_a_line_ends_at_its_last_value():
    svg = line(["2026-04", "2026-05"], [4, 1_200])
    assert [text.text for text in parts(svg, "text")][-1] == "1,200"
    points = parts(svg, "polyline")[0].get("points").split()
    assert len(points) == 2
    assert float(points[0].split(",")[1]) > float(points[1].split(",")[1])


def test_units_beyond_the_funnel_have_another_shape_not_only_another_colour():
    rows = pl.DataFrame({"unit_kind": ["outlet"] * 3, "side": ["new"] * 3, "counted": [1, 2, 30], "funnel_upper": [4.0, 4.0, 9.0]})  # fmt: skip
    svg = funnel(rows)
    assert len(parts(svg, "circle")) == 2
    assert len([one for one in parts(svg, "path") if one.get("fill") == "#c8553d"]) == 1


def test_a_tile_a_district_in_order_of_its_code_with_its_name_and_ratio():
    cards = pl.DataFrame({"unit_kind": ["region"] * 4, "unit_id": ["320508", "320508", "110101", "990101"], "shrunk_per_10k": [3.0, 3.0, 1.0, 5.0], "expected_per_10k": [1.0, 1.0, 1.0, 0.0]})  # fmt: skip
    svg = tiles(cards)
    assert [one.text for one in parts(svg, "title")] == ["北京市东城区：1.00 倍", "江苏省苏州市姑苏区：3.00 倍"]  # fmt: skip
    assert len({one.get("fill") for one in parts(svg, "rect")}) == 2


def test_a_curve_stops_where_nothing_could_be_seen():
    rows = pl.DataFrame({"card_kind": ["account"] * 4, "opened": ["2026-04"] * 2 + ["2026-05"] * 2, "age_months": [0, 1, 0, 1], "per_10k": [1.0, 2.0, 1.5, 1.5], "seen_share": [1.0, 1.0, 0.5, 0.0]})  # fmt: skip
    lines = parts(curves(rows), "polyline")
    assert [len(one.get("points").split()) for one in lines] == [2, 1]


def test_absent_tables_have_no_pictures():
    assert pictures({}) == {}
