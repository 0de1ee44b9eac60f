"""The file `groups.csv` of a folder: groups of people that a lawful list names, such as schools and workplaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

NAME = "groups.csv"
COLUMNS = ("group", "person_id", "legal_basis")


def groups(folder: Path) -> pl.DataFrame | None:
    """The rows of the file, or None where there is none; it lies beside the tables of the contract, not among them.

    Columns: group, person_id, legal_basis (why the list may be used for this).
    Raises: BadInput with the line of the first row that says something else.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    frame = pl.read_csv(path, infer_schema=False)
    lacking = [name for name in COLUMNS if name not in frame.columns]
    if lacking:
        raise BadInput(
            f"lacks {', '.join(lacking)}", where=NAME, fix=f"head it {','.join(COLUMNS)}"
        )
    bare = frame.select(pl.any_horizontal(pl.col(COLUMNS).is_null()).arg_true()).to_series()
    if bare.len():
        raise BadInput(
            "a row says no group, person or legal basis",
            where=f"{NAME} line {bare[0] + 2}",
            fix="write all three: no list is used without its basis",
        )
    return frame.select(COLUMNS)
