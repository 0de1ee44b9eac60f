"""Files of a foreign layout become a folder that `run` can read; what does not map is in rejects.csv."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.tables import empty, iso20022, read, time_of
from duanka.tables.check import check, reject, rejects_of
from duanka.tables.layout import Layout, parse
from duanka.tables.mapping import aliases, apply, source_of
from duanka.tables.means import Context
from duanka.tables.pairing import one_name, pair, unpairable
from duanka.tables.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duanka.jobs.progress import Progress
    from duanka.settings import Settings
    from duanka.tables.batch import Batch
    from duanka.tables.layout import Source

_PART_ROWS = 500_000
_EVENTS = frozenset({"transfer", "call", "message"})
"""Tables whose instants say from when to when the data goes."""


@dataclass(frozen=True)
class Imported:
    """What became of the entries of one table: kept + refused + merged entries were mapped.

    Columns: `merged` entries were the other side of a transfer that is kept once.
    """

    table: str
    kept: int
    refused: int
    merged: int


@dataclass(frozen=True)
class _Sheet:
    """A file, or one sheet of a workbook, and the source of the layout that it is."""

    path: Path
    sheet: str | int
    name: str
    source: Source


@dataclass
class _Shelf:
    """Rows of one table on their way into parts."""

    table: str
    folder: Path
    seen: Seen = field(default_factory=Seen)
    waiting: list[pl.DataFrame] = field(default_factory=list)
    parts: int = 0
    kept: int = 0
    refused: int = 0
    merged: int = 0

    def put(self, rows: pl.DataFrame) -> None:
        self.kept += rows.height
        self.waiting.append(rows)
        if sum(frame.height for frame in self.waiting) >= _PART_ROWS:
            self.write()

    def write(self) -> None:
        if not any(frame.height for frame in self.waiting):
            return
        path = self.folder / f"{self.table}-{self.parts:06d}.parquet"
        draft = path.with_suffix(".tmp")
        pl.concat(self.waiting).write_parquet(draft)
        os.replace(draft, path)  # noqa: PTH105 - atomic, also over an existing file
        self.parts += 1
        self.waiting = []


@dataclass
class _Desk:
    """What one import has in hand."""

    folder: Path
    context: Context
    shelves: dict[str, _Shelf] = field(default_factory=dict)
    entries: list[pl.DataFrame] = field(default_factory=list)
    """Entries that may be the other side of one another, until their last file is read."""
    aliases: list[pl.DataFrame] = field(default_factory=list)

    def shelf(self, table: str) -> _Shelf:
        return self.shelves.setdefault(table, _Shelf(table, self.folder))

    def reject(self, rejects: pl.DataFrame) -> None:
        path = self.folder / "rejects.csv"
        fresh = not path.exists()
        with path.open("ab") as file:
            rejects.write_csv(file, include_header=fresh, include_bom=fresh)


def import_layout(
    layout: str, files: Sequence[Path], out: Path, *, settings: Settings, say: Progress
) -> tuple[Imported, ...]:
    """What became of each table's entries; the folder `out` then holds Parquet parts and rejects.csv.

    Raises: BadInput if the layout, a file or the digest's key is not there, if `out` is not empty,
        or if no file is one that the layout knows.
    """
    told = layout_named(layout)
    if told.digested and not settings.digest_key:
        raise BadInput(
            f"layout {told.name} holds real identifiers, which are digested with a secret key",
            where="setting digest_key",
            fix="set DUANKA_DIGEST_KEY to a long random secret and keep it: another key, other ids",
        )
    sheets, strangers = _sheets(told, files, say)
    _make(out)
    desk = _Desk(out, Context(key=settings.digest_key, suite=settings.digest_suite))
    desk.reject(pl.concat([empty("rejects"), *strangers]))
    with say.stage(f"导入 importing {told.name}"):
        for done, sheet in enumerate(sheets, start=1):
            _read_sheet(sheet, told.form, desk)
            if done == len(sheets) or sheets[done].source is not sheet.source:
                _pair(desk)
            say.advance(done, len(sheets))
    for shelf in desk.shelves.values():
        shelf.write()
    done_with = tuple(Imported(s.table, s.kept, s.refused, s.merged) for s in desk.shelves.values())
    for one in done_with:
        say.note(
            f"{one.table}: {one.kept} 行导入 kept, {one.refused} 行拒绝 refused"
            + (f", {one.merged} 行并入对方记录 merged" if one.merged else "")
        )
    return done_with


def layout_named(layout: str) -> Layout:
    """The layout that comes with the product under a name, or that a YAML file tells.

    Raises: BadInput if there is neither.
    """
    shipped = resources.files("duanka.tables") / "layouts"
    named = {
        Path(entry.name).stem: entry for entry in shipped.iterdir() if entry.name.endswith(".yaml")
    }
    if layout in named:
        return parse(named[layout].read_text(encoding="utf-8"), layout)
    path = Path(layout)
    if not path.is_file():
        raise BadInput(
            f"there is no layout {layout!r}",
            fix=f"use one of {', '.join(sorted(named))}, or the path of a layout in YAML",
        )
    return parse(path.read_text(encoding="utf-8"), path.stem)


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = next(out.iterdir(), None)
    except OSError as error:
        raise BadInput(
            f"cannot write to {out.name}: {error.strerror}", where=str(out), fix="give a folder"
        ) from error
    if held is not None:
        raise BadInput(
            "the folder to write to is not empty",
            where=str(out),
            fix="give a new folder, so that old and new rows do not mix",
        )


def _sheets(
    told: Layout, files: Sequence[Path], say: Progress
) -> tuple[list[_Sheet], list[pl.DataFrame]]:
    """The sheets that the layout knows, in its order, because later sources lean on earlier ones.

    Columns: and a reject for each sheet that it does not know.
    """
    found: list[_Sheet] = []
    strangers: list[pl.DataFrame] = []
    for path in _spread(files):
        inside: list[str | int] = [*read.sheets(path)] or [0]
        for sheet in inside:
            name = f"{path.name}[{sheet}]" if sheet else path.name
            if told.form == "pacs008":
                found.append(_Sheet(path, sheet, name, told.sources[0]))
                continue
            first = next(read.batches(path, sheet=sheet), None)
            source = source_of(told, first.rows.columns) if first is not None else None
            if source is None:
                strangers.append(reject("", name, "unknown_file"))
                say.note(f"未识别 not known to the layout: {name}")
            elif source.unused:
                say.note(f"{name}: {source.unused}")
            else:
                found.append(_Sheet(path, sheet, name, source))
    if not found:
        raise BadInput(
            f"none of the files is one that layout {told.name} knows",
            where=", ".join(path.name for path in files),
            fix="it knows files with the headings "
            + "; ".join(" ".join(source.headings) for source in told.sources if source.rows),
        )
    order = [source.name for source in told.sources]
    return sorted(found, key=lambda sheet: order.index(sheet.source.name)), strangers


def _spread(files: Sequence[Path]) -> list[Path]:
    spread: list[Path] = []
    for path in files:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        spread += [one for one in inside if not (path.is_dir() and one.is_dir())]
    return spread


def _batches(sheet: _Sheet, form: str) -> Iterator[Batch]:
    if form != "pacs008":
        yield from read.batches(sheet.path, sheet=sheet.sheet)
        return
    read.kind_of(sheet.path)  # refuses a file that is not there
    with sheet.path.open("rb") as file:
        yield from iso20022.batches(file)


def _read_sheet(sheet: _Sheet, form: str, desk: _Desk) -> None:
    context = replace(desk.context, file=sheet.name)
    first = sheet.source.rows[0].table
    for batch in _batches(sheet, form):
        if batch.faults:
            desk.reject(rejects_of(batch.faults, first, sheet.name))
            desk.shelf(first).refused += len({f.line for f in batch.faults if f.line})
        if batch.rows.is_empty():
            continue
        desk.aliases.append(aliases(sheet.source, batch.rows, context))
        for mapped in apply(sheet.source, batch.rows, context):
            shelf = desk.shelf(mapped.table)
            shelf.refused += len({fault.line for fault in mapped.faults})
            desk.reject(rejects_of(mapped.faults, mapped.table, sheet.name))
            if sheet.source.pair and mapped.table == "transfer":
                desk.entries.append(mapped.rows.with_columns(pl.lit(sheet.name).alias("#file")))
            else:
                _keep(mapped.rows, mapped.table, sheet.name, desk)


def _keep(rows: pl.DataFrame, table: str, file: str, desk: _Desk) -> None:
    shelf = desk.shelf(table)
    checked = check(rows, table, file=file, seen=shelf.seen)
    shelf.refused += checked.refused
    shelf.put(checked.rows)
    desk.reject(checked.rejects)
    time = time_of(table)
    if table in _EVENTS and time is not None and checked.rows.height:
        at = checked.rows[time]
        spans = [desk.context.start, desk.context.end, at.min(), at.max()]
        known = [span for span in spans if isinstance(span, datetime)]
        desk.context = replace(desk.context, start=min(known), end=max(known))


def _pair(desk: _Desk) -> None:
    """Entries of all files of a source, each transfer once."""
    if not desk.entries:
        return
    entries = one_name(
        pl.concat(desk.entries, how="vertical_relaxed"), pl.concat(desk.aliases).unique()
    )
    desk.entries = []
    broken, whole = unpairable(entries)
    paired = pair(whole)
    shelf = desk.shelf("transfer")
    shelf.merged += paired.merged
    shelf.refused += paired.twice.height
    for (file,), rows in paired.twice.group_by("#file", maintain_order=True):
        lines = pl.concat(
            reject("transfer", str(file), "duplicate", line=line, column="transfer_id")
            for line in rows["#line"]
        )
        desk.reject(lines)
    for part in (broken, paired.rows):
        for (file,), rows in part.group_by("#file", maintain_order=True):
            _keep(rows.drop("#file"), "transfer", str(file), desk)
