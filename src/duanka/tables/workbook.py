"""Rows as a workbook: ids stay text with their zeros and long digits, and no cell becomes a formula."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""A sender's formula or address must not run on a clerk's machine."""


def workbook(
    names: Sequence[str], rows: Sequence[Sequence[object]], *, page: str = "Sheet1", width: int = 20
) -> bytes:
    """The rows as XLSX under the names; everything but numbers is text.

    Units: `width` in letters, of each column.
    """
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, SAFE) as book:
        sheet = book.add_worksheet(page)
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        # what a clerk adds below stays text as well
        sheet.set_column(0, len(names), width, text)
        sheet.write_row(0, 0, names, bold)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(at, column, cell)
                else:
                    sheet.write_string(at, column, "" if cell is None else str(cell), text)
        sheet.freeze_panes(1, 0)
    return held.getvalue()
