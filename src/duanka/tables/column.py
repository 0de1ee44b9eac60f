"""How a column is declared: its kind, its two labels, and the dataframely column that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import dataframely as dy
import polars as pl

ID_LENGTH = 64
"""Characters an id may have at most."""

Need = Literal["", "*", "key"]
"""What the contract asks of a column: optional, required, or the required primary id."""


@dataclass(frozen=True)
class ColumnInfo:
    """What the contract says of one column.

    Columns: `kind` is one of id text at on fen s int share flag region word list;
        `words` the closed list of a `word`; `least` the smallest number allowed.
    """

    name: str
    kind: str
    required: bool
    zh: str
    en: str
    words: tuple[str, ...] = ()
    least: int | None = None
    primary: bool = False


class _Shared(TypedDict):
    nullable: bool
    primary_key: bool
    metadata: dict[str, Any]


def _shared(kind: str, zh: str, en: str, need: Need, **more: Any) -> _Shared:
    return {
        "nullable": not need,
        "primary_key": need == "key",
        "metadata": {"kind": kind, "zh": zh, "en": en, **more},
    }


def identity(zh: str, en: str, need: Need = "") -> dy.String:
    """A column of opaque ids."""
    return dy.String(max_length=ID_LENGTH, **_shared("id", zh, en, need))


def text(zh: str, en: str, need: Need = "") -> dy.String:
    """A column of free text."""
    return dy.String(**_shared("text", zh, en, need))


def region(zh: str, en: str, need: Need = "") -> dy.String:
    """A column of six-digit district codes (GB/T 2260)."""
    return dy.String(regex=r"^[0-9]{6}$", **_shared("region", zh, en, need))


def word(zh: str, en: str, words: tuple[str, ...], need: Need = "") -> dy.Enum:
    """A column of words out of a closed list, in contract order."""
    return dy.Enum(list(words), **_shared("word", zh, en, need, words=words))


def instant(zh: str, en: str, need: Need = "") -> dy.Datetime:
    """A column of instants.

    Units: UTC microseconds.
    """
    return dy.Datetime(time_unit="us", time_zone="UTC", **_shared("at", zh, en, need))


def day(zh: str, en: str, need: Need = "") -> dy.Date:
    """A column of calendar days in Asia/Shanghai."""
    return dy.Date(**_shared("on", zh, en, need))


def fen(zh: str, en: str, need: Need = "", *, least: int | None = None) -> dy.Int64:
    """A column of money.

    Units: 0.01 yuan.
    """
    return dy.Int64(min=least, **_shared("fen", zh, en, need, least=least))


def seconds(zh: str, en: str, need: Need = "") -> dy.Int64:
    """A column of durations.

    Units: seconds, never negative.
    """
    return dy.Int64(min=0, **_shared("s", zh, en, need, least=0))


def whole(zh: str, en: str, need: Need = "", *, least: int | None = None) -> dy.Int32:
    """A column of whole numbers."""
    return dy.Int32(min=least, **_shared("int", zh, en, need, least=least))


def share(zh: str, en: str, need: Need = "") -> dy.Float64:
    """A column of numbers with a fraction: scores, shares, rates."""
    return dy.Float64(**_shared("share", zh, en, need))


def flag(zh: str, en: str, need: Need = "") -> dy.Bool:
    """A column of yes or no."""
    return dy.Bool(**_shared("flag", zh, en, need))


def texts(zh: str, en: str, need: Need = "") -> dy.List:
    """A column of lists of text, such as reason codes, strongest first."""
    return dy.List(dy.String(), **_shared("list", zh, en, need))


def infos(schema: type[dy.Schema]) -> tuple[ColumnInfo, ...]:
    """What a schema says of its columns, in contract order."""
    return tuple(
        ColumnInfo(
            name=name,
            required=not column.nullable,
            primary=column.primary_key,
            **(column.metadata or {}),
        )
        for name, column in schema.columns().items()
    )


def dtype(info: ColumnInfo) -> pl.DataType:
    """The Polars type that a column has once it is checked."""
    fixed: dict[str, pl.DataType] = {
        "at": pl.Datetime("us", "UTC"),
        "on": pl.Date(),
        "fen": pl.Int64(),
        "s": pl.Int64(),
        "int": pl.Int32(),
        "share": pl.Float64(),
        "flag": pl.Boolean(),
        "list": pl.List(pl.String),
        "word": pl.Enum(list(info.words)),
    }
    return fixed.get(info.kind, pl.String())
