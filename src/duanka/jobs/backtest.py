"""What was served beside what is computed again, as a table to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = tuple[str, str, int, int, int, int]

_HEADS = ("kind", "feature", "vectors", "mismatch", "missing", "extra")
MOST_SHOWN = 200


def text_of(rows: Sequence[Row]) -> str:
    """The rows as a table; a row without a feature is the sum of its kind.

    Example:
        >>> print(text_of([("call", "", 7, 0, 0, 0)]))
        kind  feature  vectors  mismatch  missing  extra
        call  (all)          7         0        0      0
    """
    if not rows:
        return "nothing was answered yet 尚无答复"
    cells = [
        [kind, feature or "(all)", *(f"{n:,}" for n in counts)] for kind, feature, *counts in rows
    ]
    shown = [list(_HEADS), *cells[:MOST_SHOWN]]
    widths = [max(len(line[at]) for line in shown) for at in range(len(_HEADS))]
    lines = [
        "  ".join(
            c.ljust(w) if at < 2 else c.rjust(w)
            for at, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in shown
    ]
    more = len(cells) - MOST_SHOWN
    return "\n".join([*lines, f"… {more:,} more rows 其余略"] if more > 0 else lines)
