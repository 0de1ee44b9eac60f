"""Every fault of every row, found before anything else sees the row; good rows go on typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.tables import PRIMARY, columns, empty, typed
from duanka.tables import kinds as kinds_
from duanka.tables.batch import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duanka.tables.batch import Fault
    from duanka.tables.column import ColumnInfo
    from duanka.tables.seen import Seen

FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("必填项为空", "a required value is missing"),
    "missing_column": (
        "缺少必填列，整个文件未入库",
        "a required column is absent; no row of the file was taken",
    ),
    "unknown_word": ("不在词表中", "not a word of the closed list"),
    "bad_id": ("不是编号", "not an id"),
    "bad_text": ("不是文本", "not text"),
    "bad_at": ("无法读作时间", "not an instant"),
    "bad_on": ("无法读作日期", "not a day"),
    "bad_fen": ("金额不是整数分", "not a whole number of fen"),
    "bad_s": ("不是整数秒", "not a whole number of seconds"),
    "bad_int": ("不是整数", "not a whole number"),
    "bad_flag": ("不是 0/1/true/false", "not 0, 1, true or false"),
    "bad_region": ("不是六位行政区划代码", "not a district code of six digits"),
    "too_long": ("编号超过 64 个字符", "an id of more than 64 characters"),
    "eaten_by_excel": (
        "编号被电子表格改成科学计数，位数已丢失",
        "a spreadsheet rounded this number; export it as text",
    ),
    "out_of_range": ("时间超出 1900 至 2200 年", "a year outside 1900 to 2200"),
    "too_small": ("小于允许的最小值", "below the smallest value allowed"),
    "duplicate": ("编号重复，保留先到的一行", "the id came before; the earlier row stays"),
    "repeated_row": ("与先到的一行完全相同", "the whole row came before; the earlier one stays"),
    "repeated_heading": ("重复的表头行", "the headings again, in the middle of the file"),
    "too_few_fields": ("字段少于表头", "fewer fields than headings"),
    "too_many_fields": ("字段多于表头", "more fields than headings"),
    "bad_quotes": ("引号不成对", "quotes that do not pair up"),
    "bad_encoding": ("不是 UTF-8 或 GB18030", "neither UTF-8 nor GB18030"),
    "nul_byte": ("含空字节", "holds a NUL byte"),
    "bad_json": ("不是 JSON 对象", "not a JSON object"),
    "truncated": ("文件被截断，此前的行已入库", "the file is cut off; what came before was taken"),
    "unreadable": ("文件无法读取", "the file cannot be read"),
    "no_heading": ("没有可识别的表头", "no heading that the contract knows"),
    "unmapped": ("无法按版式对应", "cannot be read the way the layout says"),
    "unknown_file": ("不属于该版式的文件或工作表", "no file or sheet that the layout knows"),
    "repeated_column": ("同一列出现两次", "a column of the contract stands twice"),
}
"""Every fault a row or file can be refused for, in Chinese and English."""


@dataclass(frozen=True)
class Checked:
    """A batch, parted.

    Columns: `rows` typed by the contract; `rejects` one row a fault (table `rejects`); `refused`
        how many rows of the batch are not in `rows`; `extra` headings the contract does not know;
        `taken` is false where the headings alone refuse the file.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame
    refused: int
    extra: tuple[str, ...] = ()
    taken: bool = True


def check(batch: pl.DataFrame, table: str, *, file: str = "", seen: Seen | None = None) -> Checked:
    """The good rows of a batch, typed, and every fault of the others.

    Columns:
        batch: columns of the contract as text or typed, and `#line`; others are named in `extra`.
        returns: rows in contract order; len(rows) + refused == len(batch).
    """
    infos = columns(table)
    known = {LINE, *(info.name for info in infos)}
    extra = tuple(name for name in batch.columns if name not in known)
    wrong = [("missing_column", i.name) for i in infos if i.required and i.name not in batch]
    wrong += [("repeated_column", base) for name in extra if (base := _base(name)) in known]
    if wrong:
        told = pl.concat(reject(table, file, fault, column=name) for fault, name in wrong)
        return Checked(empty(table), told, batch.height, extra, taken=False)
    present = [info for info in infos if info.name in batch.columns]
    headings = _headings(batch, present)
    found = [(infos[0], "repeated_heading", headings)] if headings.any() else []
    rows: dict[str, pl.Series] = {}
    for info in present:
        rows[info.name], unread = kinds_.read(batch[info.name], info)
        for fault, where in _faults(rows[info.name], unread, info):
            if where.any():
                found.append((info, fault, where.fill_null(value=False) & ~headings))
    found += _duplicates(rows, table, found, seen)
    good = pl.DataFrame(rows)
    bad = _either(found, batch.height)
    return Checked(
        typed(table, good if bad is None else good.filter(~bad)),
        _told(batch, table, file, found),
        0 if bad is None else int(bad.sum()),
        extra,
    )


def _base(name: str) -> str:
    # delimited.unique calls a second `at` `at#7`.
    return name.rpartition("#")[0]


_Found = tuple["ColumnInfo", str, pl.Series]


def _either(found: list[_Found], height: int) -> pl.Series | None:
    if not found:
        return None
    bad = pl.repeat(value=False, n=height, eager=True, dtype=pl.Boolean)
    for _, _, where in found:
        bad = bad | where
    return bad


def _faults(
    value: pl.Series, unread: pl.Series, info: ColumnInfo
) -> Iterator[tuple[str, pl.Series]]:
    """What can be wrong with a column: the fault's name, and where it is."""
    yield ("unknown_word" if info.kind == "word" else f"bad_{info.kind}"), unread
    if info.required and value.null_count():
        yield "missing", value.is_null() & ~unread
    if info.kind == "id":
        yield "too_long", kinds_.too_long(value)
        yield "eaten_by_excel", kinds_.eaten_by_excel(value)
    elif info.kind == "at":
        yield "out_of_range", ~value.dt.year().is_between(1900, 2200)
    elif info.least is not None:
        yield "too_small", value < info.least


def _headings(batch: pl.DataFrame, infos: list[ColumnInfo]) -> pl.Series:
    """Where a file that was pasted together has its headings as a row again."""
    first = batch[infos[0].name]
    if first.dtype != pl.String:
        return pl.repeat(value=False, n=batch.height, eager=True, dtype=pl.Boolean)
    suspect = (first == infos[0].name).fill_null(value=False)
    if not suspect.any():
        return suspect
    same = pl.all_horizontal(pl.col(info.name).cast(pl.String) == info.name for info in infos)
    return batch.select(same.fill_null(value=False).alias("_")).to_series()


def _duplicates(
    rows: dict[str, pl.Series], table: str, found: list[_Found], seen: Seen | None
) -> list[_Found]:
    """The later of two otherwise good rows with one id, or that are equal where rows have no id.

    A refused row does not use its id up.
    """
    if seen is None or len(PRIMARY[table]) > 1:
        return []
    height = len(next(iter(rows.values())))
    bad = _either(found, height)
    kept = np.arange(height) if bad is None else np.flatnonzero(~bad)
    info = next((info for info in columns(table) if info.primary), None)
    good = pl.DataFrame(rows)[kept]
    again = seen.add(good[info.name] if info else typed(table, good).hash_rows()).to_numpy()
    if not again.any():
        return []
    where = np.zeros(height, dtype=np.bool_)
    where[kept[again]] = True
    return [(info or columns(table)[0], "duplicate" if info else "repeated_row", pl.Series(where))]


def _told(batch: pl.DataFrame, table: str, file: str, found: list[_Found]) -> pl.DataFrame:
    if not found:
        return empty("rejects")
    lines = batch[LINE] if LINE in batch.columns else pl.int_range(1, batch.height + 1, eager=True)
    parts = []
    for info, fault, where in found:
        at = where.arg_true()
        raw = batch[info.name].gather(at)
        parts.append(
            pl.DataFrame({"line": lines.gather(at), "value": shown(raw, info.kind)}).with_columns(
                table=pl.lit(table),
                file=pl.lit(file),
                column=pl.lit(info.name),
                fault=pl.lit(fault),
            )
        )
    return typed("rejects", pl.concat(parts)).sort("line", maintain_order=True)


def shown(raw: pl.Series, kind: str) -> pl.Series:
    """The values that were refused, masked, whatever type the file gave them."""
    text = raw if raw.dtype == pl.String else raw.cast(pl.String, strict=False)
    return kinds_.mask(text, kind).alias("value")


def rejects_of(faults: Sequence[Fault], table: str, file: str) -> pl.DataFrame:
    """What was wrong with lines before their columns were looked at, as table `rejects`."""
    rows = [
        {
            "table": table,
            "file": file,
            **{n: getattr(f, n) for n in ("line", "column", "fault", "value")},
        }
        for f in faults
    ]
    return typed("rejects", pl.DataFrame(rows, schema=empty("rejects").schema))


def reject(
    table: str, file: str, fault: str, *, line: int = 0, column: str | None = None
) -> pl.DataFrame:
    """One reject about a line, or about the file as a whole when the line is 0."""
    row = {"table": table, "file": file, "line": line, "column": column, "fault": fault}
    return typed("rejects", pl.DataFrame([{**row, "value": None}]))
