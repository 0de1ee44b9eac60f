"""Tables to take out: a workbook with ids as text, or CSV with a BOM; no cell becomes a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from duanka.tables.workbook import workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["comma", "workbook"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
