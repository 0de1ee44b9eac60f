"""The monthly report (月报) as a workbook: the board, the scorecards, the listings, the questions, with charts."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES = {
    "progress": "三条线",
    "scorecard": "评分卡",
    "regions": "省市县汇总",
    "movement": "变化与排名把握",
    "listing": "挂牌与红黄牌建议",
    "evidence": "依据",
    "inspections": "检查计划",
    "conduct": "处置与服务",
    "questions": "待询问",
    "controls": "失守环节",
    "stock": "存量",
    "campaigns": "清理存量",
    "vintages": "增量曲线",
    "outreach": "宣传",
    "attribution": "倒查归属",
}
_MOST_ROWS = 200_000
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed day: the same figures give the same bytes


_AS_IT_STANDS = {
    "in_memory": True,
    "nan_inf_to_errors": True,
    "strings_to_formulas": False,  # an id that begins with = must not be run on somebody's desk
    "strings_to_urls": False,
}


def workbook(frames: Mapping[str, pl.DataFrame], *, period: str) -> bytes:
    """The workbook of a month, a sheet a table, the measures of the board drawn; the same tables, the same bytes.

    A table of more than 200,000 rows is cut there and says so; the files beside the workbook are whole.
    """
    written = BytesIO()
    book = xlsxwriter.Workbook(written, _AS_IT_STANDS)
    book.set_properties({"title": f"断卡治理月报 {period}", "created": _MADE})
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
    for name, title in TITLES.items():
        frame = frames.get(name)
        if frame is None:
            continue
        sheet = book.add_worksheet(title)
        for column, head in enumerate(frame.columns):
            sheet.write(0, column, head, bold)
        shown = frame.head(_MOST_ROWS)
        for column, values in enumerate(shown.iter_columns()):
            sheet.write_column(1, column, _plain(values))
        if frame.height > _MOST_ROWS:
            sheet.write(_MOST_ROWS + 1, 0, f"…共 {frame.height:,} 行，此处截断")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(shown.height, 1), max(len(frame.columns) - 1, 0))
        if name == "progress" and frame.height:
            _draw(book, sheet, frame, title)
    if not book.worksheets():
        book.add_worksheet("空")
    book.close()
    return written.getvalue()


def _plain(values: pl.Series) -> list[object]:
    if values.dtype.is_float():
        return list(values.fill_nan(None).to_list())
    return list(values.to_list() if values.dtype.is_integer() else values.cast(pl.String).to_list())


def _draw(
    book: xlsxwriter.Workbook,
    sheet: xlsxwriter.worksheet.Worksheet,
    frame: pl.DataFrame,
    title: str,
) -> None:
    """A line a measure beside the board, from the cells themselves."""
    chart = book.add_chart({"type": "line"})
    value = frame.columns.index("value")
    for measure in frame["measure"].unique(maintain_order=True):
        if measure == "loss_fen":
            continue
        rows = frame.with_row_index("row").filter(pl.col("measure") == measure)["row"].to_list()
        if len(rows) < 2:
            continue
        points = ",".join(f"'{title}'!${chr(65 + value)}${row + 2}" for row in rows)
        periods = ",".join(f"'{title}'!$A${row + 2}" for row in rows)
        chart.add_series({"name": measure, "categories": f"=({periods})", "values": f"=({points})"})
    if chart.series:
        sheet.insert_chart(1, len(frame.columns) + 1, chart)
