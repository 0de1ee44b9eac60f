"""A folder of files becomes a lake of checked rows; what was refused is a table too."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.store.lake import open_lake
from duanka.tables import INPUTS, columns, empty
from duanka.tables.check import FAULTS, check, reject, rejects_of
from duanka.tables.read import batches
from duanka.tables.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.settings import Settings
    from duanka.store.lake import Lake
    from duanka.tables.batch import Batch

_NAMED = re.compile(
    rf"^({'|'.join(INPUTS)})((?:-|\.part)[\w-]*)?\.(parquet|csv|csv\.gz|jsonl|jsonl\.gz|xlsx)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Count:
    """What became of the rows of one table: read = kept + refused."""

    table: str
    read: int
    kept: int
    refused: int


@dataclass(frozen=True)
class Loaded:
    """A dataset in its lake.

    Columns: `notes` are sentences (Chinese, English) on what is absent and what that costs.
    """

    lake: Lake
    counts: tuple[Count, ...]
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def rejects(self) -> pl.LazyFrame:
        """Every fault of every row that was refused (table `rejects`)."""
        return self.lake.scan("rejects", [info.name for info in columns("rejects")])


@dataclass
class _Tally:
    """What is known of one table while its files are read."""

    seen: Seen = field(default_factory=Seen)
    read: int = 0
    kept: int = 0
    held: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)
    told: set[tuple[str, str, str | None]] = field(default_factory=set)


def load(folder: Path, into: Path, *, settings: Settings, say: Progress) -> Loaded:
    """The dataset of a folder, checked and kept in a lake at `into`, and what was refused.

    Raises: BadInput if the folder is not there or holds no file named after a table.
    """
    files = find(folder)
    lake = open_lake(into, settings)
    for name in [*INPUTS, "rejects"]:
        lake.drop(name)
    lake.append("rejects", empty("rejects"))
    tallies: dict[str, _Tally] = {}
    with say.stage("读取数据 reading"):
        for done, (table, path) in enumerate(files, start=1):
            tally = tallies.setdefault(table, _Tally())
            _load_file(path, table, lake, tally)
            say.advance(done, len(files))
    counts = tuple(
        Count(table, tally.read, tally.kept, tally.read - tally.kept)
        for table, tally in tallies.items()
    )
    loaded = Loaded(lake, counts, (*_strangers(folder), *_notes(tallies)))
    if not any(count.kept for count in counts):
        raise _nothing_kept(folder, loaded)
    return loaded


def _nothing_kept(folder: Path, loaded: Loaded) -> BadInput:
    first = loaded.rejects.select("file", "line", "column", "fault").head(5).collect()
    faults = [
        f"{file}{f' line {line}' if line else ''}: {FAULTS[fault][1]}{f' ({name})' if name else ''}"
        for file, line, name, fault in first.iter_rows()
    ]
    return BadInput(
        "not one row could be taken" if faults else "the files hold headings but no rows",
        where="; ".join(faults) or str(folder),
        fix="compare the files with the data dictionary, or map them with `duanka import`",
    )


def find(folder: Path) -> list[tuple[str, Path]]:
    """The files of a folder that are named after a table, in contract order, parts by name.

    Sub-folders such as `truth/` are left alone.
    Raises: BadInput if there is no such folder, no such file, or one table in two forms.
    """
    if not folder.is_dir():
        raise BadInput(
            f"there is no folder {folder.name or folder}",
            where=str(folder),
            fix="give the folder that holds your files, one a table, such as transfer.csv",
        )
    named = [
        (match, path)
        for path in sorted(folder.iterdir())
        if path.is_file() and (match := _NAMED.match(path.name))
    ]
    if not named:
        raise BadInput(
            "no table was found",
            where=str(folder),
            fix="expected files like transfer.csv, account.parquet or call.csv.gz; for other "
            "forms see `duanka import`",
        )
    forms: dict[tuple[str, str], Path] = {}
    for match, path in named:
        key = (match[1].lower(), match[2] or "")
        if key in forms:
            raise BadInput(
                f"table {key[0]} is there twice: {forms[key].name} and {path.name}",
                where=str(folder),
                fix="keep one of them",
            )
        forms[key] = path
    order = {name: index for index, name in enumerate(INPUTS)}
    return sorted(((t, p) for (t, _), p in forms.items()), key=lambda f: (order[f[0]], f[1].name))


def _load_file(path: Path, table: str, lake: Lake, tally: _Tally) -> None:
    before = tally.read
    with ThreadPoolExecutor(1) as writer:
        writing: Future[None] | None = None
        for batch in _ahead(batches(path)):
            rows = _checked(batch, path.name, table, lake, tally)
            if writing is not None:
                writing.result()
            # while these are written, the next are checked
            writing = None if rows is None else writer.submit(lake.append, table, rows)
        if writing is not None:
            writing.result()
    told = any(name == path.name for name, _, _ in tally.told)
    if tally.read == before and table not in lake.tables() and not told:
        _tell(lake, tally, reject(table, path.name, "no_heading"))


def _ahead(held: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches; while one is looked at, the next is read."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, held, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, held, None)
            yield batch


def _checked(batch: Batch, file: str, table: str, lake: Lake, tally: _Tally) -> pl.DataFrame | None:
    """The rows of the batch that are to be kept, if any may be; what is wrong with it is told."""
    kept = None
    tally.read += batch.rows.height + len({fault.line for fault in batch.faults if fault.line})
    rejects = [rejects_of(batch.faults, table, file)]
    names = set(batch.rows.columns)
    known = {info.name for info in columns(table)}
    if names and not names & known:
        rejects.append(reject(table, file, "no_heading"))
    elif names:
        checked = check(batch.rows, table, file=file, seen=tally.seen)
        rejects.append(checked.rejects)
        tally.kept += checked.rows.height
        tally.held |= names & known
        tally.extra |= set(checked.extra)
        if checked.taken:
            kept = checked.rows
    _tell(lake, tally, pl.concat(rejects).sort("line", maintain_order=True))
    return kept


def _tell(lake: Lake, tally: _Tally, rejects: pl.DataFrame) -> None:
    """Keeps rejects; what is wrong with a file as a whole is told once, not once a batch."""
    fresh = []
    for row in rejects.filter(pl.col("line") == 0).iter_rows(named=True):
        key = (row["file"], row["fault"], row["column"])
        if key not in tally.told:
            tally.told.add(key)
            fresh.append(row)
    kept = pl.concat(
        [pl.DataFrame(fresh, schema=rejects.schema), rejects.filter(pl.col("line") > 0)]
    )
    if not kept.is_empty():
        lake.append("rejects", kept)


def _strangers(folder: Path) -> list[tuple[str, str]]:
    names = [
        path.name
        for path in sorted(folder.iterdir())
        if path.is_file() and not _NAMED.match(path.name) and not path.name.startswith(".")
    ]
    if not names:
        return []
    shown = "、".join(names[:10]), ", ".join(names[:10])
    return [(f"未使用的文件：{shown[0]}。", f"Files left unused: {shown[1]}.")]


def _notes(tallies: dict[str, _Tally]) -> list[tuple[str, str]]:
    notes = []
    absent = [name for name in INPUTS if name not in tallies]
    if absent:
        notes.append(
            (
                f"没有这些表：{'、'.join(absent)}；依赖它们的判断从略。",
                f"Absent tables: {', '.join(absent)}; what needs them is left out.",
            )
        )
    for table, tally in tallies.items():
        lacking = [i.name for i in columns(table) if i.name not in tally.held]
        if lacking and tally.kept:
            notes.append(
                (
                    f"表 {table} 没有这些列：{'、'.join(lacking)}；按未知处理。",
                    f"Table {table} lacks {', '.join(lacking)}; they read as unknown.",
                )
            )
        if tally.extra:
            strange = sorted(tally.extra)[:10]
            notes.append(
                (
                    f"表 {table} 中未使用的列：{'、'.join(strange)}。",
                    f"Columns of {table} left unused: {', '.join(strange)}.",
                )
            )
        if tally.read > tally.kept:
            refused = tally.read - tally.kept
            notes.append(
                (
                    f"表 {table} 有 {refused} 行被拒绝（共 {tally.read} 行），原因见 rejects。",
                    f"{refused} of {tally.read} rows of {table} were refused; see rejects for why.",
                )
            )
    return notes
