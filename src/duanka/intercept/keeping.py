"""How long a door keeps what it was told: as long as policy says, and never less than a start or a repeat needs.

A mark is a snapshot that stays. Once a mark is as old as policy lets the log grow, what the log has before it
goes, and so do the snapshots before it; what was served since can still be recomputed from the mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.intercept.idle import MOST_AT_ONCE
from duanka.intercept.terms import DAY, day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duanka.intercept.door import Held
    from duanka.intercept.folder import Mark
    from duanka.intercept.repeats import Repeats
    from duanka.policy.dated import Policy

PARTS_AT_ONCE = 4
"""Parts of idle rows that leave memory in one go; the door answers nobody meanwhile."""
PARTS = 8
"""Marks in the span of days that the log is kept: it is kept that much longer at most."""


def span_us(policy: Policy, instant: int) -> int:
    """How long the log is kept, by the policy of the instant's day."""
    return int(policy.at(day_of(instant)).number("intercept.log_days")) * DAY


def tend(held: Held, snapshot: Callable[[], None], now_us: int) -> int:
    """How many parts of a door's log were removed now; a mark was made where one was due.

    Raises: Unavailable if the snapshot cannot be written; the log is kept whole then.
    """
    span = span_us(held.judges.terms.policy, now_us)
    if held.log.end and is_due(held.folder.marks(), now_us, span):
        snapshot()
        held.folder.mark(held.log.end, now_us)
    place = first_kept(held.folder.marks(), held.repeats, now_us, span)
    gone = held.log.forget(place) if place else 0
    if begins := held.log.begins():
        held.folder.drop(begins)
    return gone


def let_rest(held: Held) -> int:
    """How many bytes of idle cards' rows left memory now, a bounded part of them.

    Raises: Unavailable if the disk refuses; all is in memory still then.
    """
    live = held.known.live
    if held.attic is None or live.clock < 0:
        return 0
    regime = held.judges.terms.policy.at(day_of(live.clock))
    before = live.clock - int(regime.number("intercept.idle_days")) * DAY
    spans, gone = live.spans(), 0
    for _ in range(PARTS_AT_ONCE):
        left = held.attic.leave(spans, before)
        gone += left
        if left < MOST_AT_ONCE:
            break
    return gone


def is_due(marks: Sequence[Mark], now_us: int, span_us: int) -> bool:
    """Whether it is time for another mark."""
    return not marks or now_us - marks[-1].made_at >= span_us // PARTS


def first_kept(marks: Sequence[Mark], repeats: Repeats, now_us: int, span_us: int) -> int:
    """The place before which the log may go; 0 if all of it is to be kept."""
    old = [one.place for one in marks if one.made_at <= now_us - span_us]
    if not old:
        return 0
    still_asked = repeats.oldest_place()
    return old[-1] if still_asked is None else min(old[-1], still_asked)
