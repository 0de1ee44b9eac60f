"""Room in files for what is too long for memory: arrays and frames whose pages the system may take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray


class Spill:
    """A folder of such files; each goes from the folder at once, and from the disk with its last user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def array(self, size: int, kind: type[Any]) -> NDArray[Any]:
        """An array of zeros that lies in a file; what is never written takes no room."""
        if size == 0:
            return np.zeros(0, dtype=kind)
        path = self._next("array")
        held = np.memmap(path, dtype=kind, mode="w+", shape=(size,))
        path.unlink()
        return np.asarray(held)

    def frame(self, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """The parts as one frame whose columns lie in files, in the order given.

        Raises: ValueError if there is none.
        """
        import pyarrow as pa

        mapped = []
        for part in parts:
            path = self._next("arrow")
            part.write_ipc(path, compression="uncompressed", record_batch_size=max(part.height, 1))
            # text lies in views: whoever filters such a frame copies views, never the text
            mapped.append(pl.DataFrame(pl.from_arrow(pa.ipc.open_file(pa.memory_map(str(path))).read_all())))  # fmt: skip
            path.unlink()
        if not mapped:
            raise ValueError("a frame of no part")
        return pl.concat(mapped, rechunk=False)

    def _next(self, suffix: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        # names need only be free for a moment: a file is taken from the folder as soon as it is held
        self._count += 1
        return self._folder / f"{id(self):x}-{self._count:06d}.{suffix}"
