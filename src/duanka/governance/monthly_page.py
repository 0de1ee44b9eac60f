"""The monthly report (月报) as one page: HTML that needs nothing else, or typst source for a PDF."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import polars as pl

from duanka.governance.letters import PAGE, TITLES, quoted
from duanka.governance.monthly_pictures import pictures

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES = {"strike": "打击", "industry": "行业治理", "rectification": "重点整治"}
_NOTE = (
    "本报告由原始事件重算，不认定任何人违法犯罪；挂牌、红黄牌均为建议，由人决定；地区红黄牌不进入任何人或任何卡的评分。"
    "比值的区间见各表；数值门槛均为标明来源的政策参数。"
)
_TENFOLD = 10.0
_STYLE = (
    "body{font-family:'Noto Serif CJK SC',serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:right}"
    "td:first-child,th:first-child,td:nth-child(2):not(:last-child),th:nth-child(2):not(:last-child){text-align:left}figure{display:inline-block;margin:.5rem}figcaption{font-size:.9rem}"
)


def rows_of_board(board: pl.DataFrame, period: str) -> list[tuple[str, ...]]:
    """The month's rows of the board as words: line, measure, value, and both changes with their ranges."""
    if board.is_empty():
        return []
    out = []
    for row in board.filter(pl.col("period") == period).iter_rows(named=True):
        changes = [
            _change(row[f"change_{n}"], row[f"change_{n}_lower"], row[f"change_{n}_upper"])
            for n in ("month", "year")
        ]
        out.append((LINES[row["line"]], row["label"], f"{row['value']:,}", *changes))
    return out


def rows_of_listing(tables: Mapping[str, pl.DataFrame]) -> list[tuple[str, ...]]:
    """The month's proposals by rung, counted; which units they are stands in the restricted files and letters."""
    listing = tables.get("listing")
    if listing is None or listing.is_empty():
        return []
    counts = (
        listing.select(pl.col("unit_kind").cast(pl.String), pl.col("listing").cast(pl.String))
        .filter(pl.col("listing") != "none")
        .group_by("unit_kind", "listing")
        .len()
        .sort("unit_kind", "listing")
    )
    kinds = {"institution": "机构", "outlet": "网点", "region": "地区", "staff": "从业人员"}
    return [(kinds[kind], TITLES[rung], f"{count:,}") for kind, rung, count in counts.iter_rows()]


def rows_of_controls(tables: Mapping[str, pl.DataFrame]) -> list[tuple[str, ...]]:
    """Which control was the first one missed, by responsibility, over all institutions, most cards first."""
    missed = tables.get("controls")
    if missed is None or missed.is_empty():
        return []
    sides = {"new": "增量", "stock": "存量"}
    counts = missed.group_by("side", "label").agg(pl.col("cards").sum())
    rows = counts.sort("cards", "side", "label", descending=[True, False, False])
    return [(sides[side], label, f"{cards:,}") for side, label, cards in rows.iter_rows()]


def html(tables: Mapping[str, pl.DataFrame], *, period: str, sender: str) -> str:
    """The report as a page that needs nothing else; the same tables give the same bytes."""
    heads = ("线", "指标", "本月", "比上月（区间）", "比上年同月（区间）")
    parts = [
        "<!doctype html>", '<html lang="zh"><head><meta charset="utf-8">',
        f"<title>断卡治理月报 {period}</title><style>{_STYLE}</style></head><body>",
        f"<h1>断卡治理月报 {period}</h1><p>{escape(sender)}</p>",
        "<h2>三条线</h2>", _grid(heads, rows_of_board(tables["progress"], period)),
        "<h2>建议</h2>", _grid(("单位类别", "建议", "个数"), rows_of_listing(tables)),
        "<h2>失守环节（涉案卡）</h2>", _grid(("责任", "环节", "张"), rows_of_controls(tables)), "<h2>图</h2>",
    ]  # fmt: skip
    parts += [
        f"<figure>{svg}<figcaption>{escape(title)}</figcaption></figure>"
        for title, svg in pictures(tables).values()
    ]
    return "\n".join([*parts, f"<p>{_NOTE}</p>", "</body></html>"]) + "\n"


def typ(tables: Mapping[str, pl.DataFrame], *, period: str, sender: str) -> str:
    """The report as typst source, for the extra `report` to make a PDF of."""
    heads = ("线", "指标", "本月", "比上月（区间）", "比上年同月（区间）")
    parts = [
        PAGE,
        f'#align(center, text(size: 18pt, weight: "bold", {quoted(f"断卡治理月报 {period}")}))',
        f"#align(center)[#{quoted(sender)}]",
        *_part("三条线", _table(heads, rows_of_board(tables["progress"], period))),
        *_part("建议", _table(("单位类别", "建议", "个数"), rows_of_listing(tables))),
        *_part("失守环节（涉案卡）", _table(("责任", "环节", "张"), rows_of_controls(tables))),
        *_part("图", f"#grid(columns: 2, gutter: 5mm, {', '.join(_figures(tables))})"),
        f"#{quoted(_NOTE)}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _part(head: str, content: str) -> tuple[str, ...]:
    """A part of the report under its head; nothing where it says nothing."""
    return (f'#text(weight: "bold", {quoted(head)})', content) if content else ()


def _figures(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """The pictures as typst, two in a line; the map of many districts has the line for itself."""
    out = []
    for name, (title, svg) in pictures(tables).items():
        image = f'image(bytes({quoted(svg)}), format: "svg", width: 100%)'
        one = f"figure({image}, caption: {quoted(title)})"
        out.append(f"grid.cell(x: 0, colspan: 2, {one})" if name == "map" else one)
    return out


def _change(ratio: float | None, lower: float | None, upper: float | None) -> str:
    if ratio is None:
        return "—"
    told = f"{100 * (ratio - 1):+.0f}%"
    if lower is None or upper is None:
        return told
    most = "十倍以上" if upper > _TENFOLD else f"{100 * (upper - 1):+.0f}%"
    return f"{told}（{100 * (lower - 1):+.0f}% 至 {most}）"


def _grid(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["".join(f"<th>{head}</th>" for head in heads)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    cells = ", ".join(f"[#{quoted(cell)}]" for row in (heads, *rows) for cell in row)
    return f"#table(columns: {len(heads)}, {cells})"
