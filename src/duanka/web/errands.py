"""Long work that a page asks for: done beside the pages, one after another, its result kept to be shown."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duanka.errors import DuankaError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    Work = Callable[["Errand"], object]

MOST_KEPT = 50


@dataclass
class Errand:
    """One piece of work: how far it is, and what came of it or went wrong; `ended_at` None while it runs."""

    begun_at: datetime
    done: int = 0
    of: int = 0
    result: Any = None
    fault: DuankaError | None = None
    ended_at: datetime | None = None
    over: threading.Event = field(default_factory=threading.Event, repr=False)

    def say(self, done: int, of: int) -> None:
        """How many of how many are done."""
        self.done, self.of = done, of


class Errands:
    """The long works of a console; no page waits for one, and two never run at once."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._all: dict[Hashable, Errand] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def of(self, key: Hashable) -> Errand | None:
        """The last work of this name; None if there is none."""
        return self._all.get(key)

    def start(self, key: Hashable, work: Work) -> Errand:
        """The work of this name: the one that runs, or a new one; what ended before is forgotten."""
        with self._lock:
            found = self._all.get(key)
            if found is not None and found.ended_at is None:
                return found
            made = Errand(self._clock())
            self._all.pop(key, None)
            self._all[key] = made
            ended = [k for k, one in self._all.items() if one.ended_at is not None]
            for old in ended[: max(len(self._all) - MOST_KEPT, 0)]:
                del self._all[old]
        threading.Thread(target=self._run, args=(made, work), daemon=True).start()
        return made

    def _run(self, made: Errand, work: Work) -> None:
        with self._turn:
            try:
                made.result = work(made)
            except DuankaError as error:
                made.fault = error
            except Exception:
                made.fault = DuankaError(
                    "the work failed 计算出错", where="console", fix="see the log of the server"
                )
                raise  # the thread's own hook writes it into the log
            finally:
                made.ended_at = self._clock()
                made.over.set()
