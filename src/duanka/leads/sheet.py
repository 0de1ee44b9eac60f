"""Leads in a workbook: the template that clerks fill in, and what was wrong with the rows they sent."""

from __future__ import annotations

import io

import polars as pl
import xlsxwriter

from duanka import tables
from duanka.tables.workbook import SAFE, workbook

SHEET, HELP = "线索", "填写说明"
_EXAMPLE = {
    "at": "2026-06-01T09:30:00+08:00",
    "fen": "1000000",
    "id": "文本，保留前导零",
}


def headings() -> dict[str, str]:
    """The contract's column by its heading in Chinese."""
    return {info.zh: info.name for info in tables.columns("lead")}


def template() -> bytes:
    """A workbook to fill in: headings in Chinese, every cell as text, words to choose from, instructions."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, SAFE) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True})
        page, explained = book.add_worksheet(SHEET), book.add_worksheet(HELP)
        explained.write_row(0, 0, ["列", "必填", "怎样填写"], bold)
        for at, info in enumerate(tables.columns("lead")):
            page.set_column(at, at, 24, text)
            page.write(0, at, info.zh, bold)
            if info.words:
                rule = {"validate": "list", "source": list(info.words)}
                page.data_validation(1, at, 5000, at, rule)
            how = "、".join(info.words) if info.words else _EXAMPLE.get(info.kind, "")
            explained.write_row(at + 1, 0, [info.zh, "是" if info.required else "否", how])
        page.freeze_panes(1, 0)
    return held.getvalue()


def in_our_words(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the contract's column names in place of Chinese headings; others stay as they are."""
    known = headings()
    names = {name: known[name.strip()] for name in rows.columns if name.strip() in known}
    return rows.rename(names)


def error_return(rows: pl.DataFrame, rejects: pl.DataFrame) -> bytes:
    """The refused rows as a workbook to be mended and sent again: what was wrong stands before each.

    Columns: rows: `#line` and what the sender wrote; rejects: line, column, fault.
    """
    faults = rejects.group_by("line").agg(
        pl.concat_str([pl.col("column").fill_null(""), pl.lit(" "), pl.col("fault")]).sort().str.join("; ").alias("问题")
    )  # fmt: skip
    wrong = rows.with_columns(pl.col("#line").cast(faults["line"].dtype)).join(
        faults, left_on="#line", right_on="line"
    )
    shown = {name: zh for zh, name in headings().items()}
    told = wrong.select("问题", pl.exclude("问题", "#line")).rename(
        {n: shown[n] for n in wrong.columns if n in shown}
    )
    # what the sender wrote comes back as it was read: digits are no numbers here
    texts = told.select(pl.all().cast(pl.String))
    return workbook(told.columns, texts.rows(), page=SHEET, width=24)
