"""Tables to take out: a workbook with ids as text, or CSV with a BOM; no cell becomes a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(names: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """The rows as XLSX; everything but numbers is text, long digits included."""
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(held, options) as book:
        page = book.add_worksheet()
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        page.write_row(0, 0, names, bold)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    page.write_number(at, column, cell)
                else:
                    page.write_string(at, column, "" if cell is None else str(cell), text)
        page.set_column(0, len(names), 20)
        page.freeze_panes(1, 0)
    return held.getvalue()


def comma(names: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """The rows as CSV with a BOM, as a spreadsheet in Chinese opens it; a formula is told as text.

    Source: OWASP, CSV injection.
    """
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + held.getvalue().encode()


def _plain(cell: object) -> object:
    if cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
