"""The live door: events in, answers out once they are on disk; what it knows survives being killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from duanka.intercept.answers import Answer, Refused, Said, Taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from duanka.intercept.events import Event
    from duanka.models.model import Model
    from duanka.policy.dated import Policy

__all__ = ["Answer", "Door", "Refused", "Taken", "open_door"]


class Say(Protocol):
    """Who shows progress; `jobs.progress.Progress` is one."""

    def stage(self, name: str) -> AbstractContextManager[Any]: ...
    def advance(self, done: int, total: int) -> None: ...


class Door:
    """The one caller's door of one process. Not thread-safe."""

    def take(self, events: Sequence[Event], *, now_us: int | None = None) -> list[Said]:
        """What the door says of each event, in the order given, once the log has them on disk.

        The same id again gives the same answer with `duplicate`, and counts once. An event's own instant
        says in which order events are known; those of one instant do not see one another.
        Raises: Unavailable if the log cannot be written; nothing of the batch is acknowledged then.
        """
        raise NotImplementedError

    def timed_out(self, event: Event) -> Answer:
        """The policy's answer where no score is to be had in time, by amount and kind; it changes nothing."""
        raise NotImplementedError

    def snapshot(self) -> None:
        """Nothing; what the door knows stands on disk as a snapshot, so that the next start is quick."""
        raise NotImplementedError

    def health(self) -> dict[str, Any]:
        """Whether the door can answer, its clock, its log's position, and what it counts.

        Columns: ok, why, clock, events (last number given), state_bytes, segments, snapshot, versions.
        """
        raise NotImplementedError

    @property
    def counters(self) -> Mapping[str, int]:
        """Running totals by name, such as taken.transfer, answer.allow, duplicate, refused, timed_out."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing; a snapshot is written and the log is closed."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_door(
    folder: Path,
    *,
    policy: Policy,
    models: Mapping[str, Model],
    warm: Path | None = None,
    challenger: Any = None,
    say: Say,
) -> Door:
    """The door whose log and snapshots are in the folder: newest whole snapshot, then the log replayed.

    `models` by subject: transfer, call, opening. `warm` fills an empty door from a dataset folder first.
    Raises: BadInput if the folder belongs to another door or is not whole; Conflict if another process
    holds it open.
    """
    raise NotImplementedError
