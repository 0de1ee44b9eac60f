"""A door's folder: who holds it, its log, its snapshots, and what it was made for."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING, Any

import msgspec

from duanka.errors import BadInput, Conflict
from duanka.features import catalogue
from duanka.intercept import snapshots
from duanka.intercept.events import ANSWERED
from duanka.intercept.log import SEGMENT_BYTES, Log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FORM = 1


class About(msgspec.Struct, frozen=True):
    """What a door was made for: another form, other tables or other features are refused.

    Columns: `receives` the tables that this deployment is ever told of; `catalogue` hash by subject.
    """

    form: int
    receives: tuple[str, ...]
    catalogue: dict[str, str]


class Mark(msgspec.Struct, frozen=True):
    """A snapshot that stays, and when it was made. Units: `made_at` UTC microseconds."""

    place: int
    made_at: int


class Folder:
    """A door's folder, held by one process at a time.

    Raises: Conflict if another process holds it; BadInput if it was made for something else.
    """

    def __init__(
        self, path: Path, receives: Sequence[str], *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.name = path.name
        self._path = path
        self._segment_bytes = segment_bytes
        self._lock = (path / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise Conflict(
                "another process holds this door open",
                where=str(path),
                fix="stop it first, or give another folder",
            ) from None
        self.about = self._agree(receives)

    def _agree(self, receives: Sequence[str]) -> About:
        hashes = {kind: catalogue.catalogue_hash(kind) for kind in ANSWERED}
        wanted = About(_FORM, tuple(receives), hashes)
        told = self._path / "door.json"
        if not told.exists():
            draft = told.with_suffix(".tmp")
            draft.write_bytes(msgspec.json.encode(wanted))
            draft.replace(told)
            return wanted
        try:
            found = msgspec.json.decode(told.read_bytes(), type=About)
        except msgspec.MsgspecError as error:
            self.close()
            raise self._other(f"door.json cannot be read ({error})") from None
        if found.form != wanted.form or found.catalogue != wanted.catalogue:
            self.close()
            raise self._other("it was made by a version with other features")
        return found

    def _other(self, why: str) -> BadInput:
        return BadInput(
            f"this folder is not a door that can be opened: {why}",
            where=str(self._path),
            fix="open it with the version that made it, or start a new folder with --warm",
        )

    def log(self) -> Log:
        """The log, mended where a crash tore its end."""
        return Log(self._path / "log", segment_bytes=self._segment_bytes)

    def newest(self) -> tuple[int, Any] | None:
        """The newest whole snapshot: the log's place it belongs to, and the tree."""
        return snapshots.newest(self._path / "snapshots")

    def oldest(self, least: int = 0) -> tuple[int, Any] | None:
        """The oldest whole snapshot of a place that is no less than that."""
        return snapshots.oldest(self._path / "snapshots", least)

    def keep(self, tree: Any, place: int) -> None:
        """Nothing; the tree stands as the snapshot of the log's place."""
        marked = {one.place for one in self.marks()}
        snapshots.write(self._path / "snapshots", place, tree, marked=marked)

    def marks(self) -> list[Mark]:
        """The snapshots that stay, oldest first."""
        told = self._path / "marks.json"
        return msgspec.json.decode(told.read_bytes(), type=list[Mark]) if told.exists() else []

    def mark(self, place: int, made_at: int) -> None:
        """Nothing; the snapshot of the place stays."""
        self._tell_marks([*self.marks(), Mark(place, made_at)])

    def drop(self, before: int) -> int:
        """How many snapshots of places before that were removed; their marks are gone too."""
        self._tell_marks([one for one in self.marks() if one.place >= before])
        return snapshots.drop(self._path / "snapshots", before)

    def _tell_marks(self, marks: list[Mark]) -> None:
        draft = self._path / "marks.tmp"
        draft.write_bytes(msgspec.json.encode(marks))
        draft.replace(self._path / "marks.json")

    def close(self) -> None:
        """Nothing; another process may take the folder."""
        self._lock.close()
