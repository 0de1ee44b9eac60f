"""A job in a process of its own that is killed, as by a power cut, once it has gone so many steps."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from duanka.jobs.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadly(Progress):
    """Progress that kills its process at the given step."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._left = steps

    def advance(self, done: int, total: int) -> None:
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_after(work: Callable[[Progress], object], *, steps: int) -> int:
    """How the process ended that did the work: -9 if it was killed in the middle, 0 if it finished."""
    child = os.fork()
    if child == 0:
        try:
            work(Deadly(steps))
        except BaseException:  # noqa: BLE001 - the parent sees the code
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
