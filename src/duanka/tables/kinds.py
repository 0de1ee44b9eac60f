"""The kinds of the contract: how each is read from text or from typed columns, and how a value is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.tables.column import ID_LENGTH, dtype

if TYPE_CHECKING:
    from collections.abc import Callable

    from duanka.tables.column import ColumnInfo

ZONE = "Asia/Shanghai"
"""Where an instant without an offset was written down."""
BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff"
_WITH_OFFSET = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y%m%dT%H%M%S%#z",
)
_WITHOUT_OFFSET = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
)
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
_EXACT = 2**53
"""Whole numbers below this survive being kept as a float."""


def strip(text: pl.Series) -> pl.Series:
    """The text without outer blanks, tabs and line ends; nothing left reads as null."""
    return text.to_frame("_").select(_nullable(pl.col("_").str.strip_chars(BLANKS))).to_series()


def _nullable(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def instant(text: pl.Series) -> pl.Series:
    """The instants that the text tells, null where it tells none.

    Columns: ISO 8601 with offset; without one it is Asia/Shanghai; also `YYYY/MM/DD HH:MM` and
        `YYYYMMDDHHMMSS`. A bare day or an epoch number is not an instant.
    Units: UTC microseconds.

    Example:
        >>> instant(pl.Series(["2021-10-11T09:00:00+08:00", "20211011090000"])).n_unique()
        1
    """
    tries: list[Callable[[pl.Series], pl.Series]] = [
        *(lambda left, form=form: _zoned(left, form) for form in _WITH_OFFSET),
        *(lambda left, form=form: _local(left, form) for form in _WITHOUT_OFFSET),
    ]
    return _first_that_reads(text, tries, pl.Datetime("us", "UTC"))


def _zoned(text: pl.Series, form: str) -> pl.Series:
    return text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)


def _local(text: pl.Series, form: str) -> pl.Series:
    return localised(text.str.to_datetime(form, time_unit="us", strict=False))


def localised(naive: pl.Series) -> pl.Series:
    """Wall-clock times of Asia/Shanghai as instants; an hour that summer time skipped is null."""
    return (
        naive.cast(pl.Datetime("us"))
        .dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
    )


def day(text: pl.Series) -> pl.Series:
    """The calendar days that the text tells, null where it tells none."""
    tries: list[Callable[[pl.Series], pl.Series]] = [
        lambda left, form=form: left.str.to_date(form, strict=False)  # type: ignore[misc]
        for form in _DAYS
    ]
    return _first_that_reads(text, tries, pl.Date())


def _first_that_reads(
    text: pl.Series, tries: list[Callable[[pl.Series], pl.Series]], kind: pl.DataType
) -> pl.Series:
    """Each way of reading is tried only on what no earlier way could read."""
    found = pl.Series(text.name, [None], dtype=kind).new_from_index(0, text.len())
    left = text.is_not_null()
    for read in tries:
        rows = left.arg_true()
        if rows.is_empty():
            break
        whole = rows.len() == text.len()
        got = read(text if whole else text.gather(rows))
        if whole:
            found = got
        elif got.null_count() < got.len():
            found = found.scatter(rows.filter(got.is_not_null()), got.drop_nulls())
        left = left & found.is_null()
    return found.alias(text.name)


def flag(text: pl.Series) -> pl.Series:
    """True for 1 and true, false for 0 and false, null for anything else."""
    low = text.str.to_lowercase()
    frame = low.to_frame("_").select(
        pl.when(pl.col("_").is_in(["1", "true"]))
        .then(pl.lit(value=True))
        .when(pl.col("_").is_in(["0", "false"]))
        .then(pl.lit(value=False))
        .alias(text.name)
    )
    return frame.to_series()


def region(text: pl.Series) -> pl.Series:
    """District codes of six digits (GB/T 2260), null for anything else.

    Example:
        >>> region(pl.Series(["990101", "99010", "99010x"])).to_list()
        ['990101', None, None]
    """
    digits = text.str.contains(r"^[0-9]{6}$")
    return text.set(~digits.fill_null(value=False), None)


def whole(text: pl.Series) -> pl.Series:
    """Whole numbers; a fraction, an exponent or a thousands mark is not one."""
    return text.cast(pl.Int64, strict=False)


def number(text: pl.Series) -> pl.Series:
    """Finite numbers."""
    got = text.cast(pl.Float64, strict=False)
    return got.set(~got.is_finite().fill_null(value=True), None)


_READERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "at": instant,
    "on": day,
    "flag": flag,
    "region": region,
    "fen": whole,
    "s": whole,
    "int": whole,
    "share": number,
}


def read(values: pl.Series, info: ColumnInfo) -> tuple[pl.Series, pl.Series]:
    """The values as the column's kind has them, and where something stood that could not be read.

    Columns: takes text as a file has it, or a typed column of a Parquet file.
    """
    plain = _plain(values, info.kind)
    if plain.dtype != pl.String:
        return plain.cast(dtype(info), strict=False), _lost(values, plain)
    text = strip(plain)
    spoiled = _lost(values, plain)
    if info.kind == "text":
        return text, spoiled
    if info.kind == "id":
        # an object or a list of JSON is no id, though it reads as text
        nested = text.str.contains(r"^[\[{].*[\]}]$").fill_null(value=False)
        return pl.select(pl.when(~nested).then(text)).to_series().alias(text.name), spoiled | nested
    reader = _READERS.get(info.kind)
    got = (reader(text) if reader else text).cast(dtype(info), strict=False)
    return got, spoiled | (text.is_not_null() & got.is_null())


def _lost(before: pl.Series, after: pl.Series) -> pl.Series:
    return before.is_not_null() & after.is_null()


def _plain(values: pl.Series, kind: str) -> pl.Series:
    """Text, or the typed values where a typed column says the same thing without doubt."""
    have = values.dtype
    if have == pl.String:
        return values
    if have in (pl.Categorical, pl.Enum):
        return values.cast(pl.String)
    if kind == "at" and isinstance(have, pl.Datetime):
        return _instants(values, have)
    if kind == "on" and have in (pl.Date, pl.Datetime):
        return values.cast(pl.Date)
    if have == pl.Boolean and kind == "flag":
        return values
    if have.is_integer() and kind not in {"at", "on"}:
        return values.cast(pl.String)
    if have.is_float() or have.is_decimal():
        return _from_fraction(values, kind)
    if have == pl.Null:
        return values.cast(pl.String)
    return pl.Series(values.name, [None] * values.len(), dtype=pl.String)


def _instants(values: pl.Series, have: pl.Datetime) -> pl.Series:
    if have.time_zone is None:
        return localised(values)
    return values.dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))


def _from_fraction(values: pl.Series, kind: str) -> pl.Series:
    if kind == "share":
        return number(values.cast(pl.String))
    if kind in {"at", "on"}:
        return pl.Series(values.name, [None] * values.len(), dtype=pl.String)
    number_ = values.cast(pl.Float64)
    exact = (number_ == number_.round(0)) & (number_.abs() < _EXACT)
    return number_.set(~exact.fill_null(value=False), None).cast(pl.Int64).cast(pl.String)


def too_long(text: pl.Series) -> pl.Series:
    """Where an id has more characters than an id may have."""
    # Bytes first: they are free to count, and fewer bytes than the bound settle it.
    suspect = text.str.len_bytes() > ID_LENGTH
    return text.str.len_chars() > ID_LENGTH if suspect.any() else suspect


def eaten_by_excel(text: pl.Series) -> pl.Series:
    """Where a spreadsheet turned a long number into 6.22E+18 and lost its digits.

    Example:
        >>> eaten_by_excel(pl.Series(["6.22202E+18", "E+1", "62220299"])).to_list()
        [True, False, False]
    """
    suspect = text.str.contains("E+", literal=True)
    return text.str.contains(r"^[0-9](\.[0-9]+)?E\+[0-9]+$") if suspect.any() else suspect


def mask(values: pl.Series, kind: str) -> pl.Series:
    """The values as a person may see them in a list of faults.

    Of ids and text only the ends stay; elsewhere a run of seven or more digits, or any character
    that is not ASCII, is starred, because columns get swapped and a name may stand anywhere.

    Example:
        >>> mask(pl.Series(["16400001234", "short"]), "id").to_list()
        ['16*******34', 's****']
    """
    text = values.cast(pl.String, strict=False).str.slice(0, ID_LENGTH)
    if kind in {"id", "text"}:
        length = pl.col("_").str.len_chars()
        stars = pl.col("_").str.replace_all(r"(?s).", "*")
        kept = pl.when(length >= 8).then(2).otherwise(0)
        head = pl.when(length >= 8).then(2).otherwise(1)
        masked = pl.concat_str(
            pl.col("_").str.slice(0, head),
            stars.str.slice(0, length - head - kept),
            pl.col("_").str.slice(length.cast(pl.Int64) - kept),
        )
    else:
        masked = (
            pl.col("_").str.replace_all(r"[0-9]{7,}", "*******").str.replace_all(r"[^ -~]", "*")
        )
    return text.to_frame("_").select(masked.alias(values.name)).to_series()
