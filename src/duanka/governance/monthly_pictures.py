"""The pictures of the monthly report as SVG: lines of the board, a funnel of outlets, a map of districts, vintages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance.progress import MEASURES
from duanka.tables import regions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Points = Sequence[tuple[float, float]]

WIDE, HIGH, EDGE = 360, 150, 28
_TILE = 46
_ACROSS = 14
_MOST_DOTS = 2_000
_SHADES = ("#eef3f7", "#c9dbe8", "#f3d9a4", "#e8a05c", "#c8553d")
_STEPS = (0.5, 1.0, 1.5, 2.5)
"""Ratios of found to expected cards at which a district's shade changes; the number stands in the tile, too."""


def pictures(tables: Mapping[str, pl.DataFrame]) -> dict[str, tuple[str, str]]:
    """Each picture's title and SVG by name, of those tables that are there; the same tables, the same SVG."""
    out: dict[str, tuple[str, str]] = {}
    board = tables.get("progress")
    if board is not None and board.height:
        for measure in board["measure"].unique(maintain_order=True):
            rows = board.filter(pl.col("measure") == measure)
            out[f"line_{measure}"] = (
                MEASURES[measure][1],
                line(rows["period"].to_list(), rows["value"].to_list()),
            )
    movement = tables.get("movement")
    if movement is not None and movement.height:
        out["funnel"] = ("网点漏斗图：涉案卡与同规模正常网点的范围", funnel(movement))
    evidence = tables.get("scorecard")
    if (
        evidence is not None
        and evidence.filter(pl.col("unit_kind").cast(pl.String) == "region").height
    ):
        out["map"] = ("各地区：涉案与同类预期之比（按行政区划排列的方格图）", tiles(evidence))
    vintages = tables.get("vintages")
    if vintages is not None and vintages.height:
        out["vintages"] = ("新开卡按开卡月的涉案曲线（每万张）", curves(vintages))
    return out


def line(periods: Sequence[str], values: Sequence[float]) -> str:
    """One measure of the board by month, its last value written beside the line."""
    top = max([*values, 1])
    points = [
        (EDGE + (WIDE - 2 * EDGE) * i / max(len(values) - 1, 1), _y(value / top))
        for i, value in enumerate(values)
    ]
    last = points[-1]
    parts = [
        _axis(periods[0], periods[-1], f"{top:,}"),
        _path(points, "#1f5a85"),
        f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3" fill="#1f5a85"/>',
        f'<text x="{last[0]:.1f}" y="{last[1] - 6:.1f}" text-anchor="end">{values[-1]:,}</text>',
    ]
    return _svg(parts, WIDE, HIGH)


def funnel(movement: pl.DataFrame) -> str:
    """Outlets' cards in the months looked at beside where an ordinary outlet of their size stays.

    Those beyond the upper limit are drawn as triangles, so that colour is not all that tells them apart.
    """
    rows = movement.filter((pl.col("unit_kind") == "outlet") & (pl.col("side") == "new"))
    rows = rows.sort("counted", descending=True).head(_MOST_DOTS)
    if rows.is_empty():
        return _svg([], WIDE, HIGH)
    upper = np.sqrt(rows["funnel_upper"].to_numpy())
    count = np.sqrt(rows["counted"].to_numpy())
    right, top = max(float(upper.max()), 1.0), max(float(count.max()), float(upper.max()), 1.0)
    parts = [_axis("小", "大（按正常范围上限）", "涉案卡（平方根刻度）")]
    parts.append(_path([(EDGE, _y(0)), (WIDE - EDGE, _y(right / top))], "#888888"))
    for at, (x, y) in enumerate(zip(upper / right, count / top, strict=True)):
        cx, cy = EDGE + (WIDE - 2 * EDGE) * float(x), _y(float(y))
        if count[at] > upper[at]:
            parts.append(f'<path d="M{cx:.1f} {cy - 4:.1f} l4 7 h-8 z" fill="#c8553d"/>')
        else:
            parts.append(
                f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="2" fill="#1f5a85" fill-opacity="0.5"/>'
            )
    return _svg(parts, WIDE, HIGH)


def tiles(cards: pl.DataFrame) -> str:
    """Every district as a tile in the order of its code, neighbours in the tree side by side, shaded by its ratio."""
    rows = (
        cards.filter(
            (pl.col("unit_kind").cast(pl.String) == "region") & (pl.col("expected_per_10k") > 0)
        )
        .group_by("unit_id")
        .agg(found=pl.col("shrunk_per_10k").sum(), usual=pl.col("expected_per_10k").sum())
        .sort("unit_id")
    )
    parts = []
    for at, (code, found, usual) in enumerate(rows.iter_rows()):
        x, y, ratio = _TILE * (at % _ACROSS), _TILE * (at // _ACROSS), found / usual
        shade = _SHADES[int(np.searchsorted(_STEPS, ratio, side="right"))]
        known = regions.district(code)
        name = code if known is None else known.name
        told = escape(f"{regions.name_of(code) or code}：{ratio:.2f} 倍")
        parts.append(
            f'<g><title>{told}</title><rect x="{x}" y="{y}" width="{_TILE - 2}" height="{_TILE - 2}" fill="{shade}"/>'
            f'<text x="{x + 3}" y="{y + 16}" font-size="9">{escape(name[:6])}</text>'
            f'<text x="{x + 3}" y="{y + 34}">{ratio:.1f}</text></g>'
        )
    deep = (rows.height + _ACROSS - 1) // _ACROSS
    return _svg(parts, _TILE * min(max(rows.height, 1), _ACROSS), _TILE * max(deep, 1))


def curves(vintages: pl.DataFrame) -> str:
    """The last months' new cards: how many of 10,000 were known as implicated by each month of age, as far as seen."""
    seen = vintages.filter((pl.col("seen_share") > 0) & (pl.col("card_kind") == "account"))
    opened = seen["opened"].unique().sort().to_list()[-6:]
    rows = seen.filter(pl.col("opened").is_in(opened))
    if rows.is_empty():
        return _svg([], WIDE, HIGH)
    top = max([*rows["per_10k"].to_list(), 1.0])
    most = max([*rows["age_months"].to_list(), 1])
    parts = [_axis("0 月龄", f"{most} 月龄", f"{top:,.1f}")]
    for at, month in enumerate(opened):
        mine = rows.filter(pl.col("opened") == month).sort("age_months")
        points = [
            (EDGE + (WIDE - 2 * EDGE) * age / most, _y(value / top))
            for age, value in mine.select("age_months", "per_10k").iter_rows()
        ]
        shade = f"hsl({205 - 30 * at} 55% 40%)"
        x, y = points[-1]
        parts += [
            _path(points, shade),
            f'<text x="{x:.1f}" y="{y - 3 - 9 * at:.1f}" font-size="8" text-anchor="end" fill="{shade}">{month}</text>',
        ]
    return _svg(parts, WIDE, HIGH)


def _y(share: float) -> float:
    return HIGH - EDGE - (HIGH - 2 * EDGE) * share


def _path(points: Points, colour: str) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _axis(left: str, right: str, top: str) -> str:
    low = HIGH - EDGE
    return (
        f'<path d="M{EDGE} {EDGE} V{low} H{WIDE - EDGE}" fill="none" stroke="#666666"/>'
        f'<text x="{EDGE}" y="{low + 14}">{escape(left)}</text>'
        f'<text x="{WIDE - EDGE}" y="{low + 14}" text-anchor="end">{escape(right)}</text>'
        f'<text x="{EDGE}" y="{EDGE - 6}">{escape(top)}</text>'
    )


def _svg(parts: Sequence[str], wide: int, high: int) -> str:
    inside = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        f'font-family="Noto Serif CJK SC, serif" font-size="10">{inside}</svg>'
    )
