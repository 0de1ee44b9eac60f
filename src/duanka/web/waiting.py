"""The line before the live door: bounded, answered in batches by the one thread that owns the door."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from duanka.errors import DuankaError, Unavailable
from duanka.intercept.answers import Answer, Refused, Said
from duanka.intercept.events import ANSWERED
from duanka.web.problems import Busy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duanka.intercept.events import Event
    from duanka.web.meters import Meters

LOG = logging.getLogger("duanka.web")
T = TypeVar("T")
RETRY_AFTER_S = 1
MOST_LATE_TICKS = 0.001
"""Seconds that the clock for late answers waits at least, so that it never spins."""


class DoorLike(Protocol):
    """What the line needs of a door; `intercept.door.Door` is one."""

    def take(self, events: Sequence[Event]) -> list[Said]:
        """What each event is told, in order, once the log has them."""
        ...

    def timed_out(self, event: Event) -> Answer:
        """The policy's own answer, for when scoring is late."""
        ...

    def challenge(self) -> int:
        """How many events the challenger has answered, unheard."""
        ...


@dataclass(frozen=True)
class Bounds:
    """How much may wait, how much is answered at once, and how long an answer may take.

    Units: `waiting` and `batch` events; `answer_s` seconds.
    """

    waiting: int = 20_000
    batch: int = 1_024
    answer_s: float = 0.2


class _Waiter:
    """One request's events, or one question to the door, and whoever waits for what becomes of it."""

    __slots__ = ("events", "future", "job", "since")

    def __init__(
        self,
        events: Sequence[Event],
        future: asyncio.Future[Any],
        since: float,
        job: Callable[[Any], Any] | None = None,
    ) -> None:
        self.events = events
        self.future = future
        self.since = since
        self.job = job


class Waiting:
    """The line: `enter` from the event loop, answers from the door's own thread, in the order of arrival.

    While the thread is with a batch, what arrives waits, and is the next batch: so many a disk write
    as the load asks for. All but `_work` runs on the event loop.
    """

    def __init__(
        self,
        door: DoorLike,
        *,
        bounds: Bounds,
        meters: Meters,
        on_late: Callable[[Answer], None] = lambda _: None,
    ) -> None:
        self.door = door
        self.bounds = bounds
        self.meters = meters
        self.count = 0
        self.taken = 0
        self.broken = ""
        self._on_late = on_late
        self._line: deque[_Waiter] = deque()
        self._open: deque[_Waiter] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._kicked = False
        self._clock: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(target=self._work, name="door", daemon=True)

    def start(self) -> None:
        """Nothing; the door's thread runs, for the event loop that called."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def enter(self, events: Sequence[Event]) -> asyncio.Future[list[Said]]:
        """What the door will say of these events, in their order; by policy, if it takes too long.

        Raises: Busy if too much is waiting; the future, Busy, if the door cannot keep them.
        """
        waiter = self._let_in(events)
        self._open.append(waiter)
        if self._clock is None:
            self._clock = self._loop.call_later(self.bounds.answer_s, self._tick)
        return waiter.future

    def enter_patiently(self, events: Sequence[Event]) -> asyncio.Future[list[Said]]:
        """What the door will say of these events, however long it takes: for files, not for payments.

        Raises: as `enter`.
        """
        return self._let_in(events).future

    def _let_in(self, events: Sequence[Event]) -> _Waiter:
        count = len(events)
        if self.broken or self._closing or self.count + count > self.bounds.waiting:
            raise self._busy(events)
        waiter = _Waiter(events, self._loop.create_future(), self._loop.time())
        self.count += count
        self._join(waiter)
        return waiter

    async def ask(self, job: Callable[[Any], T]) -> T:
        """What the job says that the door's own thread was given, after all that waits before it.

        Raises: Unavailable if the door is closing; whatever the job raises.
        """
        if self._closing:
            raise Unavailable("the door is closing", fix="ask again when it is open")
        waiter = _Waiter((), self._loop.create_future(), self._loop.time(), job)
        self._join(waiter)
        found: T = await waiter.future
        return found

    async def close(self) -> None:
        """Nothing; all that waited has been answered, nothing more is let in, the thread has ended."""
        self._closing = True
        self._wake.set()
        while self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, 1.0)
        if self._clock is not None:
            self._clock.cancel()

    def _join(self, waiter: _Waiter) -> None:
        """Nothing; it waits. The thread is woken once for all that the loop reads in one turn."""
        self._line.append(waiter)
        if not self._kicked:
            self._kicked = True
            self._loop.call_soon(self._kick)

    def _kick(self) -> None:
        self._kicked = False
        self._wake.set()

    def _busy(self, events: Sequence[Event]) -> Busy:
        self.meters.turned_away += len(events)
        answers = tuple(self.door.timed_out(one) for one in events if one.kind in ANSWERED)
        return Busy(
            f"the door cannot take this in: {self.broken}"
            if self.broken
            else "more is waiting at the door than it takes in",
            where="the events were not kept",
            fix="send them again after the seconds of Retry-After; until then act by `answers`",
            retry_after_s=RETRY_AFTER_S,
            answers=answers,
        )

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while batch := self._gather():
                said, fault = self._answered(batch)
                self._loop.call_soon_threadsafe(self._deliver, batch, said, fault)
            if self._closing and not self._line:
                return
            if not self._wake.is_set() and not self.broken:
                self._challenge()

    def _challenge(self) -> None:
        """Nothing; while nobody waits, the challenger has caught up. Its faults stop nobody."""
        try:
            self.door.challenge()
        except Exception:
            LOG.exception("the challenger failed and is no longer asked")
            self._challenge = lambda: None  # type: ignore[method-assign]

    def _gather(self) -> list[_Waiter]:
        """The next waiters, up to a batch of events; a question stands alone."""
        batch: list[_Waiter] = []
        count = 0
        while self._line:
            if self._line[0].job is not None:
                return batch or [self._line.popleft()]
            batch.append(self._line.popleft())
            count += len(batch[-1].events)
            if count >= self.bounds.batch:
                break
        return batch

    def _answered(self, batch: list[_Waiter]) -> tuple[Any, BaseException | None]:
        try:
            if (job := batch[0].job) is not None:
                return job(self.door), None
            if len(batch) == 1:
                return self.door.take(batch[0].events), None
            return self.door.take([event for one in batch for event in one.events]), None
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            return None, error

    def _deliver(self, batch: list[_Waiter], said: Any, fault: BaseException | None) -> None:
        if batch[0].job is not None:
            _settle(batch[0].future, said, fault)
            return
        at, now = 0, self._loop.time()
        counts = [len(one.events) for one in batch]
        self.count -= sum(counts)
        self.taken += sum(counts) if fault is None else 0
        self.meters.batch(sum(counts))
        for one, count in zip(batch, counts, strict=True):
            mine = said[at : at + count] if fault is None else None
            at += count
            self.meters.waited(now - one.since)
            if not one.future.done():
                _settle(one.future, mine, self._told(fault, one.events))

    def _told(self, fault: BaseException | None, events: Sequence[Event]) -> BaseException | None:
        """The fault as a caller is told it; one that nobody foresaw closes the door until it is restarted."""
        if fault is None:
            return None
        if not isinstance(fault, DuankaError):
            self.broken = f"a fault of its own ({type(fault).__name__}); it must be started anew"
            return self._busy(events)
        if isinstance(fault, Unavailable):
            busy = self._busy(events)
            return Busy(
                fault.what,
                where=fault.where,
                fix=busy.fix,
                retry_after_s=RETRY_AFTER_S,
                answers=busy.answers,
            )
        return fault

    def _tick(self) -> None:
        """Answers by policy who has waited too long; their events stay in line and still go into the log."""
        self._clock = None
        due = self._loop.time() - self.bounds.answer_s
        while self._open and (self._open[0].future.done() or self._open[0].since <= due):
            one = self._open.popleft()
            if not one.future.done():
                self._answer_late(one)
        if self._open:
            wait = max(self._open[0].since - due, MOST_LATE_TICKS)
            self._clock = self._loop.call_later(wait, self._tick)

    def _answer_late(self, one: _Waiter) -> None:
        try:
            _settle(one.future, [self._late(event) for event in one.events], None)
        except Exception as error:  # noqa: BLE001 - the door's own thread may be changing what is read
            _settle(one.future, None, Unavailable(f"no answer in time ({type(error).__name__})"))

    def _late(self, event: Event) -> Said:
        if event.kind not in ANSWERED:
            return Refused(
                event.event_id, "not known to be kept in time", "send it again; it counts once"
            )
        answer = self.door.timed_out(event)
        self.meters.late += 1
        self._on_late(answer)
        return answer


def _settle(future: asyncio.Future[Any], value: Any, fault: BaseException | None) -> None:
    if future.done():
        return
    if fault is None:
        future.set_result(value)
    else:
        future.set_exception(fault)
