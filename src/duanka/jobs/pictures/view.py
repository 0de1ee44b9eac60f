"""What a verb shows of one network or one loss: a tree, a table, figures, the rows behind them, and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from duanka.jobs.pictures.draw import Picture


@dataclass(frozen=True)
class View:
    """One thing looked at.

    Columns: `tree` and `table` are lines for a terminal; `tables` are the rows behind them by name.
    """

    title: str
    tree: Sequence[str]
    table: Sequence[str]
    picture: Picture
    figures: Mapping[str, str]
    tables: Mapping[str, pl.DataFrame]


def branches(
    children: Mapping[str, Sequence[tuple[str, str]]], root: str, *, most: int
) -> list[str]:
    """The lines of a tree under `root`: its children's texts, and theirs, each key opened once.

    Shapes: `children` key → (key of the child, its text).

    Example:
        >>> branches({"a": [("b", "B"), ("c", "C")], "b": [("d", "D")]}, "a", most=9)
        ['├─ B', '│  └─ D', '└─ C']
    """
    lines: list[str] = []
    opened = {root}
    stack: list[tuple[str, str, str, bool]] = [
        (key, text, "", i == 0) for i, (key, text) in enumerate(reversed(children.get(root, ())))
    ]
    while stack:
        key, text, indent, last = stack.pop()
        if len(lines) == most:
            lines.append(
                f"… 其余 {len(stack) + 1} 支未列出 {len(stack) + 1} more branches left out"
            )
            break
        lines.append(f"{indent}{'└─' if last else '├─'} {text}")
        if key in opened:
            continue
        opened.add(key)
        deeper = indent + ("   " if last else "│  ")
        below = children.get(key, ())
        stack += [(k, t, deeper, i == 0) for i, (k, t) in enumerate(reversed(below))]
    return lines


def in_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines of a table whose columns stand below one another, wide characters counted twice.

    Example:
        >>> in_columns(["卡", "fen"], [["A", "100"], ["BC", "2"]])
        ['卡  fen', 'A   100', 'BC  2']
    """
    cells = [list(head), *map(list, rows)]
    wide = [max(width(row[i]) for row in cells) for i in range(len(head))]
    return [
        "  ".join(cell + " " * (wide[i] - width(cell)) for i, cell in enumerate(row)).rstrip()
        for row in cells
    ]


def width(text: str) -> int:
    """How many columns of a terminal a text takes.

    Example:
        >>> width("卡A")
        3
    """
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
