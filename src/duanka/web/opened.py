"""The door, its line, its keys and its app put together from a folder, and taken apart again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from duanka.web.access_log import AccessLog
from duanka.web.api import Api
from duanka.web.app import make_app
from duanka.web.gate import Gate
from duanka.web.keys import Ring
from duanka.web.meters import Meters, registry_of
from duanka.web.rates import Rates
from duanka.web.waiting import Bounds, Waiting

if TYPE_CHECKING:
    from duanka.intercept.answers import Answer
    from duanka.intercept.door import Door
    from duanka.policy.dated import Policy
    from duanka.web.app import Straight

FOLDER = "web"
"""Inside a server's folder: its keys and its access log."""
DEADLINE = "intercept.answer_within_ms"


def web_folder(state: Path) -> Path:
    """Where the keys and the access log of a server's folder are."""
    return Path(state) / FOLDER


def open_api(state: Path, door: Door, *, bounds: Bounds) -> Api:
    """What the routes share, for a door whose state is in the folder."""
    log = AccessLog(web_folder(state))
    meters = Meters()

    def late(answer: Answer) -> None:
        outcome = f"timed_out:{answer.answer}"
        log.write("/v1/events", outcome, event_id=answer.event_id)

    waiting = Waiting(door, bounds=bounds, meters=meters, on_late=late)
    registry = registry_of(meters, lambda: waiting.count, lambda: dict(door.counters))
    return Api(Gate(Ring(web_folder(state)), Rates(), log), waiting, meters, registry)


def open_app(state: Path, door: Door, *, policy: Policy) -> Straight:
    """The app before a door whose state is in the folder, with the deadline of today's policy."""
    return make_app(open_api(state, door, bounds=bounds_of(policy)))


def bounds_of(policy: Policy) -> Bounds:
    """How long an answer may take, as policy has it today."""
    rules = policy.at(datetime.now(UTC).date())
    if not rules.has(DEADLINE):
        return Bounds()
    return Bounds(answer_s=rules.number(DEADLINE) / 1_000)
