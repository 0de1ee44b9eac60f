"""What a door knows, as one file that is there whole or not at all, beside the log's place it belongs to."""

from __future__ import annotations

import os
import struct
import zlib
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from duanka.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

_MAGIC = b"DKS1"
_FRONT = struct.Struct("<4sQI")  # magic, bytes of the heading, sum of the heading
KEPT = 2
"""How many snapshots stay: the newest, and one before it in case the newest is damaged.

That of place 0, what a door was warmed with, stays as long as the log goes back to it, and so do those that
are marked: all that was served follows from one of them and the log.
"""
_ARRAY = "#array"


class _Heading(msgspec.Struct, array_like=True):
    """The tree with numbers in place of arrays, and of each array its type, shape and sum."""

    place: int
    tree: Any
    arrays: list[tuple[str, tuple[int, ...], int]]


def write(folder: Path, place: int, tree: Any, *, marked: Collection[int] = ()) -> Path:
    """The snapshot's file; older ones than the last two are removed.

    Columns: `tree` dicts, lists, numbers, text, bytes and arrays; `place` where the log goes on from;
        `marked` places whose snapshots stay.
    Raises: Unavailable if the disk refuses; the older snapshots are untouched then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        final = folder / f"{place:020d}.snapshot"
        draft = final.with_suffix(".tmp")
        _fill(draft, place, tree)
        os.replace(draft, final)  # noqa: PTH105 - atomic, also over an existing file
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        for old in _files(folder)[KEPT:]:
            if int(old.stem) and int(old.stem) not in marked:
                old.unlink()
    except OSError as error:
        raise Unavailable(
            f"the snapshot cannot be written: {error.strerror}",
            where=str(folder),
            fix="see to the disk; the log alone is enough to start from",
        ) from error
    return final


def _fill(draft: Path, place: int, tree: Any) -> None:
    arrays: list[NDArray[Any]] = []
    plain = _without_arrays(tree, arrays)
    kinds = [(a.dtype.str, a.shape, zlib.crc32(_bytes(a))) for a in arrays]
    heading = msgspec.msgpack.encode(_Heading(place, plain, kinds))
    with draft.open("wb") as file:
        file.write(_FRONT.pack(_MAGIC, len(heading), zlib.crc32(heading)))
        file.write(heading)
        for array in arrays:
            file.write(_bytes(array))
        file.flush()
        os.fsync(file.fileno())


def newest(folder: Path) -> tuple[int, Any] | None:
    """The newest whole snapshot: the log's place and the tree; None if there is none."""
    for path in _files(folder):
        if (found := _read(path)) is not None:
            return found
    return None


def oldest(folder: Path, least: int = 0) -> tuple[int, Any] | None:
    """The oldest whole snapshot of a place that is no less than that, as `newest`."""
    paths = (path for path in reversed(_files(folder)) if int(path.stem) >= least)
    found = (_read(path) for path in paths)
    return next((one for one in found if one is not None), None)


def drop(folder: Path, before: int) -> int:
    """How many snapshots of places before that were removed."""
    gone = [path for path in _files(folder) if int(path.stem) < before]
    for path in gone:
        path.unlink()
    return len(gone)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.snapshot"), reverse=True)


def _read(path: Path) -> tuple[int, Any] | None:
    """The snapshot of a file, None if it is damaged."""
    with path.open("rb") as file:
        front = file.read(_FRONT.size)
        if len(front) < _FRONT.size:
            return None
        magic, size, told = _FRONT.unpack(front)
        if magic != _MAGIC or size > path.stat().st_size:
            return None
        text = file.read(size)
        if len(text) < size or zlib.crc32(text) != told:
            return None
        heading = msgspec.msgpack.decode(text, type=_Heading)
        arrays = []
        for kind, shape, want in heading.arrays:
            array = np.fromfile(file, np.dtype(kind), int(np.prod(shape, dtype=np.int64)))
            whole = array.size == int(np.prod(shape, dtype=np.int64))
            if not whole or zlib.crc32(_bytes(array)) != want:
                return None
            arrays.append(array.reshape(shape))
    return heading.place, _with_arrays(heading.tree, arrays)


def _without_arrays(tree: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(tree, np.ndarray):
        arrays.append(tree)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(tree, dict):
        return {name: _without_arrays(part, arrays) for name, part in tree.items()}
    if isinstance(tree, list | tuple):
        return [_without_arrays(part, arrays) for part in tree]
    return tree.item() if isinstance(tree, np.generic) else tree


def _bytes(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _with_arrays(tree: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(tree, dict):
        if set(tree) == {_ARRAY}:
            return arrays[tree[_ARRAY]]
        return {name: _with_arrays(part, arrays) for name, part in tree.items()}
    return [_with_arrays(part, arrays) for part in tree] if isinstance(tree, list) else tree


def digest(tree: Any) -> str:
    """A digest of all that the tree says: two doors that know the same have the same."""
    arrays: list[NDArray[Any]] = []
    told = blake2b(msgspec.msgpack.encode(_without_arrays(tree, arrays), order="deterministic"))
    for array in arrays:
        told.update(f"{array.dtype.str}{array.shape}".encode())
        told.update(_bytes(array))
    return told.hexdigest()[:32]
