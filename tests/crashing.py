"""A child process that streams batches at a door and is killed at any instant."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from door_room import NOW_US, label, lead, opened, opening, transfer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

BATCH = 4
BATCHES = 12


def batches() -> list[list[Any]]:
    """The same batches in every process."""
    sent = [transfer(n) for n in range(BATCH * BATCHES)]
    sent[5::16] = [opening(n) for n in range(5, len(sent), 16)]
    sent[8::16] = [label(f"b{n % 3}", n) for n in range(8, len(sent), 16)]
    sent[9::16] = [lead(f"a{n % 5}", n, 90_000) for n in range(9, len(sent), 16)]
    return [sent[at : at + BATCH] for at in range(0, len(sent), BATCH)]


def stream(folder: str, first: int, bomb: tuple[str, int], tell: Connection) -> None:
    """Sends batches from the first on and tells of each that was acknowledged; a bomb may go off on the way.

    Bombs: `write` n bytes of records, `noughts` n bytes of what is laid ahead of them, then death; `snapshot` n bytes of a snapshot, then death.
    """
    _arm(*bomb)
    door = opened(Path(folder))
    for n, batch in enumerate(batches()):
        if n >= first:
            door.take(batch, now_us=NOW_US)
            tell.send(n)
            if n % 3 == 2:
                door.snapshot()
    tell.send(("digest", door.digest()))
    door._held.log.close()  # no snapshot at the end: the next start replays
    tell.send("end")


def _arm(kind: str, after: int) -> None:
    left = [after]

    def write(handle: int, data: bytes, at: int) -> None:
        if any(data) is (kind == "write"):
            if left[0] < len(data):
                os.pwrite(handle, data[: left[0]], at)
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= len(data)
        whole(handle, data, at)

    if kind in {"write", "noughts"}:
        from duanka.intercept import log

        whole, log._write = log._write, write
    elif kind == "snapshot":
        from duanka.intercept import snapshots

        real = os.replace

        def replace(*names: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            real(*names)
            if left[0] == 1:
                left[0] = 0
                os.kill(os.getpid(), signal.SIGKILL)

        snapshots.os.replace = replace  # type: ignore[assignment]
