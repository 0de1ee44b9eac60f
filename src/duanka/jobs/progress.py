"""How a job tells a waiting person where it is: bars on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_QUIET_S = 2.0
"""A stage that took less than this is not worth a line that says how long it took."""
_LINE_EVERY_S = 5.0


class Progress:
    """What a job says while it works. Without a console it is silent, which is what tests want.

    Example:
        >>> say = Progress()
        >>> with say.stage("读取 reading"):
        ...     say.advance(1, 2)
        ...     say.note("2 tables")
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console
        self._bars: Bars | None = None
        self._tasks: list[TaskID] = []
        self._names: list[str] = []
        self._said_at = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A named part of the work; stages may hold stages."""
        if self._console is None:
            yield
            return
        begun = time.monotonic()
        self._open(name)
        try:
            yield
        except BaseException:
            self._close()
            raise
        self._close()
        took = time.monotonic() - begun
        if self._console.is_terminal or took >= _QUIET_S:
            self._line(f"{'  ' * len(self._names)}✓ {name} ({took:.1f} s)")

    def advance(self, done: int, total: int) -> None:
        """Moves the innermost stage to `done` of `total`."""
        if self._bars is not None and self._tasks:
            self._bars.update(self._tasks[-1], completed=done, total=total)
        elif self._console is not None and time.monotonic() - self._said_at >= _LINE_EVERY_S:
            share = f"{100 * done // total} %" if total else str(done)
            self._line(f"  {self._names[-1] if self._names else ''} {share}")

    def note(self, text: str) -> None:
        """Says something a person should know, above the bars."""
        self._line(f"{'  ' * len(self._names)}{text}")

    def _line(self, text: str) -> None:
        if self._console is not None:
            self._said_at = time.monotonic()
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _open(self, name: str) -> None:
        if self._console is not None and self._console.is_terminal:
            if self._bars is None:
                self._bars = _bars(self._console)
                self._bars.start()
            self._tasks.append(self._bars.add_task("  " * len(self._names) + name, total=None))
        else:
            self._line(f"{'  ' * len(self._names)}{name} …")
        self._names.append(name)

    def _close(self) -> None:
        self._names.pop()
        if self._bars is None:
            return
        self._bars.remove_task(self._tasks.pop())
        if not self._tasks:
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
