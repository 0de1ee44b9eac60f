"""Opening a door: the newest whole snapshot, then what the log has since; or warmed from a dataset first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from duanka.errors import BadInput, BadModel, Unavailable
from duanka.intercept import batch, hot_path, notebook
from duanka.intercept.door import EVERY, Door, Held
from duanka.intercept.events import ANSWERED
from duanka.intercept.folder import Folder
from duanka.intercept.hot_path import Judges
from duanka.intercept.idle import Attic
from duanka.intercept.known import Known
from duanka.intercept.log import SEGMENT_BYTES
from duanka.intercept.repeats import Repeats
from duanka.intercept.shadow import Shadow
from duanka.intercept.terms import MINUTE, TermsBook, longest_window
from duanka.intercept.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from duanka.intercept.log import Log
    from duanka.models.model import Model
    from duanka.policy.dated import Policy

HOUR = 60 * MINUTE


class Say(Protocol):
    """Who shows progress; `jobs.progress.Progress` is one."""

    def stage(self, name: str) -> AbstractContextManager[Any]:
        """A stretch of work with a name."""
        ...

    def advance(self, done: int, total: int) -> None:
        """How far the stage is."""
        ...


def judges_of(policy: Policy, models: Mapping[str, Model]) -> Judges:
    """Who answers by this policy and these models.

    Raises: BadModel if the model of a kind that is answered is missing.
    """
    missing = [kind for kind in ANSWERED if kind not in models]
    if missing:
        raise BadModel(
            f"there is no model of {', '.join(missing)}",
            fix="give a folder of models that has it, or leave it out for the default",
        )
    return Judges(models, TermsBook(policy))


def open_door(
    path: Path,
    judges: Judges,
    *,
    warm: Path | None = None,
    challenger: Judges | None = None,
    receives: Sequence[str] = EVERY,
    say: Say,
    segment_bytes: int = SEGMENT_BYTES,
) -> Door:
    """The door whose log and snapshots are in the folder, as it was when it last acknowledged anything.

    `warm` fills an empty door from a dataset folder first; a door that has anything goes on without it.
    `receives` names the tables that this deployment is ever told of.
    Raises: BadInput if the folder is damaged or was made for other features; Conflict if another process
    holds it open.
    """
    folder = Folder(path, receives, segment_bytes=segment_bytes)
    try:
        log = folder.log()
        attic = _attic(path)
        known, repeats = _empty(judges, folder, attic)
        found = folder.newest()
        place = 0
        if found is not None:
            place = found[0]
            if _is_of_old(found, log, folder):
                place = 0
            else:
                _take_up(known, repeats, found[1], folder.name)
        elif warm is not None and log.next_number == 0:
            warm_up(known, warm, say)
            folder.keep({"known": known.save(), "repeats": repeats.save()}, log.end)
        _goes_back(log, place, folder)
        with say.stage("重放日志 replaying the log"):
            replayed = replay(log, place, known, repeats, say)
    except BaseException:
        folder.close()
        raise
    shadow = _unheard(path, challenger) if challenger is not None else None
    regime = judges.terms.policy.at(max(judges.terms.policy.turning_days()))
    ahead = int(regime.number("intercept.most_ahead_minutes")) * MINUTE
    held = Held(folder, log, known, repeats, judges, shadow, attic)
    return Door(held, replayed=replayed, most_ahead_us=ahead)


def _unheard(path: Path, challenger: Judges) -> Shadow:
    versions = {
        "model_versions": {kind: model.version for kind, model in challenger.models.items()},
        "policy_version": challenger.terms.policy.version,
    }
    return Shadow(challenger, notebook.Notebook(path, versions, now=notebook.now()))


def _is_of_old(found: tuple[int, Any], log: Log, folder: Folder) -> bool:
    """Whether a snapshot of an older version knows less than the log, which has all there ever was."""
    place, tree = found
    kept = tree.get("known") if isinstance(tree, dict) else None
    if isinstance(kept, dict) and "acquaintance" in kept:
        return False
    oldest = folder.oldest()
    warmed = oldest is not None and not oldest[0]
    return not warmed and not log.begins() and place <= log.end


def _take_up(known: Known, repeats: Repeats, tree: Any, name: str) -> None:
    try:
        known.restore(tree["known"])
        repeats.restore(tree["repeats"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            "the snapshot was made by a version that keeps its state otherwise",
            where=name,
            fix="remove the folder's snapshots, and the door starts from its log alone",
        ) from error


def beginning(judges: Judges, folder: Folder, log: Log) -> tuple[Known, int]:
    """What a door knew before the first record of its log that is kept, and where that stands.

    Raises: BadInput if the log no longer goes back to a snapshot.
    """
    known, _ = _empty(judges, folder)
    begins = log.begins()
    found = folder.oldest(begins)
    if found is not None and (begins or not found[0]):
        known.restore(found[1]["known"])
        return known, found[0]
    if not begins:
        return known, 0
    raise _without_beginning(folder)


def _goes_back(log: Log, place: int, folder: Folder) -> None:
    """Nothing, if the log goes back to the place."""
    if place < log.begins():
        raise _without_beginning(folder)


def _without_beginning(folder: Folder) -> BadInput:
    return BadInput(
        "the log does not go back to any snapshot",
        where=folder.name,
        fix="restore the door's folder from a copy: log and snapshots belong together",
    )


def _attic(path: Path) -> Attic | None:
    """Where idle cards go; None where the system knows no such place, and all stay in memory."""
    try:
        return Attic(path)
    except Unavailable:
        return None


def _empty(judges: Judges, folder: Folder, attic: Attic | None = None) -> tuple[Known, Repeats]:
    policy = judges.terms.policy
    regime = policy.at(max(policy.turning_days()))
    hours = int(regime.number("intercept.retry_window_hours"))
    most = int(regime.number("intercept.retry_window_events"))
    known = Known(folder.about.receives, longest_window(policy), room=attic)
    return known, Repeats(hours * HOUR, most)


def replay(log: Log, place: int, known: Known, repeats: Repeats, say: Say | None = None) -> int:
    """How many events of the log from a place on are known again."""
    told = 0
    for record in log.replay(place):
        one = batch.read(record.payload)
        events = one.events()
        hot_path.tell_again(known, events, one.answers)
        repeats.add([event.key for event in events], record.place, now_us=one.now)
        told += len(events)
        if say is not None:
            say.advance(record.place - place, max(log.end - place, 1))
    return told
