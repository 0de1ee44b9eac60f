"""What kind of town is wanted: its size, its days, its criminals and its ways."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np

from duanka.errors import BadInput
from duanka.simulate.habits import ALL_HABITS

WORST_RATE = 1 / 500


@dataclass(frozen=True)
class Ways:
    """How a town lives and what its institutions write down; shares are 0 to 1.

    Shares of people by trade, multipliers of how much they move and speak, shares of fields left
    empty, and how fast and how surely bad cards come to be known.
    """

    courier: float = 0.012
    caller: float = 0.004
    merchant: float = 0.05
    night: float = 0.05
    student: float = 0.12
    retired: float = 0.16
    transfers: float = 1.0
    calls: float = 1.0
    messages: float = 1.0
    outside: float = 0.35
    roaming: float = 0.15
    openings: float = 0.05
    no_device: float = 0.08
    no_memo: float = 0.35
    no_balance: float = 0.1
    no_region: float = 0.05
    no_staff: float = 0.1
    reported: float = 0.8
    report_hours: float = 10.0
    labelled: float = 0.64
    label_days: float = 7.0
    wrong_labels: float = 0.04
    cleared: float = 0.6  # cleared honest cards for each card found bad
    whole_seconds: float = 0.0  # at 0.5 and above, instants are written without fractions
    handed_back: float = (
        0.0  # least chance that a holder's own life goes on beside and after misuse
    )
    tested: float = 1.0  # how often rings try their cards with small sums, of what is their habit


_RANGES: dict[str, tuple[float, float]] = {
    "courier": (0.004, 0.025), "caller": (0.001, 0.01), "merchant": (0.02, 0.09),
    "night": (0.02, 0.12), "student": (0.04, 0.25), "retired": (0.08, 0.28),
    "transfers": (0.6, 1.6), "calls": (0.6, 1.5), "messages": (0.5, 1.6), "outside": (0.2, 0.55),
    "roaming": (0.05, 0.3), "openings": (0.025, 0.1), "no_device": (0.0, 0.35),
    "no_memo": (0.1, 0.8), "no_balance": (0.0, 0.5), "no_region": (0.0, 0.3),
    "no_staff": (0.0, 0.4), "reported": (0.6, 0.95), "report_hours": (3.0, 40.0),
    "labelled": (0.55, 0.75), "label_days": (3.0, 14.0), "wrong_labels": (0.03, 0.05),
    "cleared": (0.2, 1.5), "whole_seconds": (0.0, 1.0),
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A town to be built; the same plan gives the same bytes.

    `base_rate` is the share of cards that are bad. `rings`, where given, fixes the number of rings
    instead (small towns for tests; the rate is then what it is). `shard` numbers the parts of a
    town too large for memory, so that ids never meet.

    Raises: BadInput if a value is out of its range or a habit is unknown.
    """

    seed: int
    people: int = 40_000
    days: int = 90
    start: date = date(2026, 5, 1)
    habits: tuple[str, ...] = ALL_HABITS
    base_rate: float = 1 / 600
    rings: int | None = None
    shard: int = 0
    ways: Ways = field(default_factory=Ways)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.habits) - set(ALL_HABITS))
        for bad, what, fix in (
            (self.people < 300, "a town needs at least 300 people", "ask for more people"),
            (self.people > 100_000, "more than 100,000 people in one part",
             "use the simulate job, which builds large towns in parts"),
            (not 21 <= self.days <= 731, "a town lives 21 to 731 days", "choose days in that range"),
            (not 0 <= self.base_rate <= WORST_RATE,
             "more than 1 bad card in 500 teaches nothing about false alarms",
             "choose base_rate at most 0.002"),
            (bool(unknown), f"unknown habits: {', '.join(unknown)}",
             f"choose from {', '.join(ALL_HABITS)}"),
            (not 0 <= self.shard < 500, "a town has at most 500 parts", "ask for fewer people"),
        ):  # fmt: skip
            if bad:
                raise BadInput(what, where="plan of the simulated town", fix=fix)

    @classmethod
    def varied(
        cls,
        seed: int,
        *,
        people: int = 40_000,
        days: int = 90,
        habits: tuple[str, ...] = ALL_HABITS,
        rings: int | None = None,
    ) -> Plan:
        """A plan whose ways are drawn at random from wide ranges, so that no two towns are alike."""
        rng = np.random.default_rng([seed, 7919])
        ways = Ways(
            **{
                f.name: float(rng.uniform(*_RANGES[f.name]))
                for f in fields(Ways)
                if f.name in _RANGES
            }
        )
        rate = float(np.exp(rng.uniform(np.log(1 / 3_000), np.log(1 / 500))))
        start = date(2026, int(rng.integers(1, 8)), int(rng.integers(1, 28)))
        return cls(seed, people, days, start, habits, rate, rings, ways=ways)
