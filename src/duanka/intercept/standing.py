"""How a door stands, and what became of all that it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duanka.intercept.answers import Answer, Refused

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

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


def count(counters: Counter[str], events: Sequence[Event], said: Sequence[Said]) -> None:
    """Nothing; what was said of a batch is counted, each repeat as one."""
    answers: dict[tuple[str, str], int] = {}
    late = 0
    for event, one in zip(events, said, strict=True):
        if isinstance(one, Refused):
            counters["refused"] += 1
        elif one.duplicate:
            counters["duplicate"] += 1
        elif isinstance(one, Answer):
            word = one.event_kind, one.answer
            answers[word] = answers.get(word, 0) + 1
            late += one.late
        else:
            counters[f"taken.{event.kind}"] += 1
    if answers:
        counters["late"] += late
    for (kind, answer), n in answers.items():
        counters[f"taken.{kind}"] += n
        counters[f"answer.{kind}.{answer}"] += n
