"""What the data is: one schema a noun, for every table that comes in and every table that goes out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.tables.account import Account
from duanka.tables.action import Action
from duanka.tables.call import Call
from duanka.tables.column import ColumnInfo, dtype, infos
from duanka.tables.device_use import DeviceUse
from duanka.tables.flow import Flow
from duanka.tables.institution import Institution
from duanka.tables.intercept import Intercept
from duanka.tables.label import Label
from duanka.tables.lead import Lead
from duanka.tables.listing import Listing
from duanka.tables.message import Message
from duanka.tables.network import Network
from duanka.tables.opening import Opening
from duanka.tables.opening_advice import OpeningAdvice
from duanka.tables.organisation import Organisation
from duanka.tables.outlet import Outlet
from duanka.tables.outreach import Outreach
from duanka.tables.person import Person
from duanka.tables.rejects import Rejects
from duanka.tables.role import Role
from duanka.tables.score import Score
from duanka.tables.scorecard import Scorecard
from duanka.tables.sim import Sim
from duanka.tables.staff import Staff
from duanka.tables.transfer import Transfer

if TYPE_CHECKING:
    import dataframely as dy

__all__ = [
    "INPUTS",
    "OUTPUTS",
    "PRIMARY",
    "ColumnInfo",
    "columns",
    "empty",
    "schema",
    "time_of",
    "typed",
]

INPUTS: dict[str, type[dy.Schema]] = {
    "institution": Institution,
    "outlet": Outlet,
    "staff": Staff,
    "person": Person,
    "organisation": Organisation,
    "account": Account,
    "sim": Sim,
    "opening": Opening,
    "transfer": Transfer,
    "call": Call,
    "message": Message,
    "device_use": DeviceUse,
    "label": Label,
    "lead": Lead,
}
OUTPUTS: dict[str, type[dy.Schema]] = {
    "score": Score,
    "opening_advice": OpeningAdvice,
    "intercept": Intercept,
    "network": Network,
    "role": Role,
    "flow": Flow,
    "action": Action,
    "scorecard": Scorecard,
    "listing": Listing,
    "outreach": Outreach,
    "rejects": Rejects,
}
_TIMES = ("at", "known_at", "issued_at", "opened_at", "activated_at")


@cache
def columns(name: str) -> tuple[ColumnInfo, ...]:
    """What the contract says of each column of a table, in contract order.

    Example:
        >>> [info.name for info in columns("label")]
        ['card_kind', 'card_id', 'implicated', 'known_at', 'source', 'role']
    """
    return infos(schema(name))


def schema(name: str) -> type[dy.Schema]:
    """The schema of a table, by the contract's name for it.

    Raises: BadInput if the contract has no such table.
    """
    found = INPUTS.get(name) or OUTPUTS.get(name)
    if found is None:
        raise BadInput(
            f"there is no table {name!r} in the contract",
            fix=f"use one of {', '.join([*INPUTS, *OUTPUTS])}",
        )
    return found


PRIMARY: dict[str, tuple[str, ...]] = {
    name: tuple(info.name for info in columns(name) if info.primary) for name in INPUTS | OUTPUTS
}
"""The columns that together name one row; empty where rows have no id of their own."""


def time_of(name: str) -> str | None:
    """The column that says when a row of an input table was known, or None for standing facts.

    Example:
        >>> time_of("label"), time_of("person")
        ('known_at', None)
    """
    names = {info.name for info in columns(name)}
    return next((time for time in _TIMES if time in names), None)


def empty(name: str) -> pl.DataFrame:
    """A table without rows, typed by the contract."""
    return pl.DataFrame(schema={info.name: dtype(info) for info in columns(name)})


def typed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in contract order and types; an optional column that is absent reads as null.

    Raises: BadInput if a required column is absent or a value does not fit its type.
    """
    lacking = [i.name for i in columns(name) if i.required and i.name not in frame.columns]
    if lacking:
        raise BadInput(
            f"table {name} lacks {', '.join(lacking)}",
            where=f"it has {', '.join(frame.columns) or 'no column'}",
            fix="add the column or map it with a layout",
        )
    try:
        return frame.select(
            (
                pl.col(info.name).cast(dtype(info))
                if info.name in frame.columns
                else pl.lit(None, dtype=dtype(info)).alias(info.name)
            )
            for info in columns(name)
        )
    except pl.exceptions.PolarsError as error:
        raise BadInput(
            f"table {name} holds a value that does not fit its column",
            fix="read it with duanka.tables.read and check it with duanka.tables.check",
        ) from error
