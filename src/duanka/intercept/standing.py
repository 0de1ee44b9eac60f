"""How a door stands, and what became of all that it was sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from duanka.intercept.answers import Answer, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.intercept.answers import Said
    from duanka.intercept.door import Held
    from duanka.intercept.events import Event


def health(held: Held, why_not: str) -> dict[str, Any]:
    """Whether a door can answer, and how it stands; for the columns see `Door.health`."""
    return {
        "ok": not why_not,
        "why": why_not,
        "clock": held.known.live.clock,
        "log_bytes": held.log.end,
        "log_segments": held.log.segment_count,
        "batches": held.log.next_number,
        "away_bytes": None if held.attic is None else held.attic.away_bytes,
        "remembered": len(held.repeats),
        "orders": len(held.known.orders),
        "days_seen": {k: held.known.acquaintance.days(k) for k in ("transfer", "call")},
        "memory": dict(held.known.live.size()),
        "model_versions": {k: m.version for k, m in held.judges.models.items()},
        "policy_version": held.judges.terms.policy.version,
    }


def count(counters: Counter[str], events: Sequence[Event], said: Mapping[int, Said]) -> None:
    """Nothing; what was said of a batch is counted, each repeat as one."""
    answers: Counter[tuple[str, str]] = Counter()
    for i, one in said.items():
        if isinstance(one, Refused):
            counters["refused"] += 1
        elif one.duplicate:
            counters["duplicate"] += 1
        elif isinstance(one, Answer):
            answers[one.event_kind, one.answer] += 1
            counters["late"] += one.late
        else:
            counters[f"taken.{events[i].kind}"] += 1
    for (kind, answer), n in answers.items():
        counters[f"taken.{kind}"] += n
        counters[f"answer.{kind}.{answer}"] += n
