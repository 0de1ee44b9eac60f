"""A file as batches with source lines, in bounded memory: CSV, CSV.gz, JSON lines, Parquet, XLSX."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.errors import BadInput
from duanka.tables import decode, delimited
from duanka.tables.batch import LINE, Batch, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".xlsx")
_BLOCK = 1 << 24
_ROWS = 200_000
_MAGIC = {
    b"PAR1": "parquet",
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "workbook",
}


def batches(path: Path, *, sheet: str | int = 0) -> Iterator[Batch]:
    """The rows of a file in order, in batches that fit memory, with the line each began on.

    Columns: text formats give text; a Parquet file gives the types it has. `#line` counts from 1,
        headings included. A file that breaks off gives what came before and then says so.
    Raises: BadInput if there is no such file or the machine may not read it.
    """
    kind = kind_of(path)
    if kind == "parquet":
        yield from _parquet(path)
    elif kind == "workbook":
        yield from _workbook(path, sheet)
    else:
        yield from _text(path, kind)


def kind_of(path: Path) -> str:
    """What a file is by its first bytes, or by its name where they say nothing.

    Raises: BadInput if there is no such file or the machine may not read it.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise BadInput(
            f"cannot read {path.name}: {error.strerror}",
            where=str(path),
            fix="check the path and the rights to read it",
        ) from error
    told = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    by_name = {".parquet": "parquet", ".xlsx": "workbook", ".xls": "workbook"}
    name = path.name.removesuffix(".gz")
    return told or by_name.get(path.suffix) or ("lines" if name.endswith(".jsonl") else "delimited")


def _text(path: Path, kind: str) -> Iterator[Batch]:
    try:
        encoding = decode.probe(blocks(path, []))
        cut: list[str] = []
        texts = decode.utf8(blocks(path, cut), encoding)
        yield from delimited.batches(texts) if kind == "delimited" else _objects(texts)
        for fault in cut:
            yield Batch(pl.DataFrame(), (Fault(0, fault),))
    except BadInput as error:
        yield Batch(pl.DataFrame(), (Fault(0, "unreadable", value=error.what),))


def blocks(path: Path, cut: list[str]) -> Iterator[bytes]:
    """The bytes of a file, unpacked if they are gzip; a file that breaks off says so in `cut`."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        raw = iter(lambda: file.read(_BLOCK if not packed else _BLOCK >> 3), b"")
        yield from _unpack(raw, cut) if packed else raw


def _unpack(raw: Iterable[bytes], cut: list[str]) -> Iterator[bytes]:
    out = b"\n"
    for part in _members(raw, cut):
        yield part
        out = part
    if cut and not out.endswith(b"\n"):
        # The line that broke off could pass for a whole one; a NUL keeps it out of the rows.
        yield b"\0"


def _members(raw: Iterable[bytes], cut: list[str]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    for part in raw:
        left = part
        while left:
            try:
                out = member.decompress(left, _BLOCK)
            except zlib.error:
                cut.append("truncated")
                return
            if out:
                yield out
            if member.eof:
                left = member.unused_data.lstrip(b"\0")
                member = zlib.decompressobj(wbits=31) if left else member
                if not left:
                    break
            else:
                left = member.unconsumed_tail
    if not member.eof:
        cut.append("truncated")


def _objects(texts: Iterable[tuple[bytes, list[int]]]) -> Iterator[Batch]:
    """One JSON object a line; numbers keep the digits they are written with."""
    line = 0
    for block, undecoded in texts:
        faults = [Fault(line + index + 1, "bad_encoding") for index in undecoded]
        rows: list[dict[str, str | None]] = []
        for index, text in enumerate(block.split(b"\n")):
            if not text.strip():
                continue
            row = _object(text)
            if row is None:
                faults.append(Fault(line + index + 1, "bad_json"))
            else:
                rows.append({**row, LINE: str(line + index + 1)})
        names = dict.fromkeys(name for row in rows for name in row)
        frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
        if rows:
            frame = frame.with_columns(pl.col(LINE).cast(pl.Int32))
        yield Batch(frame, tuple(faults))
        line += block.count(b"\n")


def _object(text: bytes) -> dict[str, str | None] | None:
    try:
        row = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _parquet(path: Path) -> Iterator[Batch]:
    import pyarrow as pa
    from pyarrow import parquet

    line = 0
    try:
        file = parquet.ParquetFile(path)
        if file.metadata.num_rows == 0:
            yield Batch(_frame(file.schema_arrow.empty_table(), 0))
        for part in file.iter_batches(batch_size=_ROWS, use_threads=False):
            yield Batch(_frame(pa.Table.from_batches([part]), line))
            line += part.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        fault = "truncated" if line else "unreadable"
        first = str(error).split(".", maxsplit=1)[0]
        yield Batch(pl.DataFrame(), (Fault(0, fault, value=first[:80]),))


def _frame(table: Any, line: int) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(table))
    return frame.with_columns(
        pl.int_range(line + 1, line + 1 + frame.height, dtype=pl.Int32, eager=True).alias(LINE)
    )


def _workbook(path: Path, sheet: str | int) -> Iterator[Batch]:
    """Rows of one sheet; a workbook holds at most a million rows, so it is read at once."""
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        held = book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, OSError) as error:
        first = str(error).split("\n", maxsplit=1)[0]
        yield Batch(pl.DataFrame(), (Fault(0, "unreadable", value=first[:80]),))
        return
    if held.is_empty():
        return
    names = delimited.unique(str(name or "") for name in held.row(0))
    body = held.slice(1).rename(dict(zip(held.columns, names, strict=True)))
    numbered = body.with_columns(
        pl.int_range(2, 2 + body.height, dtype=pl.Int32, eager=True).alias(LINE)
    )
    kept = numbered.filter(~pl.all_horizontal(pl.col(list(names)).is_null()))
    yield Batch(kept.with_columns(_unrounded(kept[name]) for name in names))


def _unrounded(column: pl.Series) -> pl.Series:
    """The column with long numbers that a workbook kept as numbers written as 6.2E+18 again.

    A workbook rounds numbers to 15 digits, and they read as 18 plain digits of which the last are
    wrong. Written so, `check` refuses them; text of 18 digits passes for one in less than 1 of 10,000.
    """
    long = column.str.contains(r"^[0-9]{18,}$").fill_null(value=False)
    if not long.any():
        return column
    values = column.gather(long.arg_true()).unique().to_list()
    rounded = {v: f"{float(v):.14E}" for v in values if int(float(f"{float(v):.15g}")) == int(v)}
    return column.replace(rounded) if rounded else column


def sheets(path: Path) -> list[str]:
    """The names of a workbook's sheets; none for any other file."""
    if kind_of(path) != "workbook":
        return []
    import fastexcel

    try:
        return list(fastexcel.read_excel(path).sheet_names)
    except fastexcel.FastExcelError:
        return []
