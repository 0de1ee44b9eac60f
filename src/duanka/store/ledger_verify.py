"""Whether the ledger stands as it was written: every row of history, every record, every sealed part."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from duanka.errors import DuankaError
from duanka.store import chain
from duanka.store.ledger_rows import image
from duanka.store.ledger_tables import CHECKPOINT, HEAD, HISTORY, RECORD, SEALED
from duanka.store.seal import KeyRing, Sealed, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_AT_ONCE = 5_000
MOST_FAULTS = 1_000
"""Beyond so many faults the rest is only counted: the ledger is then restored, not mended."""


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written: `what` of changed, removed, inserted …, and where."""

    what: str
    where: str


@dataclass(frozen=True)
class Verified:
    """What verification saw: rows of history, records and sealed parts, and every fault found."""

    rows: int
    records: int
    sealed: int
    faults: tuple[Fault, ...]
    more_faults: int

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


@dataclass
class _Faults:
    found: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, what: str, where: str) -> None:
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(what, where))
        else:
            self.more += 1


def verify(
    connection: sa.Connection,
    ring: KeyRing,
    *,
    anchors: Sequence[Mapping[str, Any]],
    say: Callable[[int, int], None] | None,
) -> Verified:
    """What is whole and what is not, in one pass over history and one over the records."""
    faults = _Faults()
    marks = _checkpoints(connection, ring, anchors, faults)
    rows, erased = _history(connection, ring, marks, (faults, say))
    records = _records(connection, faults)
    sealed = _sealed(connection, ring, erased, faults)
    return Verified(rows, records, sealed, tuple(faults.found), faults.more)


def _checkpoints(
    connection: sa.Connection,
    ring: KeyRing,
    anchors: Sequence[Mapping[str, Any]],
    faults: _Faults,
) -> dict[int, list[bytes]]:
    """The hashes that were signed, by row; a checkpoint whose signature is not ours is a fault."""
    kept = [tuple(row) for row in connection.execute(sa.select(*CHECKPOINT.c))]
    given = [
        (
            int(one["seq"]),
            bytes.fromhex(one["hash"]),
            int(one["at"]),
            bytes.fromhex(one["public_key"]),
            bytes.fromhex(one["signature"]),
        )
        for one in anchors
    ]
    marks: dict[int, list[bytes]] = {}
    for seq, hash_, at, _, signature in kept + given:
        text = chain.checkpoint_text(seq, hash_, at)
        if chain.signed_by(ring.public, signature, text):
            marks.setdefault(seq, []).append(hash_)
        else:
            faults.add("checkpoint not signed by this ledger's key", f"checkpoint {seq}")
    return marks


def _history(
    connection: sa.Connection,
    ring: KeyRing,
    marks: dict[int, list[bytes]],
    telling: tuple[_Faults, Callable[[int, int], None] | None],
) -> tuple[int, set[str]]:
    """How many rows there are, and which sealed parts were erased by an act."""
    faults, say = telling
    mac = chain.mac_of(ring.suite, ring.chain)
    head_seq, head_hash = connection.execute(sa.select(HEAD.c.seq, HEAD.c.hash)).one()
    count, last_seq, last = 0, 0, chain.START
    erased: set[str] = set()
    for rows in _batches(connection, sa.select(*HISTORY.c).order_by(HISTORY.c.seq)):
        hashes = _hashes(rows, mac)
        whole = _is_whole(rows, hashes, (last_seq, last), marks)
        erased.update(name for row in rows if row[4] == "erase" for name in _erased(row))
        for row, told in () if whole else zip(rows, hashes, strict=True):
            seq, hash_ = row[0], row[11]
            if seq != last_seq + 1:
                faults.add("removed", _span(last_seq + 1, seq - 1))
            elif row[10] != last:
                faults.add("inserted, reordered or rewritten", f"row {seq}, before it or at it")
            if told != hash_:
                faults.add("changed", f"row {seq} ({row[4]} of {row[1]} {row[2]})")
            if seq in marks and set(marks.pop(seq)) != {hash_}:
                faults.add("not what a checkpoint signed", f"row {seq}")
            last_seq, last = seq, hash_
        last_seq, last = rows[-1][0], rows[-1][11]
        count += len(rows)
        if say is not None:
            say(count, max(head_seq, count))
    if (last_seq, last) != (head_seq, head_hash):
        beyond = max(last_seq, head_seq)
        faults.add("cut off at the end", _span(min(last_seq, head_seq) + 1, beyond))
    for seq in sorted(marks):
        faults.add("removed, though a checkpoint signed it", f"row {seq}")
    return count, erased


def _hashes(rows: Sequence[Any], mac: Callable[[bytes], bytes]) -> list[bytes]:
    """What each row hashes to; nothing where somebody put in what no row holds."""
    message = chain.message
    try:
        return [mac(message(row)) for row in rows]
    except (AttributeError, TypeError):
        return [_hashes([row], mac)[0] for row in rows] if len(rows) > 1 else [b""]


def _is_whole(
    rows: Sequence[Any], hashes: list[bytes], before: tuple[int, bytes], marks: Mapping[int, Any]
) -> bool:
    """Whether a batch hangs on the one before, row on row, and bears no checkpoint: then it needs no closer look."""
    seqs, ends = [row[0] for row in rows], [row[11] for row in rows]
    return (
        seqs == list(range(before[0] + 1, before[0] + 1 + len(rows)))
        and [row[10] for row in rows] == [before[1], *ends[:-1]]
        and ends == hashes
        and not (marks and marks.keys() & set(seqs))
    )


def _erased(row: Any) -> Sequence[str]:
    """The sealed parts that an act of erasing names."""
    try:
        return [str(one) for one in json.loads(row[8]).get("erased", ())]
    except (ValueError, AttributeError):  # a row that somebody changed is told of as changed
        return ()


def _span(first: int, last: int) -> str:
    return f"row {first}" if first >= last else f"rows {first} to {last}"


def _batches(connection: sa.Connection, asked: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    """The answer in parts, as the driver's own tuples, never held whole."""
    driver: Any = connection.connection.driver_connection
    text = str(asked.compile(dialect=connection.dialect))
    try:
        if connection.dialect.name == "sqlite":
            found = driver.execute(text)
        else:  # a cursor of the server's, or it would send all of it at once
            found = driver.cursor(name="duanka_verify", binary=True)
            found.execute(text)
        with closing(found):
            while rows := found.fetchmany(_AT_ONCE):
                yield rows
    except connection.dialect.loaded_dbapi.Error as error:
        raise OperationalError(text, None, error) from error


def _records(connection: sa.Connection, faults: _Faults) -> int:
    """How many records there are; each must be what the last row of its history says it is."""
    history = HISTORY.alias()
    mine = (history.c.seq == RECORD.c.seq) & (history.c.kind == RECORD.c.kind)
    mine &= (history.c.id == RECORD.c.id) & (history.c.version == RECORD.c.version)
    asked = sa.select(
        *RECORD.c, history.c.image, history.c.sealed.label("told_sealed")
    ).select_from(RECORD.outerjoin(history, mine))
    count = 0
    streamed = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
    for rows in streamed.execute(asked).mappings().partitions(_AT_ONCE):
        for row in rows:
            if row["image"] is None:
                faults.add("not from history", f"{row['kind']} {row['id']}")
            elif row["image"] != image(row) or row["told_sealed"] != row["sealed"]:
                faults.add("changed behind history", f"{row['kind']} {row['id']}")
        count += len(rows)
    _lost(connection, faults)
    return count


def _lost(connection: sa.Connection, faults: _Faults) -> None:
    """Records that history knows in a later version than they stand in, or that are gone."""
    newest = (
        sa.select(HISTORY.c.kind, HISTORY.c.id, sa.func.max(HISTORY.c.version).label("version"))
        .group_by(HISTORY.c.kind, HISTORY.c.id)
        .subquery()
    )
    same = (RECORD.c.kind == newest.c.kind) & (RECORD.c.id == newest.c.id)
    asked = (
        sa.select(newest.c.kind, newest.c.id, RECORD.c.version)
        .select_from(newest.outerjoin(RECORD, same))
        .where(newest.c.version > 0)
        .where(sa.or_(RECORD.c.version.is_(None), RECORD.c.version != newest.c.version))
    )
    for kind, id_, version in connection.execute(asked):
        what = "removed behind history" if version is None else "set back behind history"
        faults.add(what, f"{kind} {id_}")


def _sealed(connection: sa.Connection, ring: KeyRing, erased: set[str], faults: _Faults) -> int:
    """How many sealed parts there are; each must open to what history committed to."""
    asked = sa.select(SEALED.c.digest, SEALED.c.key_id, SEALED.c.ciphertext)
    count = 0
    for rows in _batches(connection, asked):
        for row in rows:
            try:
                opened(Sealed(*row), ring)
            except DuankaError as error:
                faults.add(f"sealed part cannot be opened ({error.what})", f"{row[0][:12]}…")
        count += len(rows)
    gone = (
        sa.select(HISTORY.c.sealed, sa.func.min(HISTORY.c.seq))
        .select_from(HISTORY.outerjoin(SEALED, SEALED.c.digest == HISTORY.c.sealed))
        .where(HISTORY.c.sealed != "", SEALED.c.digest.is_(None))
        .group_by(HISTORY.c.sealed)
    )
    for digest, seq in connection.execute(gone):
        if digest not in erased:
            faults.add("sealed part removed without an act", f"row {seq}")
    return count
