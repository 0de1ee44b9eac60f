"""Lines of a delimited file as records: what is whole is parsed, what is broken is told line by line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.tables.batch import LINE, Batch, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

DELIMITERS = ",\t;|"
_QUOTE, _NEWLINE = 34, 10
_REACH = 50
"""Lines that a quoted field may span; a quote that stays open longer is a broken line."""


@dataclass(frozen=True)
class Headings:
    """What the columns of a file are called, and what stands between them."""

    names: tuple[str, ...]
    mark: str


@dataclass(frozen=True)
class Split:
    """Records of a block: the bytes that parse, where each record began, and what does not parse.

    Columns: `starts` and the index in `broken` count lines of the block from 0; `carry` is the
        beginning of a record that the next block goes on with.
    """

    clean: bytes
    starts: NDArray[np.int64]
    broken: list[tuple[int, str]]
    carry: bytes


def batches(blocks: Iterable[tuple[bytes, list[int]]]) -> Iterator[Batch]:
    """The records of a delimited file with headings, block by block, and every broken line.

    Columns: all text, named by the headings without outer blanks; and `#line`.
    """
    headings: Headings | None = None
    line, rest = 0, b""
    for (block, undecoded), last in _ends(blocks):
        begun = line + rest.count(b"\n")
        faults = [Fault(begun + index + 1, "bad_encoding") for index in undecoded]
        whole = rest + block
        if headings is None:
            headings, used = _headings(whole)
            line += whole[:used].count(b"\n")
            whole, rest = whole[used:], b""
        if headings is None:
            continue
        split = split_records(whole, headings, last=last)
        rows, ragged = _parse(split, headings, line)
        faults += [Fault(line + index + 1, fault) for index, fault in split.broken]
        yield Batch(rows, tuple(faults + ragged))
        rest = split.carry
        line += whole.count(b"\n") - rest.count(b"\n")


def _ends(
    blocks: Iterable[tuple[bytes, list[int]]],
) -> Iterator[tuple[tuple[bytes, list[int]], bool]]:
    """Each block, and whether it is the last."""
    held: tuple[bytes, list[int]] | None = None
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    if held is not None:
        yield held, True


def _headings(block: bytes) -> tuple[Headings | None, int]:
    """The headings, and how many bytes of the block they took; None while there are only blanks."""
    used = len(block) - len(block.lstrip(b" \t\n"))
    if used == len(block):
        return None, used
    end = block.find(b"\n", used)
    first = block[used : len(block) if end < 0 else end + 1]
    text = first.decode("utf-8", errors="replace").rstrip("\n")
    mark = sniff(text)
    return Headings(unique(_fields(text, mark)), mark), used + len(first)


def sniff(heading: str) -> str:
    """The delimiter that splits a heading line into most parts; a comma if none does.

    Example:
        >>> sniff("transfer_id;at;payer_id"), sniff("person_id")
        (';', ',')
    """
    return max(DELIMITERS, key=lambda mark: (heading.count(mark), mark == ","))


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Headings without outer blanks, each once: a second `at` is called `at#2`.

    Example:
        >>> unique(["at", " at ", ""])
        ('at', 'at#2', '#3')
    """
    out: list[str] = []
    for index, name in enumerate(names, start=1):
        clean = name.strip(" \t\r\n\ufeff\u3000\x00")
        out.append(clean if clean and clean not in out else f"{clean}#{index}")
    return tuple(out)


def _fields(text: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=mark), [])
    except csv.Error:
        return text.split(mark)


def split_records(block: bytes, headings: Headings, *, last: bool) -> Split:
    """Records of whole lines: blank lines left out, lines broken by a NUL or a stray quote told."""
    codes = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(codes == _NEWLINE)
    if len(codes) and not block.endswith(b"\n"):
        ends = np.append(ends, len(codes))
    begins = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    keep = ends > begins
    starts = keep.copy()
    broken: list[tuple[int, str]] = []
    if b"\0" in block:
        spoiled = np.unique(np.searchsorted(ends, np.flatnonzero(codes == 0)))
        keep[spoiled] = starts[spoiled] = False
        broken += [(int(index), "nul_byte") for index in spoiled]
    stop = len(ends)
    if b'"' in block:
        stop = _mend(block, (begins, ends, keep, starts), headings, broken, last=last)
    cut = int(begins[stop]) if stop < len(ends) else len(block)
    clean = block[:cut]
    if not keep[:stop].all():
        lengths = np.minimum(ends[:stop] + 1, cut) - begins[:stop]
        clean = codes[:cut][np.repeat(keep[:stop], lengths)].tobytes()
    return Split(clean, np.flatnonzero(starts[:stop]), broken, block[cut:])


_Lines = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.bool_]", "NDArray[np.bool_]"]


def _mend(
    block: bytes,
    lines: _Lines,
    headings: Headings,
    broken: list[tuple[int, str]],
    *,
    last: bool,
) -> int:
    """How many lines are settled, after quoted line ends were joined and stray quotes told.

    `keep` and `starts` of `lines` are changed in place: a line that goes on a record starts none.
    """
    begins, ends, keep, starts = lines
    settled = 0
    suspects: list[int] = _suspects(block, ends, headings.mark).tolist()
    for index in suspects:
        if index < settled or not keep[index]:
            continue
        reach = min(index + _REACH, len(ends))
        window = block[int(begins[index]) : int(ends[reach - 1])]
        covered = _covered(window, headings)
        if covered == 0 and reach == len(ends) and not last and reach - index < _REACH:
            return index
        if covered == 0:
            keep[index] = starts[index] = False
            broken.append((index, "bad_quotes"))
        starts[index + 1 : index + covered] = False
        keep[index + 1 : index + covered] = True
        settled = index + max(covered, 1)
    return len(ends)


def _suspects(block: bytes, ends: NDArray[np.int64], mark: str) -> NDArray[np.int64]:
    """Lines whose quotes are not plainly in pairs around whole fields."""
    codes = np.frombuffer(block + b"\n", np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    line = np.searchsorted(ends, quotes)
    first = np.searchsorted(line, line)
    opening = ((np.arange(len(quotes)) - first) & 1) == 0
    edge = np.zeros(256, dtype=np.bool_)
    edge[[_QUOTE, _NEWLINE, ord(mark)]] = True
    before = edge[codes[quotes - 1]] | (quotes == 0)
    fine = np.where(opening, before, edge[codes[quotes + 1]])
    odd = np.flatnonzero(np.bincount(line, minlength=len(ends)) & 1)
    return np.union1d(line[~fine], odd)


def _covered(window: bytes, headings: Headings) -> int:
    """Lines that the first record of the window takes, 0 if its quotes make no record."""
    found = _record(headings.mark).match(window)
    if found is None:
        return 0
    text = found.group().decode("utf-8", errors="replace")
    taken = text.count("\n") + 1
    if taken == 1:
        return 1
    # Joined lines must make a record of the right width, or a stray quote has swallowed good rows.
    joined = next(csv.reader([text], delimiter=headings.mark, strict=False), [])
    return taken if len(joined) == len(headings.names) else 0


@cache
def _record(mark: str) -> re.Pattern[bytes]:
    between = re.escape(mark.encode())
    # Possessive repeats: a broken line is given up in linear time.
    plain = rb'(?:[^"' + between + rb"\n][^" + between + rb"\n]*+)?"
    quoted = rb'"(?:[^"]|"")*+"'
    one = rb"(?:" + quoted + rb"|" + plain + rb")(?=[" + between + rb"\n]|\Z)"
    return re.compile(one + rb"(?:" + between + one + rb")*+(?=\n|\Z)")


def _parse(split: Split, headings: Headings, line: int) -> tuple[pl.DataFrame, list[Fault]]:
    """The records as text columns, and those with more or fewer fields than headings."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = list(headings.names)
    if not split.clean:
        return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), LINE: pl.Int32}), []
    ragged: list[tuple[int, int, str]] = []

    def keep_in_mind(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    table = arrow_csv.read_csv(
        pa.py_buffer(split.clean),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, column_names=names, block_size=max(len(split.clean) + 1, 1 << 16)
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=headings.mark, newlines_in_values=True, invalid_row_handler=keep_in_mind
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    frame = pl.DataFrame(pl.from_arrow(table))
    numbers = np.delete(split.starts, [index for index, _, _ in ragged]) + line + 1
    faults = [
        Fault(
            int(split.starts[index]) + line + 1,
            "too_many_fields" if width > len(names) else "too_few_fields",
            value=f"{width} / {len(names)}",
        )
        for index, width, text in ragged
        if text.strip()
    ]
    return frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int32)), faults
