"""The ways a layout may read a foreign value: `as: yuan`, `as: card`, `as: instant`, …"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka.tables import kinds
from duanka.tables.identifiers import IDENTIFIERS, digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

UNKNOWN = "UNKNOWN:"
"""Before an id for somebody a record does not name; every such record has its own, so none are linked."""


@dataclass(frozen=True)
class Context:
    """What a layout may lean on beside the row: the digest's key, the file, and the span of the events.

    Units: `start` and `end` are the first and last instant of the events read so far.
    """

    file: str = ""
    key: str = ""
    suite: str = "sha256"
    start: datetime | None = None
    end: datetime | None = None


def _text(values: pl.Series) -> pl.Series:
    return kinds.strip(values if values.dtype == pl.String else values.cast(pl.String))


def _yuan(values: pl.Series) -> pl.Series:
    """Fen, exactly; more than two decimals that are not zero, or anything but a number, is null."""
    if values.dtype.is_float():
        fen = (values * 100).round(0)
        near = ((values * 100) - fen).abs() < 1e-4
        return fen.set(~near.fill_null(value=False), None).cast(pl.Int64, strict=False)
    text = _text(values).str.replace_all(r"[,，¥￥\s]|元$|^CNY|CNY$", "")
    parts = text.str.extract_groups(r"^([+-]?)([0-9]+)(?:\.([0-9]{1,2})0*)?$").struct.unnest()
    sign = pl.when(pl.col("1") == "-").then(-1).otherwise(1)
    cents = pl.col("3").fill_null("").str.pad_end(2, "0").cast(pl.Int64)
    fen_of = sign * (pl.col("2").cast(pl.Int64, strict=False) * 100 + cents)
    return parts.select(fen_of.alias(values.name)).to_series()


def _instant(values: pl.Series) -> pl.Series:
    if isinstance(values.dtype, pl.Datetime):
        zoned = values.dtype.time_zone is not None
        return values.dt.convert_time_zone("UTC") if zoned else kinds.localised(values)
    return kinds.instant(_text(values))


def _instant_or_day(values: pl.Series) -> pl.Series:
    """A bare day is its first moment in Asia/Shanghai."""
    got = _instant(values)
    if values.dtype != pl.String:
        return got
    midnight = kinds.localised(kinds.day(_text(values)).cast(pl.Datetime("us")))
    return got.zip_with(got.is_not_null(), midnight)


def _digested(sort: str, prefix: str) -> Callable[[pl.Series, Context], pl.Series]:
    def means(values: pl.Series, context: Context) -> pl.Series:
        text = _text(values)
        tidy = IDENTIFIERS[sort].tidy(text) if sort in IDENTIFIERS else text
        return digest(kinds.strip(tidy), prefix=prefix, key=context.key, suite=context.suite)

    return means


def _holder(values: pl.Series, context: Context) -> pl.Series:
    """A company by its credit code, anybody else as a person."""
    text = IDENTIFIERS["uscc"].tidy(_text(values))
    company = IDENTIFIERS["uscc"].check(text) & ~_valid_id(text)
    people = _digested("resident_id", "person")(text, context)
    return _digested("uscc", "organisation")(text, context).zip_with(company, people)


def _valid_id(text: pl.Series) -> pl.Series:
    return IDENTIFIERS["resident_id"].check(IDENTIFIERS["resident_id"].tidy(text))


def _of_id(start: int, length: int) -> Callable[[pl.Series], pl.Series]:
    def means(values: pl.Series) -> pl.Series:
        tidy = IDENTIFIERS["resident_id"].tidy(_text(values))
        part = tidy.str.slice(start, length)
        return part.set(~IDENTIFIERS["resident_id"].check(tidy), None)

    return means


def entry(lines: pl.Series, context: Context) -> pl.Series:
    """An id for each entry of a file that names none, the same whenever the same file is read."""
    stem = hashlib.sha256(context.file.encode()).hexdigest()[:12]
    frame = pl.DataFrame({"line": lines})
    return frame.select(pl.concat_str(pl.lit(f"{stem}-"), pl.col("line"))).to_series()


def _region(values: pl.Series) -> pl.Series:
    """The first six digits of a district or statistical code; a name of a place is left out."""
    return _text(values).str.extract(r"^([0-9]{6})(?:[0-9]{6})?$")


_Plain = dict[str, "Callable[[pl.Series], pl.Series]"]
PLAIN: _Plain = {
    "text": _text,
    "yuan": _yuan,
    "yuan_size": lambda values: _yuan(values).abs(),
    "instant": _instant,
    "instant_or_day": _instant_or_day,
    "region": _region,
    "birth_year_of_id": _of_id(6, 4),
    "region_of_id": _of_id(0, 6),
}
"""Ways that need nothing but the values; one that gives null where something stood is a fault."""
FORGIVING = frozenset({"region", "birth_year_of_id", "region_of_id"})
"""Ways whose silence is no fault: the value was never promised."""
KEYED: dict[str, Callable[[pl.Series, Context], pl.Series]] = {
    "account": _digested("card", "account"),
    "sim": _digested("phone", "sim"),
    "device": _digested("imei", "device"),
    "person": _digested("resident_id", "person"),
    "organisation": _digested("uscc", "organisation"),
    "holder": _holder,
    "network_address": _digested("", "network"),
    "merchant": _digested("", "merchant"),
}
"""Ways that turn a real identifier into an id by the keyed digest."""
UNNAMED = ("entry", "start", "end")
"""Ways that look at no heading: an id of the entry itself; the first or last instant of the events."""


def read(values: pl.Series, means: str, context: Context) -> pl.Series:
    """The values as a layout reads them."""
    if means in KEYED:
        return KEYED[means](values, context)
    return PLAIN[means](values)
