"""How a job tells a waiting person where it is: bars on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_QUIET_S = 2.0
"""A stage that took less than this is not worth a line that says how long it took."""
_LINE_EVERY_S = 5.0


@dataclass
class _Track:
    """The stages that one thread is in, outermost first."""

    names: list[str] = field(default_factory=list)
    tasks: list[TaskID] = field(default_factory=list)


class Progress:
    """What a job says while it works. Without a console it is silent, which is what tests want.

    Threads may work on stages side by side: each is in its own.

    Example:
        >>> say = Progress()
        >>> with say.stage("读取 reading"):
        ...     say.advance(1, 2)
        ...     say.note("2 tables")
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console
        self._bars: Bars | None = None
        self._tracks: dict[int, _Track] = {}
        self._alone = threading.RLock()
        self._said_at = 0.0

    @property
    def _track(self) -> _Track:
        return self._tracks.get(threading.get_ident(), _Track())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A named part of the work; stages may hold stages."""
        if self._console is None:
            yield
            return
        begun = time.monotonic()
        with self._alone:
            self._open(name)
        try:
            yield
        except BaseException:
            with self._alone:
                self._close()
            raise
        took = time.monotonic() - begun
        with self._alone:
            self._close()
            if self._console.is_terminal or took >= _QUIET_S:
                self._line(f"{self._indent}✓ {name} ({took:.1f} s)")

    def advance(self, done: int, total: int) -> None:
        """Moves the thread's innermost stage to `done` of `total`."""
        with self._alone:
            track = self._track
            if self._bars is not None and track.tasks:
                self._bars.update(track.tasks[-1], completed=done, total=total)
            elif self._console is not None and time.monotonic() - self._said_at >= _LINE_EVERY_S:
                share = f"{100 * done // total} %" if total else str(done)
                self._line(f"  {track.names[-1] if track.names else ''} {share}")

    def note(self, text: str) -> None:
        """Says something a person should know, above the bars."""
        with self._alone:
            self._line(f"{self._indent}{text}")

    @property
    def _indent(self) -> str:
        return "  " * len(self._track.names)

    def _line(self, text: str) -> None:
        if self._console is not None:
            self._said_at = time.monotonic()
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _open(self, name: str) -> None:
        track = self._tracks.setdefault(threading.get_ident(), _Track())
        if self._console is not None and self._console.is_terminal:
            if self._bars is None:
                self._bars = _bars(self._console)
                self._bars.start()
            track.tasks.append(self._bars.add_task(self._indent + name, total=None))
        else:
            self._line(f"{self._indent}{name} …")
        track.names.append(name)

    def _close(self) -> None:
        track = self._track
        track.names.pop()
        if self._bars is not None:
            self._bars.remove_task(track.tasks.pop())
        if not track.names:
            del self._tracks[threading.get_ident()]
        if self._bars is not None and not self._tracks:
            self._bars.stop()
            self._bars = None


def _bars(console: Console) -> Bars:
    from rich.progress import (
        BarColumn,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    return Bars(*columns, console=console, transient=True)
